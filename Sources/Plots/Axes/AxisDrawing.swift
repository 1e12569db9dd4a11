/// Draws the axes of a rectangular plot.
struct AxisDrawing {
  var format: FigureFormat

  /// The length of a labelled tick, in points.
  var reach: Double { 2 * format.factor }
  /// The height that tick labels take below or above an axis.
  var labelRoom: Double { reach + 1.2 * format.factor + format.smallSize * 0.95 }
  private var line: StrokeStyle { StrokeStyle(.ink, width: format.axisWidth, crisp: true) }

  /// Returns the ticks of an upright axis.
  func verticalTicks(_ scale: AxisScale, whole: Bool = false) -> Ticks {
    let length = abs(scale.end - scale.start)
    return scale.ticks(
      most: max(2, min(7, PlotMath.whole(length / (format.smallSize * 2)))), whole: whole)
  }

  /// Returns the width that the labels and ticks of an upright axis take.
  func width(_ ticks: Ticks) -> Double {
    let widest = ticks.labels.map { Font.width($0, size: format.smallSize) }.max() ?? 0
    return widest + reach + 1.2 * format.factor
  }

  /// Draws an upright axis with its labels at the left.
  func left(_ scale: AxisScale, _ ticks: Ticks, x: Double, in list: inout DrawList) {
    list.line(Point(x, scale.start), Point(x, scale.end), line)
    for value in ticks.minor {
      let y = scale.position(value)
      guard inside(y, scale) else { continue }
      list.line(Point(x - reach * 0.55, y), Point(x, y), thin)
    }
    for (value, label) in zip(ticks.values, ticks.labels) {
      let y = scale.position(value)
      guard inside(y, scale) else { continue }
      list.line(Point(x - reach, y), Point(x, y), line)
      list.text(
        TextRun(
          label, at: Point(x - reach - 1.2 * format.factor, y), size: format.smallSize, .right,
          .middle))
    }
  }

  /// Draws a lying axis with its labels below, or above if `isTop`.
  func horizontal(
    _ scale: AxisScale, _ ticks: Ticks, y: Double, isTop: Bool = false, labels: Bool = true,
    in list: inout DrawList
  ) {
    let down = isTop ? -1.0 : 1.0
    list.line(Point(scale.start, y), Point(scale.end, y), line)
    for value in ticks.minor {
      let x = scale.position(value)
      guard inside(x, scale) else { continue }
      list.line(Point(x, y), Point(x, y + down * reach * 0.55), thin)
    }
    var end = -Double.infinity
    for (value, label) in zip(ticks.values, ticks.labels) {
      let x = scale.position(value)
      guard inside(x, scale) else { continue }
      list.line(Point(x, y), Point(x, y + down * reach), line)
      // Long labels at the ends move in, rather than out of the figure.
      let half = Font.width(label, size: format.smallSize) / 2
      let at = max(min(x, format.width - half - 0.3), half + 0.3)
      guard labels, at - half > end else { continue }
      end = at + half + 1
      list.text(
        TextRun(
          label, at: Point(at, y + down * (reach + 1.2 * format.factor)), size: format.smallSize,
          .centre, isTop ? .baseline : .top))
    }
  }

  private var thin: StrokeStyle {
    StrokeStyle(.ink, width: format.axisWidth * 0.6, crisp: true)
  }

  private func inside(_ p: Double, _ scale: AxisScale) -> Bool {
    p >= min(scale.start, scale.end) - 0.01 && p <= max(scale.start, scale.end) + 0.01
  }
}
