import Analysis
import Datasets
import Kernels
import Methods
import Tensors

/// A similarity graph of samples, ready to draw.
public struct GraphData: Sendable {
  /// The nodes.
  public var samples: FigureSamples
  /// The edges and components.
  public var graph: FeatureGraph
  /// Pairs of nodes that are two views of one image, whether joined or not.
  public var positives: [FeatureGraph.Pair]
  /// What was compared.
  public var layer: EvaluationLayer
  /// The samples' set.
  public var set: FigureSet

  /// The number of positive pairs that the rule joins.
  public var joinedPositives: Int {
    let joined = Set(graph.edges.map { FeatureGraph.Pair($0.a, $0.b) })
    return positives.count { joined.contains($0) }
  }
}

extension Workbench {
  /// Returns the similarity graph of samples drawn evenly over the classes.
  ///
  /// `batch` and `probe` show two views of each image, so `count` is even there; nil takes 64 or as
  /// many as there are. `progress` is called with the features computed and in all. Throws: `SessionError` for counts out of range, k that is not below n, a
  /// set or layer that is not there, features that are not finite.
  public func similarityGraph(
    count: Int?, k: Int, layer: EvaluationLayer, on set: FigureSet, rule: FeatureGraph.Rule,
    isCancelled: () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> GraphData {
    let (samples, features) = try comparedSamples(
      count: count, usual: 64, layer: layer, on: set, isCancelled: isCancelled, progress: progress)
    let n = samples.count
    guard k < n else {
      throw SessionError(
        "k must be below n = \(n), the number of nodes, got \(k)", about: "k")
    }
    try checkFinite(features, layer.rawValue, ids: samples.ids)
    let graph = try FeatureGraph.neighbors(workers, features: features, k: k, rule: rule)
    // Both views of an image stand half the list apart.
    let positives =
      samples.views.isEmpty ? [] : (0..<n / 2).map { FeatureGraph.Pair($0, $0 + n / 2) }
    return GraphData(samples: samples, graph: graph, positives: positives, layer: layer, set: set)
  }

  /// Samples drawn evenly over the classes with their features [n, D].
  ///
  /// Throws: `SessionError` for counts out of range, a set or layer that is not there, or when
  /// `isCancelled` says so.
  func comparedSamples(
    count: Int?, usual: Int, layer: EvaluationLayer, on set: FigureSet,
    isCancelled: () -> Bool, progress: (Int, Int) -> Void
  ) throws -> (FigureSamples, Tensor) {
    let isPaired = set == .batch || set == .probe
    if isPaired, let count, count % 2 != 0 {
      throw SessionError("n must be even, two views of each image, got \(count)", about: "n")
    }
    if set == .batch {
      let all = try bothViews(layer.batchFeatures)
      let places = try pairedPlaces(count: count, usual: usual)
      let dim = all.shape[1]
      let values = places.flatMap { all.values[$0 * dim..<($0 + 1) * dim] }
      return (
        try batchSamples(at: places), Tensor(shape: [places.count, dim], values: values)
      )
    }
    let evaluated: EvaluationSet = set == .test ? .test : set == .probe ? .probe : .train
    let all = try evaluationSamples(evaluated)
    let number = try sampleCount(
      count, usual: usual, of: all.count, least: 2, what: "\(set.rawValue) samples")
    let places: [Int]
    if isPaired {
      let half = FigureSamples.balanced(
        number / 2, of: all.count / 2, labels: all.labels.map { Array($0[..<(all.count / 2)]) },
        seed: seed, draw: 2)
      places = half + half.map { $0 + all.count / 2 }
    } else {
      places = FigureSamples.balanced(
        number, of: all.count, labels: all.labels, seed: seed, draw: set == .test ? 1 : 0)
    }
    let table = try features(
      layer, of: all, at: places, isCancelled: isCancelled, progress: progress)
    return (try figureSamples(evaluated, all, at: places), table.features)
  }

  /// Places of both views of images of the last batch, drawn evenly over the classes.
  ///
  /// Throws: `SessionError` before the first step or for counts out of range.
  func pairedPlaces(count: Int?, usual: Int) throws -> [Int] {
    let learner = try model()
    guard let batch = learner.lastBatch else { throw SessionError.noBatch(step: learner.step) }
    let labels = try loadedData().loaded.labels
    let images = batch.ids.count
    if let count, count % 2 != 0 {
      throw SessionError("n must be even, two views of each image, got \(count)", about: "n")
    }
    let number = try sampleCount(
      count, usual: usual, of: 2 * images, least: 2, what: "views in the batch")
    let half = FigureSamples.balanced(
      number / 2, of: images, labels: labels.map { all in batch.ids.map { all[$0] } }, seed: seed,
      draw: 3)
    return half + half.map { $0 + images }
  }
}

extension EvaluationLayer {
  /// The layer as the last batch names it.
  var batchFeatures: TrainingGraph.Features {
    switch self {
    case .h: .h
    case .z: .z
    case .p: .p
    }
  }
}
