import Datasets
import Files

/// The choices of `data`, enough to load the same data again.
public struct DataChoice: Sendable, Hashable, Codable {
  /// The data set's name.
  public var name: String
  /// The file of `tensors` and `batches`.
  public var file: String?
  /// The folder.
  public var root: String?
  /// The part to train on.
  public var split: String?
  /// The number of images.
  public var n: Int?
  /// The number of images of each class.
  public var perClass: Int?
  /// The classes to keep.
  public var classes: [String]?
  /// Whether labels are required, dropped, or taken when there.
  public var labels: Bool?
  /// The number of probe images.
  public var probe: Int?
  /// The mean of each channel.
  public var mean: [Float]?
  /// The standard deviation of each channel.
  public var std: [Float]?

  /// Makes a choice with every default.
  public init(name: String) { self.name = name }

  /// Loads the data.
  ///
  /// Throws: what the readers throw.
  public func load(memoryLimit: Int) throws -> DataState {
    let loaded = try DatasetCatalog.load(
      name: name,
      options: DatasetOptions(
        root: root, file: file, split: split, n: n, perClass: perClass, classes: classes,
        labels: labels, mean: mean, std: std, memoryLimit: memoryLimit))
    return DataState(choice: self, loaded: loaded)
  }
}

/// Loaded data with the choice that loads them again.
public struct DataState: Sendable {
  /// How to load them.
  public let choice: DataChoice
  /// The samples.
  public let loaded: LoadedData

  /// Wraps data that were loaded, or made, elsewhere.
  package init(choice: DataChoice, loaded: LoadedData) {
    self.choice = choice
    self.loaded = loaded
  }

  /// What the resolver must know.
  public var facts: DataFacts {
    let shape = loaded.sampleShape
    switch loaded.content {
    case .points:
      return DataFacts(
        inputShape: [shape.reduce(1, *)], count: loaded.sampleCount,
        classes: loaded.classNames.count)
    case .batches(let batches):
      return DataFacts(
        inputShape: shape, count: loaded.sampleCount, classes: loaded.classNames.count,
        fixedBatch: batches.batchSize, fixedSteps: batches.stepsPerEpoch)
    case .images:
      return DataFacts(
        inputShape: shape, count: loaded.sampleCount,
        classes: loaded.labels == nil ? 0 : loaded.classNames.count)
    }
  }
}

/// The choices of `augment`: a preset, changed.
public struct AugmentationChoice: Sendable, Equatable, Codable {
  /// The preset's name.
  public var preset: String
  /// The pipeline.
  public var pipeline: Augmentation

  /// Makes a choice.
  public init(preset: String, pipeline: Augmentation) {
    self.preset = preset
    self.pipeline = pipeline
  }
}
