/// Which colour a matrix's values get.
struct MatrixColours {
  var map: ColourMap
  var low: Double
  var high: Double
  var isLog: Bool
  private let table: [Colour]

  /// Chooses the scale: diverging and centred on zero as soon as a value is negative.
  ///
  /// - Parameters:
  ///   - values: The values shown; those that are not finite are ignored.
  ///   - log: Whether a logarithmic scale is wanted; needs a positive value and no negative one.
  ///   - range: Fixed limits, or nil for those of the values.
  ///   - sequential: The map for values of one sign.
  init(
    _ values: some Sequence<Double>, log: Bool, range: ClosedRange<Double>?,
    sequential: ColourMap
  ) {
    var low = Double.infinity
    var high = -Double.infinity
    var positive = Double.infinity
    for v in values where v.isFinite {
      low = min(low, v)
      high = max(high, v)
      if v > 0 { positive = min(positive, v) }
    }
    if low > high { (low, high) = (0, 1) }
    if let range, range.lowerBound.isFinite, range.upperBound.isFinite {
      (low, high) = (range.lowerBound, range.upperBound)
      positive = low > 0 ? low : positive
    }
    isLog = log && low >= 0 && high > 0 && positive <= high
    if low < 0 {
      map = sequential.isDiverging ? sequential : .coolwarm
      let reach = max(abs(low), abs(high))
      (low, high) = (-reach, reach)
    } else {
      map = sequential
      if isLog { low = positive }
      if !(high > low) {
        (low, high) =
          isLog
          ? (low / 2, low * 2) : (low - abs(low) * 0.1 - 0.5e-3, low + abs(low) * 0.1 + 0.5e-3)
      }
    }
    (self.low, self.high) = (low, high)
    table = map.table()
  }

  /// Returns a value's colour, nil if it has none (not finite, or not positive on a log scale).
  func colour(_ v: Double) -> Colour? {
    guard v.isFinite else { return nil }
    var t: Double
    if isLog {
      guard v > 0 else { return nil }
      t = PlotMath.log(v / low) / PlotMath.log(high / low)
    } else {
      t = v / (high - low) - low / (high - low)
    }
    t = min(max(t, 0), 1)
    return table[PlotMath.whole((t * 255).rounded())]
  }
}
