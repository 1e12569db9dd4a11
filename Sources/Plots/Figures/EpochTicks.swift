/// Ticks of the second axis of training curves: whole epochs at the steps at which they ended.
enum EpochTicks {
  /// Returns ticks, in steps, whose labels stay apart; nil where no epoch ends on the axis.
  ///
  /// Epochs need not be equally long, so that round numbers are chosen by their number and those
  /// that would touch the one before are left without a label.
  ///
  /// - Parameters:
  ///   - ends: The ends of epochs, ascending.
  ///   - scale: The axis of steps.
  ///   - size: The type size of the labels.
  /// - Returns: The ticks.
  static func fitting(
    _ ends: [CurvesFigure.EpochEnd], _ scale: AxisScale, size: Double
  ) -> Ticks? {
    var inside: [CurvesFigure.EpochEnd] = []
    for end in [CurvesFigure.EpochEnd(epoch: 0, step: 0)] + ends
    where end.step >= scale.low && end.step <= scale.high && abs(end.epoch) < 1e15
      && end.epoch == end.epoch.rounded()
      && inside.last.map({ $0.step < end.step && $0.epoch < end.epoch }) ?? true
    {
      inside.append(end)
    }
    guard let first = inside.first, let last = inside.last, last.epoch > 0 else { return nil }
    // A scale of epochs as long as they take here chooses how many there are room for.
    let (start, end) = (scale.position(first.step), scale.position(last.step))
    let chosen =
      inside.count > 1
      ? AxisLabels.fitting(
        AxisScale(low: first.epoch, high: last.epoch, isLog: false, start: start, end: end),
        size: size, spacing: size, whole: true)
      : Ticks(values: [first.epoch], labels: [NumberFormat.count(Int(first.epoch))])
    let steps = Dictionary(
      inside.map { ($0.epoch, $0.step) }, uniquingKeysWith: { first, _ in first })
    var ticks = Ticks(values: [], labels: [])
    var edge = -Double.infinity
    for (epoch, label) in zip(chosen.values, chosen.labels) {
      guard let step = steps[epoch] else { continue }
      let half = Font.width(label, size: size) / 2
      let isApart = scale.position(step) - half >= edge
      ticks.values.append(step)
      ticks.labels.append(isApart ? label : "")
      if isApart { edge = scale.position(step) + half + size * 0.5 }
    }
    ticks.minor = chosen.minor.compactMap { steps[$0.rounded()] }.filter {
      !ticks.values.contains($0)
    }
    return ticks
  }
}
