import CommandLanguage
import Datasets
import Images
import Sessions

/// Loads a data set.
public enum DataCommand: Command {
  static let name = Key<String>(
    "name", .choice(DatasetCatalog.entries.map(\.name)), help: "the data set")
  static let file = Key<String?>(
    optional: "file", .path(["safetensors", "npz"]), default: "none",
    help: "the file of tensors and batches"
  )
  .only(for: DatasetCatalog.names(taking: "file"))
  static let root = Key<String?>(
    optional: "root", .folder, default: "the usual folders", help: "the folder with the files"
  )
  .only(for: DatasetCatalog.names(taking: "root"))
  static let split = Key<String?>(
    optional: "split", .choice(["train", "test"]), default: "train", help: "the part to train on"
  )
  .only(for: DatasetCatalog.names(taking: "split"))
  static let n = Key<Int?>(
    optional: "n", .int(in: 1...100_000_000), default: "all", unit: "images",
    help: "take this many, balanced over classes"
  )
  .only(for: DatasetCatalog.names(taking: "n"))
  static let perClass = Key<Int?>(
    optional: "per_class", .int(in: 1...100_000_000), default: "all", unit: "images",
    help: "take this many of each class"
  )
  .only(for: DatasetCatalog.names(taking: "per_class"))
  static let classes = Key<[String]?>(
    optional: "classes", .list(of: .word()), default: "all", help: "keep these classes"
  )
  .only(for: DatasetCatalog.names(taking: "classes"))
  static let labels = Key<Bool?>(
    optional: "labels", .onOff, default: "auto", auto: true,
    help: "require labels (on), drop them (off)"
  )
  .only(for: DatasetCatalog.names(taking: "labels"))
  static let probe = Key<Int>(
    "probe", .int(in: 1...1_000_000), default: 512, unit: "images", help: "the fixed probe set")
  static let mean = Key<[Double]?>(
    optional: "mean", .list(of: .number(), count: 1...3), default: "of the data set",
    help: "mean per channel, 0…1"
  )
  .only(for: DatasetCatalog.names(taking: "mean"))
  static let std = Key<[Double]?>(
    optional: "std", .list(of: .number(.above(0)), count: 1...3), default: "of the data set",
    help: "standard deviation per channel, 0…1"
  )
  .only(for: DatasetCatalog.names(taking: "std"))
  static let ids = Key<Indices>("ids", .indices, help: "sample numbers")

  /// The declaration.
  public static let spec = CommandSpec(
    "data", group: .setup, summary: "Loads a data set and fixes the probe set.",
    details: DatasetCatalog.entries.map { "\($0.name): \($0.summary)" }.joined(separator: "\n"),
    arguments: [name, file],
    options: [root, split, n, perClass, classes, labels, probe, mean, std],
    subcommands: [
      CommandForm(
        "show", summary: "Describes samples: label and pixel statistics.", arguments: [ids],
        givesTable: true,
        examples: [Example("data show 0..4", "The first five training samples")])
    ],
    examples: [
      Example("data demo", "Ten procedural patterns, no file needed"),
      Example("data cifar10 root=../data/cifar10 n=2000", "2 000 images, balanced over classes"),
    ], seeAlso: ["augment"])

  /// Loads or describes.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    if invocation.subcommand == "show" { return try show(invocation, bench) }
    var choice = DataChoice(name: invocation[name])
    choice.file = invocation[file]
    choice.root = invocation[root]
    choice.split = invocation[split]
    choice.n = invocation[n]
    choice.perClass = invocation[perClass]
    choice.classes = invocation[classes]
    choice.labels = invocation[labels]
    choice.probe = invocation.isGiven(probe) ? invocation[probe] : nil
    choice.mean = invocation[mean]?.map { Float($0) }
    choice.std = invocation[std]?.map { Float($0) }
    // While a replay runs, a file that the session itself made lies below another folder.
    var reading = choice
    reading.file = choice.file.map(context.shell.files.readPath)
    var state = try reading.load(memoryLimit: bench.memoryLimit)
    state = DataState(choice: choice, loaded: state.loaded)
    var warnings = state.loaded.warnings
    if let wanted = choice.probe, let train = state.loaded.train, wanted > train.count {
      warnings.append("probe=\(wanted) is more than the \(train.count) images, which are all taken")
    }
    let report = try bench.configure(data: state) { _ in }
    bench.note(reads: state.loaded.sources)
    return Output.text(
      ([describe(state)] + warnings.map { "  note: \($0)" }
        + ChangeText.lines(report)).joined(separator: "\n"))
  }

  private static func describe(_ state: DataState) -> String {
    let data = state.loaded
    let facts = state.facts
    let hash = Fingerprint(value: data.hash).description
    let classes = facts.classes > 0 ? "\(facts.classes) classes" : "no labels"
    switch data.content {
    case .images(let train, let test):
      let tests = test.map { " + \($0.count) test" } ?? ""
      let probe = min(state.choice.probe ?? ProbeSet.defaultCount, train.count)
      return "  \(data.name)  \(train.count)\(tests) images, \(classes), "
        + "\(train.height)×\(train.width)×\(train.channels), hash \(hash)   probe \(probe)×2 views"
    case .points(let points):
      return "  \(data.name)  \(points.count) points in the plane, \(classes), hash \(hash)   "
        + "views are points within \(points.radius)"
    case .batches(let b):
      return "  \(data.name)  \(b.epochs) epochs of \(b.stepsPerEpoch) steps of \(b.batchSize), "
        + "\(data.sampleCount) samples, \(classes), \(b.height)×\(b.width)×\(b.channels), "
        + "hash \(hash)"
    }
  }

  private static func show(_ invocation: Invocation, _ bench: Workbench) throws -> Output {
    guard let state = bench.data else { throw SessionError("no data yet", help: "data demo") }
    let wanted = invocation[ids]
    guard let largest = wanted.max, largest < state.loaded.sampleCount else {
      throw invocation.error(
        "sample \(wanted.max ?? 0) is out of range: the data have samples "
          + "0…\(state.loaded.sampleCount - 1)", at: ids)
    }
    guard let images = state.loaded.train else {
      throw SessionError("data '\(state.choice.name)' are not images")
    }
    let table = Table(
      [
        Table.Column("sample"), Table.Column("class"), Table.Column("mean", decimals: 1),
        Table.Column("min"), Table.Column("max"),
      ],
      rows: wanted.expanded.prefix(10_000).map { id in
        let pixels = images.thumbnail(id)
        let sum = pixels.reduce(0) { $0 + Int($1) }
        return [
          .int(id), images.labels.map { .text(images.classNames[$0[id]]) } ?? .none,
          .number(Double(sum) / Double(max(1, pixels.count))), .int(Int(pixels.min() ?? 0)),
          .int(Int(pixels.max() ?? 0)),
        ]
      })
    return .table(table)
  }
}
