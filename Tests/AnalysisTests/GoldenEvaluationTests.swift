import Analysis
import Files
import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// scikit-learn's and NumPy's numbers; the set is too large for the repository.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["DYAD_GOLDEN"]?.isEmpty == false))
struct GoldenEvaluationTests {
  private let workers = Workers(threads: 2)

  private static func cases(_ op: String) throws -> [GoldenCase] {
    guard try GoldenSet.load().isFull else { return [] }
    return try GoldenSet.cases("golden-eval", families: [op])
  }

  private func tensor(_ golden: GoldenCase, _ reference: String, file: String) throws -> Tensor {
    let parts = reference.split(separator: ":").map(String.init)
    let file = try golden.file(parts.count > 1 ? parts[0] : file)
    let name = parts[parts.count - 1]
    return Tensor(shape: try file.entry(name).shape, values: try file.floats(name))
  }

  private func value(_ golden: GoldenCase, _ key: String) throws -> Double {
    try #require(golden.entry["values"]?[key]?.double, "\(key)")
  }

  @Test func weightedNeighboursMatchNumPy() throws {
    let cases = try Self.cases("weighted_knn")
    #expect(cases.count == 4)
    for golden in cases {
      let file = try golden.file("features.safetensors")
      var knn = WeightedKNN()
      knn.k = try #require(golden.entry["params"]?["k"]?.int)
      knn.temperature = try #require(golden.entry["params"]?["temperature"]?.double)
      let name = golden.entry["params"]?["distance"]?.string ?? ""
      knn.distance = try #require(FeatureDistance(rawValue: name))
      let result = try knn.classify(
        workers, train: try tensor(golden, "features.safetensors:train_x", file: ""),
        trainLabels: try file.int64s("train_y"),
        test: try tensor(golden, "features.safetensors:test_x", file: ""),
        testLabels: try file.int64s("test_y"), classes: 10)
      expectClose(result.top1 / 100, try value(golden, "top1"), abs: 1e-9, golden.name)
      expectClose(result.top5 / 100, try value(golden, "top5"), abs: 1e-9, golden.name)
      let want = try golden.file("knn.safetensors").int64s("pred_" + golden.name.dropFirst(13))
      #expect(result.predictions == want)
    }
  }

  @Test func ranksAndSpectraMatchNumPy() throws {
    let cases = try Self.cases("effective_rank")
    #expect(cases.count == 4)
    for golden in cases {
      let x = try tensor(
        golden, try #require(golden.entry["inputs"]?.array?.first?.string), file: "")
      let spectra = try golden.file("spectra.safetensors")
      let name = String(golden.name.dropFirst(5))
      let singular = try spectra.doubles(name + "/singular_values")
      expectClose(try LinearAlgebra.singularValues(x), singular, relToMax: 1e-5, name)
      expectClose(
        try EffectiveRank.rankMe(x), try value(golden, "rankme"), rel: 1e-3, name)
      guard let ratio = golden.entry["values"]?["participation_ratio"]?.double else { continue }
      let spectrum = try LinearAlgebra.covarianceSpectrum(x)
      expectClose(
        spectrum, try spectra.doubles(name + "/covariance_spectrum"), relToMax: 1e-5, name)
      expectClose(EffectiveRank.participationRatio(spectrum) ?? 0, ratio, rel: 1e-4)
      expectClose(
        EffectiveRank.entropyRank(spectrum) ?? 0,
        try value(golden, "covariance_entropy_rank"), rel: 1e-3, name)
    }
  }

  @Test func alignmentAndUniformityMatchNumPy() throws {
    let cases = try Self.cases("alignment_uniformity")
    #expect(cases.count == 2)
    for golden in cases {
      let inputs = golden.entry["inputs"]?.array?.compactMap(\.string) ?? []
      let x = try tensor(golden, inputs[0], file: "metrics.safetensors")
      let y = try tensor(golden, inputs[1], file: "metrics.safetensors")
      for alpha in [1, 2] {
        expectClose(
          try AlignmentUniformity.alignment(x, y, alpha: Double(alpha)),
          try value(golden, "alignment_alpha\(alpha)"), abs: 1e-5)
      }
      expectClose(
        try AlignmentUniformity.uniformity(workers, x), try value(golden, "uniformity_t2_x"),
        abs: 1e-5)
      expectClose(
        try AlignmentUniformity.uniformity(workers, x, t: 3),
        try value(golden, "uniformity_t3_x"), abs: 1e-5)
      expectClose(
        try AlignmentUniformity.uniformity(workers, y), try value(golden, "uniformity_t2_y"),
        abs: 1e-5)
    }
  }

  @Test func principalComponentsMatchScikitLearn() throws {
    for golden in try Self.cases("pca") {
      let pca = try LinearAlgebra.principalComponents(
        try tensor(golden, "features.safetensors:train_x", file: ""), count: 2)
      let file = try golden.file("pca.safetensors")
      expectClose(pca.components.values, try file.doubles("components"), abs: 1e-4)
      expectClose(pca.projection.values, try file.doubles("projection"), abs: 1e-3)
      expectClose(pca.mean, try file.doubles("mean"), abs: 1e-6)
      let variance = try #require(golden.entry["values"]?["explained_variance"]?.doubles)
      expectClose(pca.explainedVariance, variance, relToMax: 1e-5)
      let ratio = try #require(golden.entry["values"]?["explained_variance_ratio"]?.doubles)
      expectClose(pca.explainedVarianceRatio, ratio, relToMax: 1e-5)
    }
  }

  @Test func kernelAlignmentMatchesNumPy() throws {
    for golden in try Self.cases("linear_cka") {
      let names = ["A", "B", "A_rotated_scaled", "noise"]
      for (i, first) in names.enumerated() {
        for second in names[i...] {
          let key = "\(first)__\(second)"
          guard let want = golden.entry["values"]?[key]?.double else { continue }
          let a = try tensor(golden, "cka/" + first, file: "metrics.safetensors")
          let b = try tensor(golden, "cka/" + second, file: "metrics.safetensors")
          expectClose(try LinearAlgebra.linearCKA(a, b) ?? -1, want, abs: 1e-5, key)
        }
      }
    }
  }

  @Test func neighbourGraphOfDigitsMatchesTheExactOne() throws {
    for golden in try Self.cases("exact_knn_graph") {
      let file = try golden.file("digits.safetensors")
      let shape = try file.entry("x").shape
      let x = Tensor(shape: shape, values: try file.uint8s("x").map { Float($0) })
      let near = try NearestNeighbors.find(
        workers, queries: x, memory: x, k: 15, distance: .cosine, excludesSelf: true)
      expectClose(near.values, try file.doubles("knn15_cosine_similarity"), abs: 1e-5)
      let want = try file.int64s("knn15_cosine_index")
      let same = zip(near.indices, want).reduce(0) { $0 + (Int($1.0) == $1.1 ? 1 : 0) }
      #expect(Double(same) > 0.99 * Double(want.count), "\(same) of \(want.count)")
    }
  }
}
