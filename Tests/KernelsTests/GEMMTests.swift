import COpenBLAS
import Testing

@testable import Kernels

/// Deterministic values in [−1, 1) without a stream of the engine's own.
func noise(_ count: Int, seed: UInt64) -> [Float] {
  var z = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  return (0..<count).map { _ in
    z ^= z << 13
    z ^= z >> 7
    z ^= z << 17
    return Float(z >> 40) / 8_388_608 - 1
  }
}

struct GEMMCase: Sendable, CustomTestStringConvertible {
  let m: Int
  let n: Int
  let k: Int
  var testDescription: String { "\(m)×\(n)×\(k)" }
}

@Suite struct GEMMTests {
  static let cases = [
    GEMMCase(m: 1, n: 1, k: 1), GEMMCase(m: 6, n: 16, k: 8), GEMMCase(m: 5, n: 7, k: 3),
    GEMMCase(m: 12, n: 8, k: 300), GEMMCase(m: 13, n: 24, k: 513), GEMMCase(m: 97, n: 31, k: 260),
    GEMMCase(m: 200, n: 270, k: 40), GEMMCase(m: 33, n: 9, k: 1), GEMMCase(m: 128, n: 128, k: 128),
  ]

  @Test(arguments: cases, [0, 1, 2, 3])
  func agreesWithOpenBLAS(_ c: GEMMCase, transposes: Int) {
    let ta = transposes & 1 == 1
    let tb = transposes & 2 == 2
    let a = noise(c.m * c.k, seed: 1)
    let b = noise(c.k * c.n, seed: 2)
    let start = noise(c.m * c.n, seed: 3)
    let lda = ta ? c.m : c.k
    let ldb = tb ? c.k : c.n
    for (alpha, beta) in [(Float(1), Float(0)), (0.5, 1), (2, -0.25)] {
      var want = start
      cblas_sgemm(
        CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, Int32(c.m),
        Int32(c.n), Int32(c.k), alpha, a, Int32(lda), b, Int32(ldb), beta, &want, Int32(c.n))
      var results: [[Float]] = []
      for threads in [1, 2, 7] {
        var got = start
        gemm(
          Workers(threads: threads), transposeA: ta, transposeB: tb, m: c.m, n: c.n, k: c.k,
          alpha: alpha, a: a, lda: lda, b: b, ldb: ldb, beta: beta, c: &got, ldc: c.n)
        results.append(got)
      }
      #expect(results[0] == results[1] && results[0] == results[2])
      let worst = zip(results[0], want).map { abs($0 - $1) }.max() ?? 0
      #expect(worst < 2e-6 * Float(c.k).squareRoot() + 1e-6)
    }
  }
}
