import Foundation

/// What the user asked of a data set; nil leaves a default.
public struct DatasetOptions: Sendable, Equatable {
  /// The folder with the files.
  public var root: String?
  /// The file of `tensors` and `batches`.
  public var file: String?
  /// The part to train on, `train` or `test`.
  public var split: String?
  /// The number of samples, balanced over classes.
  public var n: Int?
  /// The number of samples of each class.
  public var perClass: Int?
  /// The classes to keep, by name or number, in this order.
  public var classes: [String]?
  /// Whether labels are required (true), dropped (false) or taken when there (nil).
  public var labels: Bool?
  /// The mean of each channel (or one for all) for uint8 images, on the scale 0…1.
  public var mean: [Float]?
  /// The standard deviation of each channel (or one for all), on the scale 0…1.
  public var std: [Float]?
  /// The largest amount of memory for the samples, in bytes.
  public var memoryLimit: Int

  /// Makes options with every default: 80 % of the machine's memory as the limit.
  public init(
    root: String? = nil, file: String? = nil, split: String? = nil, n: Int? = nil,
    perClass: Int? = nil, classes: [String]? = nil, labels: Bool? = nil, mean: [Float]? = nil,
    std: [Float]? = nil, memoryLimit: Int? = nil
  ) {
    self.root = root
    self.file = file
    self.split = split
    self.n = n
    self.perClass = perClass
    self.classes = classes
    self.labels = labels
    self.mean = mean
    self.std = std
    let installed = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    self.memoryLimit = memoryLimit ?? installed / 10 * 8
  }

  /// The names of the options that were given.
  var given: [String] {
    let all: [(String, Bool)] = [
      ("root", root != nil), ("file", file != nil), ("split", split != nil), ("n", n != nil),
      ("per_class", perClass != nil), ("classes", classes != nil), ("labels", labels != nil),
      ("mean", mean != nil), ("std", std != nil),
    ]
    return all.filter(\.1).map(\.0)
  }
}
