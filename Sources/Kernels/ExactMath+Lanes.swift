/// Eight lanes of Float64.
public typealias D8 = SIMD8<Double>

extension Exact {
  /// Returns the natural logarithm of eight numbers: in each lane the bits of `log(_:)`.
  ///
  /// Precondition: no lane is a subnormal Float64; every Float32 is a normal one.
  public static func log8(_ x: D8) -> D8 {
    let bits = unsafeBitCast(x, to: SIMD8<UInt64>.self)
    let one: UInt64 = 0x3FF0_0000_0000_0000
    var m = unsafeBitCast((bits & 0x000F_FFFF_FFFF_FFFF) | one, to: D8.self)
    let biased = SIMD8<Int32>(truncatingIfNeeded: bits &>> 52)
    var e = D8(biased &- 1023)
    let isLarge = m .> 1.4142135623730951
    m.replace(with: m * 0.5, where: isLarge)
    e.replace(with: e + 1, where: isLarge)
    let s = (m - 1) / (m + 1)
    let s2 = s * s
    var sum = D8(repeating: 1 / 23)
    sum = sum * s2 + 1 / 21
    sum = sum * s2 + 1 / 19
    sum = sum * s2 + 1 / 17
    sum = sum * s2 + 1 / 15
    sum = sum * s2 + 1 / 13
    sum = sum * s2 + 1 / 11
    sum = sum * s2 + 1 / 9
    sum = sum * s2 + 1 / 7
    sum = sum * s2 + 1 / 5
    sum = sum * s2 + 1 / 3
    sum = sum * s2 + 1
    var y = e * 0.6931471803691238 + (2 * s * sum + e * 1.9082149292705877e-10)
    y.replace(with: x, where: x .== .infinity)
    y.replace(with: -.infinity, where: x .== 0)
    return y.replacing(with: .nan, where: .!(x .>= 0))
  }

  /// Returns cos(2π t) of eight numbers of 0 ..< 1: in each lane the bits of `cosTurn(_:)`.
  public static func cosTurn8(_ t: D8) -> D8 {
    var u = t.replacing(with: 1 - t, where: t .>= 0.5)
    let isFar = u .> 0.25
    u.replace(with: 0.5 - u, where: isFar)
    let a = u * 6.283185307179586
    let a2 = a * a
    var sum = D8(repeating: 1)
    sum = 1 - sum * (a2 / (24 * 23))
    sum = 1 - sum * (a2 / (22 * 21))
    sum = 1 - sum * (a2 / (20 * 19))
    sum = 1 - sum * (a2 / (18 * 17))
    sum = 1 - sum * (a2 / (16 * 15))
    sum = 1 - sum * (a2 / (14 * 13))
    sum = 1 - sum * (a2 / (12 * 11))
    sum = 1 - sum * (a2 / (10 * 9))
    sum = 1 - sum * (a2 / (8 * 7))
    sum = 1 - sum * (a2 / (6 * 5))
    sum = 1 - sum * (a2 / (4 * 3))
    sum = 1 - sum * (a2 / (2 * 1))
    return sum.replacing(with: -sum, where: isFar)
  }

  /// Returns eight standard normal numbers of two random words each, by Box–Muller.
  ///
  /// u₁ = (x >> 8 + ½) · 2⁻²⁴ is never 0; u₂ = (y >> 8) · 2⁻²⁴ is the angle in turns.
  public static func normal8(_ x: SIMD8<UInt32>, _ y: SIMD8<UInt32>) -> SIMD8<Float> {
    let u1 = D8(SIMD8<Int32>(truncatingIfNeeded: x &>> 8)) * 0x1p-24 + 0x1p-25
    let u2 = D8(SIMD8<Int32>(truncatingIfNeeded: y &>> 8)) * 0x1p-24
    return SIMD8<Float>((-2 * log8(u1)).squareRoot() * cosTurn8(u2))
  }
}
