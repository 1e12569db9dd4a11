import Files
import Foundation
import TestSupport
import Testing

@Suite struct ContentHashTests {
  private func hash(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
    bytes.withUnsafeBytes { ContentHash.of($0, seed: seed) }
  }

  /// Values of the xxhash package for Python, 3.x: `xxh64(data, seed).intdigest()`.
  @Test func agreesWithXXH64() {
    let ramp = (0..<101).map { UInt8($0) }
    let long = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    let cases: [([UInt8], UInt64, UInt64)] = [
      ([], 0xef46_db37_51d8_e999, 0xac75_fda2_929b_17ef),
      (Array("a".utf8), 0xd24e_c4f1_a98c_6e5b, 0x393d_a8b7_8992_279b),
      (Array("abc".utf8), 0x44bc_2cf5_ad77_0999, 0x1318_df30_094a_85fd),
      (Array(ramp[0..<32]), 0xcbf5_9c51_16ff_32b4, 0x7181_3547_74e0_d600),
      (ramp, 0xe990_3849_5f85_381e, 0xa1c6_d417_4c37_136d),
      (long, 0x5f23_5fa0_33f1_a3fb, 0x8308_0310_ee83_cc20),
    ]
    for (bytes, plain, seeded) in cases {
      #expect(hash(bytes) == plain)
      #expect(hash(bytes, seed: 2_654_435_761) == seeded)
    }
  }

  @Test func splittingChangesNothing() {
    let bytes = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* $0 &+ 11) }
    let whole = hash(bytes)
    var mutator = Mutator(1)
    for _ in 0..<300 {
      var hash = ContentHash()
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + mutator.below(90))
        Array(bytes[start..<end]).withUnsafeBytes { hash.update($0) }
        start = end
      }
      #expect(hash.finalize() == whole)
    }
  }

  @Test func orderLengthAndEveryBitCount() {
    let bytes = (0..<200).map { UInt8($0) }
    var seen: Set<UInt64> = [hash(bytes)]
    for i in bytes.indices {
      for bit in 0..<8 {
        var other = bytes
        other[i] ^= 1 << bit
        #expect(seen.insert(hash(other)).inserted)
      }
    }
    for length in 0..<200 { #expect(seen.insert(hash(Array(bytes[0..<length]))).inserted) }
    for length in 2..<200 {
      #expect(seen.insert(hash(Array(repeating: 0, count: length))).inserted)
    }
    for i in 1..<bytes.count {
      var other = bytes
      other.swapAt(i, i - 1)
      #expect(seen.insert(hash(other)).inserted)
    }
  }

  @Test func textsDoNotRunTogether() {
    func pair(_ a: String, _ b: String) -> UInt64 {
      var hash = ContentHash()
      hash.update(a)
      hash.update(b)
      return hash.finalize()
    }
    #expect(pair("ab", "c") != pair("a", "bc"))
  }

  @Test func isFast() {
    let bytes = [UInt8](repeating: 7, count: 32 << 20)
    let fastest = (0..<5).map { _ in
      let start = ContinuousClock.now
      #expect(hash(bytes) != 0)
      return (ContinuousClock.now - start) / .seconds(1)
    }.min()
    // Far below what it does (4 GB/s and more), so that a busy machine does not fail the test.
    #expect((fastest ?? 1) < 0.25)
  }
}
