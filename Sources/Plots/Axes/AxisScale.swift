/// How values of one axis become positions.
struct AxisScale: Equatable {
  var low: Double
  var high: Double
  var isLog: Bool
  /// Position of `low`, in points.
  var start: Double
  /// Position of `high`, in points.
  var end: Double

  /// Returns the position of a value, in points; NaN where it has none.
  func position(_ value: Double) -> Double {
    let t: Double
    if isLog {
      guard value > 0 else { return .nan }
      t = PlotMath.log(value / low) / PlotMath.log(high / low)
    } else {
      t = (value - low) / (high - low)
    }
    return start + t * (end - start)
  }

  /// Returns the ticks for this axis.
  func ticks(most: Int, whole: Bool = false) -> Ticks {
    isLog ? .logarithmic(low, high, most: most) : .linear(low, high, most: most, whole: whole)
  }

  /// Returns limits that hold all finite values with some room, and never an empty range.
  ///
  /// - Parameters:
  ///   - values: The values to show; those that are not finite (or not positive on a log axis)
  ///     are left out.
  ///   - log: Whether the axis is logarithmic.
  ///   - room: The share of the range that is left free at both ends.
  /// - Returns: The lower and the upper limit.
  static func limits(_ values: [Double], log: Bool, room: Double = 0.05) -> (Double, Double) {
    var low = Double.infinity
    var high = -Double.infinity
    for v in values where v.isFinite && (!log || v > 0) && abs(v) < 1e300 {
      low = min(low, v)
      high = max(high, v)
    }
    guard low <= high else { return log ? (0.1, 1) : (0, 1) }
    if log {
      if high / low < 1.0001 { return (low / 2, high * 2) }
      // Roots stand in for powers: three square roots are the eighth part of the ratio's decades.
      var margin = high / low
      for _ in 0..<4 { margin = margin.squareRoot() }
      return (max(low / margin, 1e-307), high * margin)
    }
    let span = high - low
    if span <= abs(high) * 1e-9 || span == 0 {
      let half = max(abs(high) * 0.1, 1e-12)
      return high == 0 ? (-1, 1) : (low - half, high + half)
    }
    return (low - span * room, high + span * room)
  }
}
