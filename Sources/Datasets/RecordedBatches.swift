import Files

/// Recorded epochs of views, replayed in their order without augmentation.
///
/// The file holds `view1`, `view2` [E, S, B, C, H, W], optional `index` [E, S, B] (0…B−1 in every
/// step when absent) and optional `labels` [N] by sample index.
public struct RecordedBatches: Sendable {
  /// The number of recorded epochs, E.
  public let epochs: Int
  /// The number of steps of an epoch, S.
  public let stepsPerEpoch: Int
  /// The number of samples of a step, B.
  public let batchSize: Int
  /// The channels of a view, C.
  public let channels: Int
  /// The height of a view, H.
  public let height: Int
  /// The width of a view, W.
  public let width: Int
  /// The first views, [E, S, B, H, W, C].
  public let view1: [Float]
  /// The second views, [E, S, B, H, W, C].
  public let view2: [Float]
  /// The sample of each place, [E, S, B].
  public let index: [Int]
  /// The class of each sample, nil when unknown.
  public let labels: [Int]?
  /// The number of samples: the length of `labels`, else the largest index + 1.
  public let sampleCount: Int
  /// The class names 0…max(label); empty without labels.
  public let classNames: [String]
  /// A hash of views, indices and labels.
  public let hash: UInt64
  /// What the user should know, one line each.
  public let warnings: [String]

  /// Makes recorded batches from views with channels last.
  ///
  /// - Parameters:
  ///   - shape: [E, S, B, H, W, C], none of them 0.
  ///   - view1: the first views.
  ///   - view2: the second views.
  ///   - index: the sample of each place; 0…B−1 in every step when nil.
  ///   - labels: the class of each sample.
  ///   - source: what the batches are called in errors.
  /// - Throws: `DatasetError` when an index has no label or is negative.
  public init(
    shape: [Int], view1: [Float], view2: [Float], index: [Int]?, labels: [Int]?,
    source: String = "batches"
  ) throws {
    precondition(shape.count == 6 && shape.reduce(1, *) == view1.count, "\(shape)")
    precondition(view1.count == view2.count, "\(view1.count) and \(view2.count) values")
    (epochs, stepsPerEpoch, batchSize) = (shape[0], shape[1], shape[2])
    (height, width, channels) = (shape[3], shape[4], shape[5])
    let places = epochs * stepsPerEpoch * batchSize
    let index = index ?? (0..<places).map { $0 % shape[2] }
    precondition(index.count == places, "\(index.count) of \(places) indices")
    let largest = index.max() ?? 0
    let samples = labels?.count ?? largest + 1
    if let place = index.firstIndex(where: { $0 < 0 || $0 >= samples }) {
      throw DatasetError(
        "\(source), 'index'[\(place)]: expected 0…\(samples - 1), one of the labelled samples, "
          + "found \(index[place])")
    }
    sampleCount = samples
    self.view1 = view1
    self.view2 = view2
    self.index = index
    self.labels = labels
    classNames = TensorImages.classNames(labels)
    let bad = view1.count { !$0.isFinite } + view2.count { !$0.isFinite }
    warnings = bad == 0 ? [] : ["\(bad) of \(2 * view1.count) view values are not finite"]
    var hash = ContentHash()
    for extent in shape { hash.update(UInt64(extent)) }
    view1.withUnsafeBytes { hash.update($0) }
    view2.withUnsafeBytes { hash.update($0) }
    index.withUnsafeBytes { hash.update($0) }
    if let labels { labels.withUnsafeBytes { hash.update($0) } }
    self.hash = hash.finalize()
  }

  /// The number of values of one view.
  public var viewSize: Int { height * width * channels }

  /// Returns the samples of a step.
  ///
  /// - Throws: `DatasetError` after the last recorded epoch.
  public func ids(epoch: Int, step: Int) throws -> [Int] {
    let start = try place(epoch: epoch, step: step)
    return Array(index[start..<(start + batchSize)])
  }

  /// Returns the flat place of a step's first sample.
  func place(epoch: Int, step: Int) throws -> Int {
    guard epoch >= 0, epoch < epochs else {
      throw DatasetError(
        "the recorded batches end after \(epochs) epochs of \(stepsPerEpoch) steps: "
          + "expected epoch 0…\(epochs - 1), found \(epoch)")
    }
    precondition(step >= 0 && step < stepsPerEpoch, "step \(step) of \(stepsPerEpoch)")
    return (epoch * stepsPerEpoch + step) * batchSize
  }

  /// Returns the batches without labels.
  func withoutLabels() throws -> RecordedBatches {
    try RecordedBatches(
      shape: [epochs, stepsPerEpoch, batchSize, height, width, channels], view1: view1,
      view2: view2, index: index, labels: nil)
  }
}
