import Analysis
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct CollapseTests {
  private let workers = Workers(threads: 2)

  @Test func equalRowsAreACompleteCollapse() throws {
    let x = Tensor(shape: [20, 8], values: (0..<160).map { Float($0 % 8) + 1 })
    let measures = try CollapseMeasures.measure(workers, x)
    #expect(measures.normalizedStd < 1e-6)
    expectClose(measures.meanCosine, 1, abs: 1e-6)
    expectClose(measures.effectiveRank, 1, abs: 1e-3)
    #expect(measures.verdict == .complete)
  }

  @Test func aBasisIsSpread() throws {
    var values = [Float](repeating: 0, count: 64)
    for i in 0..<8 { values[i * 8 + i] = 3 }
    let measures = try CollapseMeasures.measure(workers, Tensor(shape: [8, 8], values: values))
    // p = 1/8 + 1e-7 eight times.
    expectClose(measures.effectiveRank, 8, abs: 1e-4)
    expectClose(measures.meanCosine, 0, abs: 1e-12)
    expectClose(measures.normalizedStd, 1 / 8.0.squareRoot(), abs: 1e-12)
    expectClose(measures.spreadStd, 1 / 8.0.squareRoot(), abs: 1e-12)
    #expect(measures.verdict == .none)
  }

  @Test func oneDirectionIsADimensionalCollapse() throws {
    let x = Tensor(
      shape: [100, 60], values: (0..<6000).map { $0 % 60 == 0 ? Float($0 / 60) - 49.5 : 0 })
    let measures = try CollapseMeasures.measure(workers, x)
    #expect(measures.verdict == .dimensional)
    expectClose(measures.largestVarianceShare ?? 0, 1, abs: 1e-9)
  }

  @Test func zeroFeaturesHaveNoRank() throws {
    let zero = Tensor(shape: [5, 3])
    #expect(try EffectiveRank.rankMe(zero) == 0)
    let spectrum = try LinearAlgebra.covarianceSpectrum(zero)
    #expect(EffectiveRank.participationRatio(spectrum) == nil)
    #expect(EffectiveRank.entropyRank(spectrum) == nil)
    #expect(throws: LinearAlgebraError.self) {
      try CollapseMeasures.measure(workers, Tensor(shape: [1, 3]))
    }
  }

  @Test func alignmentAndUniformityOfKnownPoints() throws {
    let x = Tensor(shape: [2, 2], values: [1, 0, 0, 1])
    let y = Tensor(shape: [2, 2], values: [1, 0, 1, 0])
    expectClose(try AlignmentUniformity.alignment(x, y), 1, abs: 1e-12)
    expectClose(try AlignmentUniformity.alignment(x, y, alpha: 1), 0.5.squareRoot(), abs: 1e-12)
    // One pair at squared distance 2: log exp(−2·2).
    expectClose(try AlignmentUniformity.uniformity(workers, x), -4, abs: 1e-12)
  }
}
