import Analysis
import Datasets

/// The result of a weighted kNN evaluation with what it was measured on.
public struct KNNReport: Sendable {
  /// Accuracies and predictions.
  public let result: WeightedKNN.Result
  /// The number of training images in the memory.
  public let memory: Int
  /// The number of test images.
  public let queries: Int
}

extension Workbench {
  /// Weighted kNN with the training images in use as memory and the test images as queries.
  ///
  /// Features are of the present weights, in eval mode, without augmentation. `progress` is called
  /// with the images done and the images in all. Throws: `SessionError` without labels or test
  /// images, for more neighbours than memory, or when `isCancelled` says so.
  public func knn(
    _ rule: WeightedKNN, layer: EvaluationLayer, trainLimit: Int?, testLimit: Int?,
    isCancelled: () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> KNNReport {
    let loaded = try loadedData().loaded
    guard let test = loaded.test else {
      throw SessionError("kNN needs test images as queries, data '\(loaded.name)' have none")
    }
    guard loaded.labels != nil, test.labels != nil else {
      throw SessionError("kNN needs labels, data '\(loaded.name)' have none")
    }
    let memoryCount = min(trainLimit ?? Int.max, loaded.sampleCount)
    let queryCount = min(testLimit ?? Int.max, test.count)
    guard rule.k <= memoryCount else {
      throw SessionError(
        "k must be at most the number of training images, \(memoryCount), got \(rule.k)",
        help: "knn k=\(memoryCount)", about: "k")
    }
    let all = memoryCount + queryCount
    let memory = try features(
      layer, on: .train, limit: trainLimit, isCancelled: isCancelled,
      progress: { done, _ in progress(done, all) })
    let queries = try features(
      layer, on: .test, limit: testLimit, isCancelled: isCancelled,
      progress: { done, _ in progress(memoryCount + done, all) })
    let result = try rule.classify(
      workers, train: memory.features, trainLabels: memory.labels ?? [], test: queries.features,
      testLabels: queries.labels ?? [], classes: loaded.classNames.count)
    return KNNReport(result: result, memory: memory.index.count, queries: queries.index.count)
  }

  /// Remembers an accuracy as the latest value of the metric `knn`, in percent.
  public func noteKNN(_ percent: Double) {
    let step = learner?.step ?? 0
    evaluations.append(Evaluation(step: step, knn: percent))
    measured(.knn, percent, .evaluation)
  }
}
