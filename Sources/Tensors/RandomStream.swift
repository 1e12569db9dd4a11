import Kernels

/// Names every source of randomness; the number is part of each counter and is never reused.
public enum RandomStreamID: UInt32, Sendable {
  /// Initial parameter values; `sample` is the hash of the parameter's name.
  case initialization = 1
  /// The order of samples in an epoch.
  case order = 2
  /// Augmentation of one view of one sample.
  case augmentation = 3
  /// The initial rows of the memory bank.
  case bank = 4
  /// The two stored views of each probe sample.
  case probe = 5
  /// The procedural `demo` and `gauss2` data sets.
  case synthetic = 6
  /// Samples drawn by evaluation and figures (subsets, layouts).
  case analysis = 7
}

/// A counter-based random stream (Philox-4x32-10), made from its key.
///
/// The counter is (block, sample, epoch, stream · 256 + view), so a view of an image is the same
/// whatever batch, thread or order computes it.
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct RandomStream: Sendable {
  let key: SIMD2<UInt32>
  var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  private var used = 4

  /// Whether the next word begins a new block.
  var isAtBlock: Bool { used == 4 }

  /// Makes the stream of one (seed, stream, view, sample, epoch).
  public init(
    seed: UInt64, stream: RandomStreamID, view: Int = 0, sample: Int = 0, epoch: Int = 0
  ) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(
      0, UInt32(truncatingIfNeeded: sample), UInt32(truncatingIfNeeded: epoch),
      stream.rawValue &* 256 &+ UInt32(truncatingIfNeeded: view))
  }

  /// Returns the ten-round Philox-4x32 block of a counter and key.
  public static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var c = counter
    var k = key
    for _ in 0..<10 {
      let p0 = UInt64(0xD251_1F53) &* UInt64(c[0])
      let p1 = UInt64(0xCD9E_8D57) &* UInt64(c[2])
      c = SIMD4(
        UInt32(truncatingIfNeeded: p1 >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: p0))
      k = SIMD2(k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85)
    }
    return c
  }

  /// Returns the next 32 random bits.
  public mutating func next() -> UInt32 {
    if used == 4 {
      block = Self.philox(counter: counter, key: key)
      counter[0] &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// Returns a uniform number in [0, 1) with 24 bits.
  public mutating func uniform() -> Float {
    Float(next() >> 8) * 0x1p-24
  }

  /// Returns a uniform number in [low, high).
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * Double(uniform())
  }

  /// Returns a uniform integer in 0..<bound, by Lemire's method with rejection.
  ///
  /// Source: Lemire, "Fast random integer generation in an interval", 2019.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= UInt32.max, "bound \(bound) must lie in 1...2³²−1")
    let n = UInt32(bound)
    var product = UInt64(next()) &* UInt64(n)
    if UInt32(truncatingIfNeeded: product) < n {
      let threshold = (0 &- n) % n
      while UInt32(truncatingIfNeeded: product) < threshold {
        product = UInt64(next()) &* UInt64(n)
      }
    }
    return Int(product >> 32)
  }

  /// Returns a standard normal number by Box–Muller; two uniforms make one number.
  public mutating func normal() -> Float {
    let u1 = Double(next() >> 8) * 0x1p-24 + 0x1p-25
    let u2 = Double(next() >> 8) * 0x1p-24
    return Float((-2 * Exact.log(u1)).squareRoot() * Exact.cosTurn(u2))
  }

  /// Returns a permutation of 0..<count by Fisher–Yates.
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    guard count > 1 else { return order }
    for i in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(i, integer(below: i + 1))
    }
    return order
  }
}
