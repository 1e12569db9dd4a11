import Datasets
import Kernels
import Layers
import Methods
import Tensors

/// Where a session stands, as `show state` lists it; making it builds nothing.
public struct StateSummary: Sendable, Equatable {
  /// The number of completed steps.
  public var step = 0
  /// The 0-based epoch that the next step belongs to.
  public var epoch = 0
  /// The number of completed steps of that epoch.
  public var stepInEpoch = 0
  /// The steps of an epoch; 0 without a method.
  public var stepsPerEpoch = 0
  /// The number of parameters, or nil before the model is built.
  public var parameters: Int?
  /// Bytes by part, in the order in which they are shown.
  public var memory: [Share] = []

  /// The memory of one part.
  public struct Share: Sendable, Equatable {
    /// The part, for example `data`.
    public let part: String
    /// The bytes.
    public let bytes: Int
  }
}

/// The default of an option in both families, with its source.
public struct DefaultOption: Sendable, Equatable {
  /// The command.
  public let part: String
  /// The option's name at the prompt.
  public let name: String
  /// The default and its source of SimSiam and SimSiam-Multi; nil where it does not exist.
  public let simsiam: Choice?
  /// The default and its source of SimCLR and SimCLR-Attn; nil where it does not exist.
  public let simclr: Choice?

  /// A value and where it comes from.
  public struct Choice: Sendable, Equatable {
    /// The value as the prompt writes it.
    public let value: String
    /// The source.
    public let source: String
  }
}

extension Workbench {
  /// Where the session stands.
  public var summary: StateSummary {
    var out = StateSummary()
    out.stepsPerEpoch = resolution?.stepsPerEpoch ?? 0
    let float = MemoryLayout<Float>.stride
    if let data { out.memory.append(.init(part: "data", bytes: data.loaded.byteCount)) }
    guard let learner else { return out }
    out.step = learner.step
    out.epoch = learner.epoch
    out.stepInEpoch = learner.stepInEpoch
    out.parameters = learner.model.parameters.reduce(0) { $0 + $1.entry.count }
    let model = learner.model
    for (part, floats) in [
      ("parameters", model.values.floatCount), ("gradients", model.gradients.floatCount),
      ("buffers", model.buffers.floatCount), ("optimizer", learner.optimizerState.floatCount),
      ("bank", learner.bankArena?.floatCount ?? 0),
      ("before the last step", learner.before.map { $0.values.floatCount * 2 } ?? 0),
    ] where floats > 0 {
      out.memory.append(.init(part: part, bytes: floats * float))
    }
    if learner.planBytes > 0 {
      out.memory.append(.init(part: "step", bytes: learner.planBytes))
    }
    return out
  }

  /// Every option's default in both families with its source, for the present data or, without
  /// any, for labelled images of 32×32 pixels.
  ///
  /// Throws: `SessionError` when the data fit no default.
  public func defaults() throws -> [DefaultOption] {
    var facts = data?.facts ?? DataFacts(inputShape: [32, 32, 3], count: 0, classes: 10)
    // Defaults do not depend on the number of images; every default batch must fit.
    facts.count = max(facts.count, 100_000)
    let left = try Self.openOptions([.simsiam, .simsiamMulti], facts)
    let right = try Self.openOptions([.simclr, .simclrAttn], facts)
    let merged = (left + right.filter { r in !left.contains { $0.isSame(r) } }).map { option in
      DefaultOption(
        part: option.part, name: option.name,
        simsiam: left.first { $0.isSame(option) }.map(DefaultOption.Choice.init),
        simclr: right.first { $0.isSame(option) }.map(DefaultOption.Choice.init))
    }
    return ["seed", "backbone", "method", "optim", "schedule"].flatMap { part in
      merged.filter { $0.part == part }
    }
  }

  /// What the resolver chooses when nothing but the names is set.
  private static func openOptions(
    _ methods: [MethodName], _ facts: DataFacts
  ) throws -> [ResolvedOption] {
    var all: [ResolvedOption] = []
    for name in methods {
      for optimizer in [nil, OptimizerName.lars] {
        var plain = Configuration()
        plain.backbone = BackboneChoice(facts.inputShape.count == 3 ? .resnet18 : .mlp)
        plain.method = MethodChoice(name)
        plain.optimizer = optimizer.map { OptimizerChoice($0) }
        let found = try plain.resolve(facts).options
        all += found.filter { option in
          option.reason != "set" && !all.contains { $0.isSame(option) }
        }
      }
    }
    return all
  }
}

extension ResolvedOption {
  fileprivate func isSame(_ other: ResolvedOption) -> Bool {
    part == other.part && name == other.name
  }
}

extension DefaultOption.Choice {
  fileprivate init(_ option: ResolvedOption) {
    self.init(value: option.value, source: option.reason)
  }
}

extension LoadedData {
  /// The bytes of all samples, test images included.
  fileprivate var byteCount: Int {
    func bytes(_ images: ImageDataset) -> Int {
      let size = images.isBytes ? 1 : MemoryLayout<Float>.stride
      return images.count * images.imageSize * size
    }
    switch content {
    case .images(let train, let test): return bytes(train) + (test.map(bytes) ?? 0)
    case .points(let points): return points.points.count * MemoryLayout<Float>.stride
    case .batches(let batches): return 2 * batches.view1.count * MemoryLayout<Float>.stride
    }
  }
}
