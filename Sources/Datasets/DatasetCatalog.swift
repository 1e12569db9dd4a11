/// The data sets by name, and the one call that loads any of them.
public enum DatasetCatalog {
  /// What a name stands for and which options it takes.
  public struct Entry: Sendable {
    /// The name at the prompt.
    public let name: String
    /// One line for help.
    public let summary: String
    /// The options that it takes, as spelled at the prompt.
    public let options: [String]
  }

  private static let imageOptions = ["split", "n", "per_class", "classes", "labels", "mean", "std"]

  /// Every data set, built-in ones first.
  public static let entries: [Entry] = [
    Entry(
      name: "demo", summary: "ten procedural patterns, 32×32, 2 000 + 500 images, needs no file",
      options: imageOptions),
    Entry(
      name: "gauss2", summary: "points from two Gaussians, views are neighbours (the paper's toy)",
      options: ["n", "labels"]),
    Entry(
      name: "cifar10", summary: "CIFAR-10, binary files data_batch_*.bin",
      options: ["root"] + imageOptions),
    Entry(
      name: "cifar100", summary: "CIFAR-100, binary files train.bin, test.bin",
      options: ["root"] + imageOptions),
    Entry(
      name: "mnist", summary: "MNIST, IDX files, plain or .gz", options: ["root"] + imageOptions),
    Entry(
      name: "fashion-mnist", summary: "Fashion-MNIST, IDX files, plain or .gz",
      options: ["root"] + imageOptions),
    Entry(
      name: "tensors", summary: "images from a safetensors or npz file",
      options: ["file", "n", "per_class", "classes", "labels", "mean", "std"]),
    Entry(
      name: "batches", summary: "recorded epochs of views from a safetensors or npz file",
      options: ["file", "labels"]),
  ]

  /// The data sets that take an option.
  public static func names(taking option: String) -> [String] {
    entries.filter { $0.options.contains(option) }.map(\.name)
  }

  /// Loads a data set.
  ///
  /// - Parameters:
  ///   - name: one of `entries`.
  ///   - options: what the user asked for; an option that the set does not take is an error.
  /// - Returns: the samples, with warnings and the files that were read.
  /// - Throws: `DatasetError` or `FileError` when the name is unknown (with a suggestion), an
  ///   option does not apply or is out of range, or files are missing or malformed.
  public static func load(name: String, options: DatasetOptions = DatasetOptions()) throws
    -> LoadedData
  {
    guard let entry = entries.first(where: { $0.name == name }) else {
      let names = entries.map(\.name)
      throw DatasetError(
        "unknown data set '\(name)': expected \(names.joined(separator: " "))",
        suggestion: NameSuggestion.nearest(to: name, in: names), about: "name")
    }
    for option in options.given where !entry.options.contains(option) {
      throw DatasetError(
        "data \(name) takes no \(option)=: expected \(entry.options.joined(separator: " "))",
        about: option)
    }
    switch name {
    case "gauss2":
      let points = try PointSet.gauss2(count: options.n ?? 100)
      return LoadedData(
        name: name, content: .points(options.labels == false ? points.withoutLabels() : points))
    case "batches": return try batches(options)
    default: return try adjusted(try images(name, options), options)
    }
  }

  private static func images(_ name: String, _ options: DatasetOptions) throws -> LoadedData {
    switch name {
    case "cifar10": return try CIFAR.load(CIFAR.cifar10, root: options.root)
    case "cifar100": return try CIFAR.load(CIFAR.cifar100, root: options.root)
    case "mnist": return try IDX.load(IDX.mnist, root: options.root)
    case "fashion-mnist": return try IDX.load(IDX.fashionMNIST, root: options.root)
    case "tensors":
      return try TensorImages.load(
        try file(name, options), normalization: try normalization(options, .identity),
        memoryLimit: options.memoryLimit)
    default: return DemoDataset.load()
    }
  }

  private static func file(_ name: String, _ options: DatasetOptions) throws -> String {
    guard let file = options.file else {
      throw DatasetError(
        "data \(name): expected a file", suggestion: "data \(name) FILE", about: "name")
    }
    return file
  }

  private static func batches(_ options: DatasetOptions) throws -> LoadedData {
    let path = try file("batches", options)
    var batches = try RecordedBatches.read(path, memoryLimit: options.memoryLimit)
    if options.labels == true, batches.labels == nil {
      throw DatasetError(
        "labels=on: expected labels in '\(path)', found none", about: "labels")
    }
    if options.labels == false { batches = try batches.withoutLabels() }
    return LoadedData(
      name: "batches", content: .batches(batches), sources: [try FileRecord.read(path)],
      warnings: batches.warnings)
  }

  /// Returns the constants that the user gave, completed from defaults; nil when none was given.
  private static func normalization(_ options: DatasetOptions, _ defaults: Normalization) throws
    -> Normalization?
  {
    guard options.mean != nil || options.std != nil else { return nil }
    func three(_ name: String, _ values: [Float]?, _ fallback: [Float], from least: Float) throws
      -> [Float]
    {
      guard let values else { return fallback }
      guard values.count == 1 || values.count == 3 else {
        throw DatasetError(
          "\(name)=: expected 1 or 3 numbers, found \(values.count)", about: name)
      }
      guard values.allSatisfy({ $0.isFinite && $0 > least }) else {
        throw DatasetError(
          "\(name)=: expected finite numbers\(least == 0 ? " above 0" : ""), found \(values)",
          about: name)
      }
      return values.count == 3 ? values : Array(repeating: values[0], count: 3)
    }
    return Normalization(
      mean: try three("mean", options.mean, defaults.mean, from: -.infinity),
      std: try three("std", options.std, defaults.std, from: 0))
  }

  /// Applies split, classes, n, labels and normalisation to images.
  private static func adjusted(_ data: LoadedData, _ options: DatasetOptions) throws -> LoadedData {
    guard case .images(var train, var test) = data.content else { return data }
    var warnings = data.warnings
    switch options.split ?? "train" {
    case "train": break
    case "test":
      guard let part = test else {
        throw DatasetError("split=test: no test images were found", about: "split")
      }
      train = part
      warnings.append("split=test: training and test images are the same")
    default:
      throw DatasetError(
        "split='\(options.split ?? "")': expected train or test", about: "split")
    }
    if options.labels == true, train.labels == nil {
      throw DatasetError(
        "labels=on: expected labels in '\(data.name)', found none", about: "labels")
    }
    train = try train.subset(
      n: options.n, perClass: options.perClass, classes: options.classes)
    if let classes = options.classes { test = try test?.subset(classes: classes) }
    if options.labels == false {
      train = train.withoutLabels()
      test = test?.withoutLabels()
    }
    let defaults = Normalization(mean: train.mean, std: train.std)
    if data.name != "tensors", let wanted = try normalization(options, defaults) {
      train = train.normalized(mean: wanted.mean, std: wanted.std)
      test = test?.normalized(mean: wanted.mean, std: wanted.std)
    }
    return LoadedData(
      name: data.name, content: .images(train: train, test: test), sources: data.sources,
      warnings: warnings)
  }
}
