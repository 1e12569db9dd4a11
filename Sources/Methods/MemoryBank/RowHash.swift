import Kernels

/// A 64-bit hash of one row of floats and its index, version 1.
///
/// Four lanes of multiply and rotate over the words, mixed at the end. It tells states apart; it
/// is no protection against someone who wants equal hashes.
public enum RowHash {
  /// Returns the hash of the row's bits.
  public static func hash(_ row: FloatPointer, _ count: Int, index: Int) -> UInt64 {
    let raw = UnsafeRawPointer(row)
    let prime: UInt64 = 0x9E37_79B9_7F4A_7C15
    let seed = mix(UInt64(truncatingIfNeeded: index) &* prime &+ UInt64(count))
    var (a, b, c, d) = (seed, seed ^ 0xD6E8_FEB8, seed ^ 0xC2B2_AE3D, seed ^ 0x1656_67B1)
    let words = count / 2
    var i = 0
    while i &+ 4 <= words {
      a = step(a, raw.loadUnaligned(fromByteOffset: 8 &* i, as: UInt64.self))
      b = step(b, raw.loadUnaligned(fromByteOffset: 8 &* i &+ 8, as: UInt64.self))
      c = step(c, raw.loadUnaligned(fromByteOffset: 8 &* i &+ 16, as: UInt64.self))
      d = step(d, raw.loadUnaligned(fromByteOffset: 8 &* i &+ 24, as: UInt64.self))
      i &+= 4
    }
    var k = 2 &* i
    while k < count {
      a = step(a, UInt64(row[k].bitPattern))
      k &+= 1
    }
    return mix(mix(mix(mix(a) ^ b) ^ c) ^ d)
  }

  @inline(__always)
  private static func step(_ state: UInt64, _ word: UInt64) -> UInt64 {
    let v = (state ^ word) &* 0x9E37_79B1_85EB_CA87
    return (v &<< 31) | (v &>> 33)
  }

  /// Mixes all bits into all bits (the finaliser of SplitMix64).
  @inline(__always)
  private static func mix(_ x: UInt64) -> UInt64 {
    var z = x &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }
}
