import Analysis
import Datasets
import Kernels
import Layers
import Methods
import Tensors

/// Which samples an evaluation runs on, in eval mode and without augmentation.
public enum EvaluationSet: String, Sendable, CaseIterable {
  /// The training samples in use.
  case train
  /// The test images.
  case test
  /// The stored views of the probe images: all first views, then all second views.
  case probe
}

/// A layer of the evaluated model.
public enum EvaluationLayer: String, Sendable, CaseIterable {
  /// Backbone features.
  case h
  /// Projections.
  case z
  /// Predictions (SimSiam family).
  case p
}

/// Features of many samples.
public struct FeatureTable: Sendable {
  /// The features [N, D].
  public var features: Tensor
  /// The data set index of each row.
  public var index: [Int]
  /// The label of each row, where known.
  public var labels: [Int]?
}

extension Workbench {
  /// Returns the features of a set in data order, at most `limit` rows, balanced over
  /// classes and in file order within a class; without labels at even distances.
  ///
  /// `progress` is called with the rows done and the rows in all.
  /// Throws: `SessionError` when the data have no such set or the model no such layer.
  public func features(
    _ layer: EvaluationLayer, on set: EvaluationSet, limit: Int? = nil,
    isCancelled: () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> FeatureTable {
    let samples = try evaluationSamples(set)
    return try features(
      layer, of: samples,
      at: Self.chosen(samples.count, labels: samples.labels, limit: limit),
      isCancelled: isCancelled, progress: progress)
  }

  /// Returns the features of some of a set's samples, in the order of their places.
  func features(
    _ layer: EvaluationLayer, of samples: EvaluationSamples, at ids: [Int],
    isCancelled: () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> FeatureTable {
    let learner = try model()
    let graph = EvaluationGraph(
      learner.network, model: learner.model, workers: workers,
      rows: try evaluationRows(
        learner.network, wanted: min(Self.evaluationRows(learner), ids.count)))
    guard let dimension = graph.dimension(layer) else {
      throw SessionError(
        "the model has no layer '\(layer.rawValue)'",
        help: layer == .h ? nil : help(choosing: .simsiam), about: "layer")
    }
    try refuse(atLeast: 4 * Double(ids.count) * Double(dimension), "the table of features")
    var values = [Float](repeating: 0, count: ids.count * dimension)
    var start = 0
    while start < ids.count {
      if isCancelled() { throw SessionError("stopped by the user") }
      let count = min(graph.rows, ids.count - start)
      graph.run(count: count, workers: workers) { row, target in
        samples.write(ids[start + row], target)
      }
      graph.copy(layer, rows: count, into: &values, at: start * dimension)
      start += count
      progress(start, ids.count)
    }
    return FeatureTable(
      features: Tensor(shape: [ids.count, dimension], values: values),
      index: ids.map(samples.index), labels: samples.labels.map { all in ids.map { all[$0] } })
  }

  /// Rows evaluated at once: large enough to fill the threads, small enough for wide maps.
  private static func evaluationRows(_ learner: Learner) -> Int {
    let c = learner.configuration.backbone
    return c.name == .resnet50 || c.width > 64 ? 32 : 128
  }

  /// Every sample, or `limit` of them: class by class in turn, at even distances without labels.
  private static func chosen(_ count: Int, labels: [Int]?, limit: Int?) -> [Int] {
    guard let limit, limit < count else { return Array(0..<count) }
    guard let labels else { return (0..<limit).map { $0 * count / limit } }
    var seen: [Int: Int] = [:]
    let turns = labels.map { label -> Int in
      seen[label, default: 0] += 1
      return seen[label, default: 0]
    }
    let order = (0..<count).sorted { (turns[$0], labels[$0]) < (turns[$1], labels[$1]) }
    return order.prefix(limit).sorted()
  }

  /// The samples of a set, by place: labels, data set indices, inputs.
  struct EvaluationSamples {
    var count: Int
    var labels: [Int]?
    var index: (Int) -> Int
    var write: (Int, MutableFloatPointer) -> Void
  }

  func evaluationSamples(_ set: EvaluationSet) throws -> EvaluationSamples {
    let state = try loadedData()
    func images(_ images: ImageDataset) -> EvaluationSamples {
      EvaluationSamples(
        count: images.count, labels: images.labels, index: { $0 },
        write: { images.writeNormalized($0, into: $1) })
    }
    switch (state.loaded.content, set) {
    case (.images(let train, _), .train): return images(train)
    case (.images(_, let test?), .test): return images(test)
    case (.images, .test):
      throw SessionError("data '\(state.choice.name)' have no test images", about: "on")
    case (.images(let train, _), .probe):
      let probe = try probeSet()
      return EvaluationSamples(
        count: probe.count * 2,
        labels: train.labels.map { all in (probe.ids + probe.ids).map { all[$0] } },
        index: { probe.ids[$0 % probe.count] }, write: { probe.write($0, into: $1) })
    case (.points(let points), .train):
      return EvaluationSamples(
        count: points.count, labels: points.labels, index: { $0 },
        write: { i, target in
          target[0] = points.points[2 * i]
          target[1] = points.points[2 * i + 1]
        })
    case (.batches(let batches), .train):
      // A recorded sample is seen as its first view in the first step that has it.
      var place: [Int: Int] = [:]
      for (i, id) in batches.index.enumerated() where place[id] == nil { place[id] = i }
      let ids = place.keys.sorted()
      let size = batches.viewSize
      return EvaluationSamples(
        count: ids.count, labels: batches.labels.map { all in ids.map { all[$0] } },
        index: { ids[$0] },
        write: { i, target in
          let start = (place[ids[i]] ?? 0) * size
          for j in 0..<size { target[j] = batches.view1[start + j] }
        })
    default:
      throw SessionError(
        "data '\(state.choice.name)' have no set '\(set.rawValue)'", about: "on")
    }
  }

  /// Measures a costly metric of the present state or of the last batch.
  func measure(_ name: MetricName, _ isCancelled: () -> Bool = { false }) throws -> Double? {
    let learner = try model()
    switch name {
    case .knn:
      return try knn(
        WeightedKNN(), layer: .h, trainLimit: nil, testLimit: nil, isCancelled: isCancelled
      ).result.top1
    case .erank:
      let z = try learner.batchFeatures(.z, view: 0)
      // What is not finite has no rank; like the other metrics of such a step it is nan.
      guard z.values.allSatisfy(\.isFinite) else { return .nan }
      return try EffectiveRank.rankMe(z)
    case .align:
      return try AlignmentUniformity.alignment(
        learner.batchFeatures(.z, view: 0).normalizedRows(workers),
        learner.batchFeatures(.z, view: 1).normalizedRows(workers))
    case .uniform:
      return try AlignmentUniformity.uniformity(
        workers, learner.batchFeatures(.z, view: 0).normalizedRows(workers))
    default: return nil
    }
  }
}

extension Tensor {
  /// The rows of [N, D] scaled to unit length.
  func normalizedRows(_ workers: Workers) -> Tensor {
    var out = self
    RowNormalization.forward(
      workers, values, rows: shape[0], dim: shape.dropFirst().reduce(1, *), to: &out.values)
    return out
  }
}

/// The evaluation of a model with the memory for a number of rows.
final class EvaluationGraph {
  let rows: Int
  private let record: EvaluationRecord
  private let plan: Plan
  private let inputSize: Int

  init(_ network: ContrastiveNetwork, model: ModelState, workers: Workers, rows: Int) {
    self.rows = rows
    record = network.recordEvaluation(rows: rows)
    plan = Plan(record.plan, model: model, workers: workers, computesGradients: false)
    inputSize = network.inputShape.reduce(1, *)
  }

  private func value(_ layer: EvaluationLayer) -> Value? {
    switch layer {
    case .h: record.h
    case .z: record.z
    case .p: record.p
    }
  }

  /// The dimension of a layer, or nil where there is none.
  func dimension(_ layer: EvaluationLayer) -> Int? { value(layer).map { plan.shape($0)[1] } }

  /// Fills the first `count` rows and computes all layers; other rows keep old inputs.
  func run(count: Int, workers: Workers, write: (Int, MutableFloatPointer) -> Void) {
    guard let base = plan.data(record.inputs).baseAddress else { return }
    workers.parallel(count: count, grain: 16) { range, _ in
      for row in range { write(row, base + row * inputSize) }
    }
    plan.forward()
  }

  /// Copies a layer's first rows.
  func copy(_ layer: EvaluationLayer, rows: Int, into out: inout [Float], at offset: Int) {
    guard let value = value(layer) else { return }
    let data = plan.data(value)
    let count = rows * plan.shape(value)[1]
    for i in 0..<count { out[offset + i] = data[i] }
  }
}
