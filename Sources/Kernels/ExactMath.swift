/// Elementary functions built from add, multiply, divide and square root alone, so that every
/// machine computes the same bits; libm's differ between versions.
///
/// Each is evaluated in Float64 with an error below 1e-15 relative, far under Float32 rounding.
public enum Exact {
  /// Returns eˣ.
  @inline(__always)
  public static func exp(_ x: Double) -> Double {
    guard x == x else { return x }
    if x > 709.7 { return .infinity }
    if x < -745.2 { return 0 }
    let n = (x * 1.4426950408889634).rounded()
    // ln 2 in two parts, so that r keeps its low bits.
    let r = (x - n * 0.6931471803691238) - n * 1.9082149292705877e-10
    var sum = 1.0
    var k = 14.0
    while k >= 1 {
      sum = 1 + sum * (r / k)
      k -= 1
    }
    return scale(sum, by: Int(n))
  }

  /// Returns the natural logarithm.
  @inline(__always)
  public static func log(_ x: Double) -> Double {
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
    return e * 0.6931471803691238 + (2 * s * sum + e * 1.9082149292705877e-10)
  }

  /// Returns cos(2π t) for a t in turns.
  @inline(__always)
  public static func cosTurn(_ t: Double) -> Double {
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

  /// Returns sin(2π t) for a t in turns.
  @inline(__always)
  public static func sinTurn(_ t: Double) -> Double { cosTurn(t - 0.25) }

  /// Returns x · 2ⁿ, in two factors so that subnormal results are reached without overflow.
  @inline(__always)
  private static func scale(_ x: Double, by n: Int) -> Double {
    let half = n / 2
    return x * Double(sign: .plus, exponent: half, significand: 1)
      * Double(sign: .plus, exponent: n - half, significand: 1)
  }
}
