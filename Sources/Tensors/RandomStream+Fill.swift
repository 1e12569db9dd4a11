import Kernels

extension RandomStream {
  /// Writes what `count` calls of `normal()` return, times a factor: the same bits, in vectors.
  public mutating func fillNormal(_ out: MutableFloatPointer, count: Int, scale: Float = 1) {
    var i = 0
    if isAtBlock {
      while i &+ 16 <= count {
        let w = nextEightBlocks()
        // Each block of four words makes two numbers.
        var both = SIMD16<Float>()
        both.evenHalf = Exact.normal8(w.0, w.1) * scale
        both.oddHalf = Exact.normal8(w.2, w.3) * scale
        UnsafeMutableRawPointer(out + i).storeBytes(of: both, as: SIMD16<Float>.self)
        i &+= 16
      }
    }
    while i < count {
      out[i] = normal() * scale
      i &+= 1
    }
  }

  /// Writes `(2 uniform() − 1) · bound` of `count` calls of `uniform()`: the same bits, in vectors.
  public mutating func fillUniform(_ out: MutableFloatPointer, count: Int, bound: Float) {
    func number(_ x: SIMD8<UInt32>) -> SIMD8<Float> {
      let u = SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: x &>> 8)) * 0x1p-24
      return (2 * u - 1) * bound
    }
    var i = 0
    if isAtBlock {
      while i &+ 32 <= count {
        let w = nextEightBlocks()
        var even = SIMD16<Float>()
        var odd = SIMD16<Float>()
        (even.evenHalf, even.oddHalf) = (number(w.0), number(w.2))
        (odd.evenHalf, odd.oddHalf) = (number(w.1), number(w.3))
        var all = SIMD32<Float>()
        (all.evenHalf, all.oddHalf) = (even, odd)
        UnsafeMutableRawPointer(out + i).storeBytes(of: all, as: SIMD32<Float>.self)
        i &+= 32
      }
    }
    while i < count {
      out[i] = (2 * uniform() - 1) * bound
      i &+= 1
    }
  }

  /// Returns the next eight blocks: vector w holds word w of each.
  private mutating func nextEightBlocks() -> (
    SIMD8<UInt32>, SIMD8<UInt32>, SIMD8<UInt32>, SIMD8<UInt32>
  ) {
    var c0 = SIMD8<UInt32>(repeating: counter[0]) &+ SIMD8(0, 1, 2, 3, 4, 5, 6, 7)
    var c1 = SIMD8<UInt32>(repeating: counter[1])
    var c2 = SIMD8<UInt32>(repeating: counter[2])
    var c3 = SIMD8<UInt32>(repeating: counter[3])
    var (k0, k1) = (key[0], key[1])
    for _ in 0..<10 {
      let p0 = SIMD8<UInt64>(truncatingIfNeeded: c0) &* 0xD251_1F53
      let p1 = SIMD8<UInt64>(truncatingIfNeeded: c2) &* 0xCD9E_8D57
      c0 = SIMD8(truncatingIfNeeded: p1 &>> 32) ^ c1 ^ k0
      c1 = SIMD8(truncatingIfNeeded: p1)
      c2 = SIMD8(truncatingIfNeeded: p0 &>> 32) ^ c3 ^ k1
      c3 = SIMD8(truncatingIfNeeded: p0)
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    counter[0] &+= 8
    return (c0, c1, c2, c3)
  }
}
