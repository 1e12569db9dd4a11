/// Positions and labels of an axis's ticks.
struct Ticks: Equatable {
  /// The values of the labelled ticks, ascending.
  var values: [Double]
  /// Their labels.
  var labels: [String]
  /// The values of unlabelled ticks between them.
  var minor: [Double] = []

  /// Returns ticks at multiples of 1, 2 or 5 times a power of ten.
  ///
  /// - Parameters:
  ///   - low: The smallest value shown.
  ///   - high: The largest value shown.
  ///   - most: The largest number of ticks.
  ///   - whole: Whether only whole numbers make sense (steps, ranks).
  /// - Returns: Ticks inside the range, at most `most` of them labelled.
  static func linear(_ low: Double, _ high: Double, most: Int, whole: Bool = false) -> Ticks {
    guard low.isFinite, high.isFinite, high > low, (high - low).isFinite else {
      return Ticks(values: [low], labels: [NumberFormat.short(low)])
    }
    let rough = (high - low) / Double(max(1, most))
    var exponent = PlotMath.whole(PlotMath.log10(rough).rounded(.down))
    var step = 0.0
    var factor = 1.0
    search: for e in exponent...exponent + 2 {
      for f in [1.0, 2, 5] {
        let candidate = f * PlotMath.power10(e)
        guard !whole || candidate >= 1 else { continue }
        let first = (low / candidate - 1e-9).rounded(.up)
        let last = (high / candidate + 1e-9).rounded(.down)
        if last - first + 1 <= Double(max(1, most)) || candidate >= 2 * (high - low) {
          (step, exponent, factor) = (candidate, e, f)
          break search
        }
      }
    }
    guard step > 0 else { return Ticks(values: [low], labels: [NumberFormat.short(low)]) }
    let first = (low / step - 1e-9).rounded(.up)
    let count = PlotMath.whole(min(((high / step + 1e-9).rounded(.down) - first + 1), 100))
    guard count > 0 else { return Ticks(values: [], labels: []) }
    let values = (0..<count).map { (first + Double($0)) * step }
    let parts = factor == 2 ? 2 : 5
    var minor: [Double] = []
    if !whole || step >= Double(parts) {
      for i in -1...count {
        for j in 1..<parts {
          let v = (first + Double(i) + Double(j) / Double(parts)) * step
          if v >= low, v <= high { minor.append(v) }
        }
      }
    }
    return Ticks(
      values: values, labels: labels(values, exponent: exponent, step: step), minor: minor)
  }

  private static func labels(_ values: [Double], exponent: Int, step: Double) -> [String] {
    let largest = values.map(abs).max() ?? 0
    if largest >= 1e6 || largest < 1e-3, largest > 0 {
      return values.map { NumberFormat.scientific($0, digits: digits(largest, step)) }
    }
    if exponent >= 0 {
      return values.map { v in
        Int(exactly: v.rounded()).map(NumberFormat.count) ?? NumberFormat.short(v)
      }
    }
    return values.map { NumberFormat.fixed($0, decimals: -exponent) }
  }

  private static func digits(_ largest: Double, _ step: Double) -> Int {
    let span = PlotMath.log10(largest).rounded(.down) - PlotMath.log10(step).rounded(.down)
    return min(max(PlotMath.whole(span) + 1, 1), 8)
  }

  /// Returns ticks at powers of ten, or at 1, 2 and 5 times them if fewer than two would be seen.
  static func logarithmic(_ low: Double, _ high: Double, most: Int) -> Ticks {
    guard low > 0, high > low, high.isFinite else {
      return Ticks(values: [low], labels: [NumberFormat.short(low)])
    }
    let first = PlotMath.whole((PlotMath.log10(low) - 1e-9).rounded(.up))
    let last = PlotMath.whole((PlotMath.log10(high) + 1e-9).rounded(.down))
    var minor: [Double] = []
    for e in (first - 1)...max(last, first - 1) {
      for m in 2...9 {
        let v = Double(m) * PlotMath.power10(e)
        if v >= low, v <= high { minor.append(v) }
      }
    }
    if last - first >= 1 {
      let stride = (last - first) / max(1, most) + 1
      let exponents = (first...last).filter { ($0 - last) % stride == 0 }
      let values = exponents.map(PlotMath.power10)
      return Ticks(
        values: values, labels: exponents.map(NumberFormat.power),
        minor: last - first > 8 ? [] : minor)
    }
    var values: [Double] = []
    for e in (first - 1)...max(last, first - 1) {
      for m in [1.0, 2, 5] {
        let v = m * PlotMath.power10(e)
        if v >= low * (1 - 1e-9), v <= high * (1 + 1e-9) { values.append(v) }
      }
    }
    // Less than a decade: even steps tell more than two or three round numbers.
    if values.count < 4 { return linear(low, high, most: most) }
    return Ticks(
      values: values, labels: values.map { NumberFormat.short($0) },
      minor: minor.filter { m in !values.contains { abs($0 - m) < 1e-9 * m } })
  }
}
