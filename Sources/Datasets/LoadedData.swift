/// A data set that is ready for use, with where it came from.
public struct LoadedData: Sendable {
  /// What kind of samples it holds.
  public enum Content: Sendable {
    /// Images, with a test part when there is one.
    case images(train: ImageDataset, test: ImageDataset?)
    /// Points with views drawn from neighbours.
    case points(PointSet)
    /// Recorded epochs of views.
    case batches(RecordedBatches)
  }

  /// The name, such as `cifar10`.
  public let name: String
  /// The samples.
  public let content: Content
  /// The files that were read, in order; empty for built-in sets.
  public let sources: [FileRecord]
  /// What the user should know, one line each.
  public let warnings: [String]

  /// Makes a data set.
  public init(name: String, content: Content, sources: [FileRecord] = [], warnings: [String] = []) {
    self.name = name
    self.content = content
    self.sources = sources
    self.warnings = warnings
  }

  /// The training images, nil for points and batches.
  public var train: ImageDataset? {
    guard case .images(let train, _) = content else { return nil }
    return train
  }

  /// The test images, nil when there are none.
  public var test: ImageDataset? {
    guard case .images(_, let test) = content else { return nil }
    return test
  }

  /// The number of training samples.
  public var sampleCount: Int {
    switch content {
    case .images(let train, _): train.count
    case .points(let points): points.count
    case .batches(let batches): batches.sampleCount
    }
  }

  /// The class of each training sample, nil when unknown.
  public var labels: [Int]? {
    switch content {
    case .images(let train, _): train.labels
    case .points(let points): points.labels
    case .batches(let batches): batches.labels
    }
  }

  /// The names of the classes; empty without labels.
  public var classNames: [String] {
    switch content {
    case .images(let train, _): train.classNames
    case .points(let points): points.classNames
    case .batches(let batches): batches.classNames
    }
  }

  /// The shape of one view, [H, W, C].
  public var sampleShape: [Int] {
    switch content {
    case .images(let train, _): [train.height, train.width, train.channels]
    case .points: [1, 1, 2]
    case .batches(let batches): [batches.height, batches.width, batches.channels]
    }
  }

  /// A hash of all samples and labels, test images included.
  public var hash: UInt64 {
    switch content {
    case .images(let train, let test): train.hash ^ (test?.hash ?? 0) &* 0x9E37_79B9_7F4A_7C15
    case .points(let points): points.hash
    case .batches(let batches): batches.hash
    }
  }
}
