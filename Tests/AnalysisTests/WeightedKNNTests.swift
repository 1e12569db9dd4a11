import Analysis
import Files
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct WeightedKNNTests {
  private let workers = Workers(threads: 2)

  private func tensor(_ golden: GoldenCase, _ name: String) throws -> Tensor {
    Tensor(shape: try golden.shape(name), values: try golden.floats(name))
  }

  @Test(arguments: try GoldenSet.cases(families: ["knn"]))
  func matchesTheReferenceClassifier(_ golden: GoldenCase) throws {
    var knn = WeightedKNN()
    knn.k = try #require(golden.hyper["k"]?.int)
    knn.temperature = try #require(golden.hyper["T"]?.double)
    knn.distance = try #require(
      FeatureDistance(rawValue: golden.hyper["distance_fx"]?.string ?? ""))
    let result = try knn.classify(
      workers, train: try tensor(golden, "train_features"),
      trainLabels: try golden.ints("train_labels"), test: try tensor(golden, "test_features"),
      testLabels: try golden.ints("test_labels"),
      classes: try #require(golden.hyper["classes"]?.int))
    expectClose(
      result.scores, try golden.floats("scores"),
      relToMax: try #require(golden.tolerance["tensor_rel_to_max"]?.double),
      abs: try #require(golden.tolerance["tensor_abs"]?.double))
    expectClose(result.top1, try #require(golden.scalars["top1_f64"]?.double), abs: 1e-9)
    expectClose(result.top5, try #require(golden.scalars["top5_f64"]?.double), abs: 1e-9)
  }

  @Test(arguments: FeatureDistance.allCases)
  func blocksFindTheSameNeighboursAsAFullSort(_ distance: FeatureDistance) throws {
    let (q, n, dim, k) = (300, 2300, 5, 7)
    let a = GoldenFill.floats(kind: "v", name: "a", seed: 1, count: q * dim) ?? []
    let b = GoldenFill.floats(kind: "v", name: "b", seed: 1, count: n * dim) ?? []
    let near = try NearestNeighbors.find(
      workers, queries: Tensor(shape: [q, dim], values: a),
      memory: Tensor(shape: [n, dim], values: b), k: k, distance: distance)
    for i in stride(from: 0, to: q, by: 13) {
      let row = a[i * dim..<(i + 1) * dim].map { Double($0) }
      let scored = (0..<n).map { j -> (Double, Int) in
        let other = b[j * dim..<(j + 1) * dim].map { Double($0) }
        let dot = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
        let (x, y) = (row.reduce(0) { $0 + $1 * $1 }, other.reduce(0) { $0 + $1 * $1 })
        return (distance == .cosine ? -dot / (x * y).squareRoot() : x + y - 2 * dot, j)
      }
      let want = scored.sorted { $0 < $1 }.prefix(k).map { Int32($0.1) }
      #expect(Array(near.indices[i * k..<(i + 1) * k]) == want, "query \(i)")
    }
  }

  @Test func equalRowsRankByIndex() throws {
    let memory = Tensor(shape: [30, 2], values: (0..<30).flatMap { _ in [Float(1), 2] })
    let near = try NearestNeighbors.find(
      workers, queries: memory, memory: memory, k: 4, distance: .cosine, excludesSelf: true)
    #expect(Array(near.indices[0..<4]) == [1, 2, 3, 4])
    #expect(Array(near.indices[8..<12]) == [0, 1, 3, 4])
  }

  @Test func fewRowsOddLabelsAndBadShapesAreHandled() throws {
    let knn = WeightedKNN()
    let train = Tensor(shape: [3, 1], values: [1, 1, -1])
    let result = try knn.classify(
      workers, train: train, trainLabels: [0, -1, 1], test: train, testLabels: [0, 5, 1],
      classes: 2)
    #expect(result.top1 == 100)
    #expect(result.predictions == [0, 0, 1])
    #expect(throws: LinearAlgebraError.self) {
      try knn.classify(
        workers, train: train, trainLabels: [0], test: train, testLabels: [0, 1, 1], classes: 2)
    }
    #expect(throws: LinearAlgebraError.notFinite) {
      try knn.classify(
        workers, train: Tensor(shape: [1, 1], values: [.nan]), trainLabels: [0], test: train,
        testLabels: [0, 1, 1], classes: 2)
    }
  }

  @Test func everyImageOfTheMemoryFindsItself() throws {
    let n = 3000
    let x = Tensor(
      shape: [n, 64], values: GoldenFill.floats(kind: "v", name: "x", seed: 2, count: n * 64) ?? [])
    let labels = GoldenFill.labels(name: "y", seed: 2, count: n, classes: 10)
    let result = try WeightedKNN().classify(
      workers, train: x, trainLabels: labels, test: x, testLabels: labels, classes: 10)
    #expect(result.top1 == 100)
    let near = try NearestNeighbors.find(
      Workers(threads: 1), queries: x, memory: x, k: 2, distance: .cosine)
    #expect((0..<n).allSatisfy { near.indices[2 * $0] == Int32($0) })
  }
}
