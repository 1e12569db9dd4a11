/// Elementary functions from add, multiply, divide and square root alone, so that a figure has the
/// same pixels on every machine; libm's last bits differ between versions.
///
/// Each is evaluated in Float64 with a relative error below 1e-13.
enum PlotMath {
  /// Returns cos(2π t) for t in turns.
  static func cosTurn(_ t: Double) -> Double {
    var u = abs(t - t.rounded())
    var sign = 1.0
    if u > 0.25 {
      u = 0.5 - u
      sign = -1
    }
    let a = u * 6.283185307179586
    let a2 = a * a
    var sum = 1.0
    var k = 24.0
    while k >= 2 {
      sum = 1 - sum * (a2 / (k * (k - 1)))
      k -= 2
    }
    return sign * sum
  }

  /// Returns sin(2π t) for t in turns.
  static func sinTurn(_ t: Double) -> Double { cosTurn(t - 0.25) }

  /// Returns the natural logarithm, −∞ at 0 and NaN below.
  static func log(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -.infinity : .nan }
    guard x < .infinity else { return x }
    var m = x.significand
    var e = Double(x.exponent)
    if m > 1.4142135623730951 {
      m *= 0.5
      e += 1
    }
    // log m = 2 atanh(s), s = (m − 1)/(m + 1), |s| < 0.172.
    let s = (m - 1) / (m + 1)
    let s2 = s * s
    var sum = 0.0
    var k = 23.0
    while k >= 1 {
      sum = sum * s2 + 1 / k
      k -= 2
    }
    return e * 0.6931471805599453 + 2 * s * sum
  }

  /// Returns the decimal logarithm.
  static func log10(_ x: Double) -> Double { log(x) * 0.4342944819032518 }

  /// Returns 10ⁿ for a whole n, correctly rounded up to 10²² and close beyond.
  static func power10(_ n: Int) -> Double {
    var result = 1.0
    var base = 10.0
    var k = min(n.magnitude, 400)
    while k > 0 {
      if k & 1 == 1 { result *= base }
      base *= base
      k >>= 1
    }
    return n < 0 ? 1 / result : result
  }

  /// Returns a number without its fraction, limited to ±10¹⁵; 0 for NaN.
  ///
  /// Unlike `Int(_:)` it never traps, whatever a user's data led to.
  @inline(__always)
  static func whole(_ x: Double) -> Int {
    x == x ? Int(min(max(x, -1e15), 1e15)) : 0
  }
}
