/// Returns eˣ in each lane within 1.5 units in the last place, subnormal results included; 0 below
/// −103.98, ∞ above 88.72283.
///
/// Built from FMA, add, multiply and bit shifts alone, so every machine computes the same bits.
/// Source of the polynomial: Cephes `expf` (S. Moshier).
@inline(__always)
func exp8(_ x: F8) -> F8 {
  let high = x.replacing(with: F8(repeating: 88.722_83), where: x .> F8(repeating: 88.722_83))
  let low = high .< F8(repeating: -103.98)
  let v = high.replacing(with: F8(repeating: -103.98), where: low)
  // Adding 1.5·2²³ rounds to the nearest integer and leaves it in the low mantissa bits.
  let magic = F8(repeating: 12_582_912)
  let shifted = fma8(magic, v, F8(repeating: 1.442_695_04))
  let n = shifted - magic
  var r = fma8(v, n, F8(repeating: -0.693_359_375))
  r = fma8(r, n, F8(repeating: 2.121_944_4e-4))
  var p = F8(repeating: 1.987_569_15e-4)
  p = fma8(F8(repeating: 1.398_199_95e-3), p, r)
  p = fma8(F8(repeating: 8.333_451_9e-3), p, r)
  p = fma8(F8(repeating: 4.166_579_6e-2), p, r)
  p = fma8(F8(repeating: 1.666_666_55e-1), p, r)
  p = fma8(F8(repeating: 5.000_000_1e-1), p, r)
  p = fma8(r, p, r * r) + F8(repeating: 1)
  // 2ⁿ in two factors: n reaches 128 and −150, and each factor must stay a normal number; the
  // first product is exact, so that a subnormal result is rounded once.
  let whole = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- SIMD8<Int32>(repeating: 0x4B40_0000)
  let half = whole &>> SIMD8<Int32>(repeating: 1)
  let one = SIMD8<Int32>(repeating: 127)
  let shift = SIMD8<Int32>(repeating: 23)
  let a = unsafeBitCast((half &+ one) &<< shift, to: F8.self)
  let b = unsafeBitCast((whole &- half &+ one) &<< shift, to: F8.self)
  let result = p * a * b
  let large = result.replacing(
    with: F8(repeating: .infinity), where: x .> F8(repeating: 88.722_83))
  return large.replacing(with: F8.zero, where: low).replacing(with: x, where: x .!= x)
}
