import Kernels
import Layers
import Methods

/// Everything that the user set, in no order; a model is built from it when first needed.
public struct Configuration: Sendable, Hashable, Codable {
  /// The seed of weights, order and views; nil until set, then 0 is used.
  public var seed: UInt64?
  /// The backbone.
  public var backbone: BackboneChoice?
  /// The method.
  public var method: MethodChoice?
  /// The optimizer.
  public var optimizer: OptimizerChoice?
  /// The schedule.
  public var schedule: ScheduleChoice?
  /// How convolutions are computed.
  public var convolution: ConvolutionChoice = .auto

  /// Makes a configuration in which nothing was set.
  public init() {}

  /// Makes every choice for given data.
  ///
  /// Throws: `SessionError` when a choice does not fit the data or the method.
  public func resolve(_ data: DataFacts) throws -> ResolvedConfiguration {
    try validate()
    var resolver = Resolver(configuration: self, data: data)
    return try resolver.resolve()
  }
}

/// Makes the choices that the user left open and remembers why.
private struct Resolver {
  let configuration: Configuration
  let data: DataFacts
  var options: [ResolvedOption] = []

  init(configuration: Configuration, data: DataFacts) {
    self.configuration = configuration
    self.data = data
  }

  /// Notes an option and returns its value.
  mutating func pick<T>(
    _ part: String, _ name: String, _ chosen: T?, else fallback: T, because reason: String
  ) -> T {
    let value = chosen ?? fallback
    options.append(
      ResolvedOption(
        part: part, name: name, value: display(value), reason: chosen == nil ? reason : "set"))
    return value
  }

  private func display<T>(_ value: T) -> String {
    switch value {
    case let flag as Bool: flag ? "on" : "off"
    case let list as [String]: list.isEmpty ? "none" : list.joined(separator: ",")
    case let list as [Int]: "[" + list.map(String.init).joined(separator: ",") + "]"
    case let raw as any RawRepresentable<String>: raw.rawValue
    default: "\(value)"
    }
  }

  mutating func resolve() throws -> ResolvedConfiguration {
    _ = pick(
      "seed", "seed", configuration.seed, else: 0, because: "not given: weights, order and views")
    guard let choice = configuration.backbone else {
      throw SessionError("no backbone yet", help: "backbone small")
    }
    let family = configuration.method?.name.isSimSiamFamily
    let backbone = try backbone(choice, isSimSiam: family)
    guard let methodChoice = configuration.method, let family else {
      return ResolvedConfiguration(
        backbone: backbone, method: nil, optimizer: nil, schedule: nil, stepsPerEpoch: 0,
        convolution: configuration.convolution, options: options)
    }
    let method = try method(methodChoice, backbone: backbone, isSimSiam: family)
    let steps = data.stepsPerEpoch(batch: method.batch)
    guard steps > 0 else {
      throw SessionError(
        "batch must be at most the number of training images, \(data.count), got \(method.batch)",
        help: "method \(method.name.rawValue) batch=\(max(2, data.count / 2))", about: "batch")
    }
    let optimizer = try optimizer(batch: method.batch, isSimSiam: family)
    let schedule = try schedule(stepsPerEpoch: steps, isSimSiam: family)
    return ResolvedConfiguration(
      backbone: backbone, method: method, optimizer: optimizer, schedule: schedule,
      stepsPerEpoch: steps, convolution: configuration.convolution, options: options)
  }

  private mutating func backbone(_ c: BackboneChoice, isSimSiam: Bool?) throws
    -> BackboneConfiguration
  {
    _ = pick("backbone", "name", c.name, else: c.name, because: "")
    let isResNet = c.name.isResNet
    let isImages = data.inputShape.count == 3
    if c.name != .mlp, !isImages {
      throw SessionError(
        "backbone '\(c.name.rawValue)' needs images, the data are points [\(data.inputShape[0])]",
        help: "backbone mlp", about: "name")
    }
    let side = isImages ? max(data.inputShape[0], data.inputShape[1]) : 0
    let width = pick(
      "backbone", "width", c.width,
      else: isResNet || c.name == .mlp ? 64 : 16,
      because: isResNet ? "the full ResNet" : "the default of \(c.name.rawValue)")
    guard isResNet else {
      return BackboneConfiguration(
        name: c.name, stem: .cifar, padding: 1, width: width, zeroInit: false)
    }
    let stem = pick(
      "backbone", "stem", c.stem, else: side <= 64 ? .cifar : .imagenet,
      because: "images are \(side) pixels")
    if stem == .imagenet, c.padding != nil {
      throw SessionError(
        "padding belongs to stem=cifar, the stem is imagenet for these images", about: "padding")
    }
    let padding =
      stem == .imagenet
      ? 3
      : pick(
        "backbone", "padding", c.padding, else: isSimSiam == true ? 2 : 1,
        because: isSimSiam == true ? "the SimSiam half's stem" : "the SimCLR half's stem")
    let smallest = isImages ? min(data.inputShape[0], data.inputShape[1]) : 0
    if stem == .cifar, smallest + 2 * padding < 3 {
      throw SessionError(
        "padding=\(padding) needs images of at least \(3 - 2 * padding) pixels, "
          + "the data have \(data.inputShape[0])×\(data.inputShape[1])",
        help: "backbone \(c.name.rawValue) padding=1", about: "padding")
    }
    let zeroInit = pick(
      "backbone", "zero_init", c.zeroInit, else: isSimSiam == true,
      because: isSimSiam == true ? "the SimSiam half" : "the SimCLR half")
    return BackboneConfiguration(
      name: c.name, stem: stem, padding: padding, width: width, zeroInit: zeroInit)
  }

  private mutating func method(
    _ c: MethodChoice, backbone: BackboneConfiguration, isSimSiam: Bool
  ) throws -> MethodConfiguration {
    _ = pick("method", "name", c.name, else: c.name, because: "")
    let h = featureDimension(backbone)
    let family = isSimSiam ? "the SimSiam half" : "the SimCLR half"
    let batch = pick(
      "method", "batch", c.batch, else: data.fixedBatch ?? (isSimSiam ? 256 : 512),
      because: data.fixedBatch == nil ? family : "the recorded batches")
    if let fixed = data.fixedBatch, fixed != batch {
      throw SessionError(
        "batch must be \(fixed), the size of the recorded batches, got \(batch)", about: "batch")
    }
    let projector = pick(
      "method", "proj", c.projector, else: isSimSiam ? [2048, 2048] : [h, 128], because: family)
    guard projector.count == 2 else {
      throw SessionError(
        "proj takes two numbers, [hidden,out], got \(projector.count)", about: "proj")
    }
    var temperature = 0.7
    var predictor = 0
    if isSimSiam {
      predictor = pick("method", "pred", c.predictor, else: 512, because: family)
    } else {
      temperature = pick("method", "temp", c.temperature, else: 0.7, because: family)
    }
    var bank = (alpha: 0.5, start: 51, stages: 1, normalize: false)
    if c.name == .simsiamMulti {
      bank.alpha = pick("method", "alpha", c.alpha, else: 0.5, because: family)
      let start = pick(
        "method", "start", c.start.map { Amount.epochs(Double($0)) },
        else: .epochs(Double(bank.start)), because: family)
      bank.start = Int(exactly: start.steps(perEpoch: 1, total: 0)) ?? bank.start
      bank.stages = pick("method", "stages", c.stages, else: 1, because: family)
      bank.normalize = pick("method", "normalize", c.normalize, else: false, because: family)
    }
    var attention = AttentionFeatures.h
    if c.name == .simclrAttn {
      attention = pick("method", "on", c.attention, else: .h, because: family)
    }
    let classifier = pick(
      "method", "classifier", c.classifier, else: isSimSiam && data.classes > 0,
      because: data.classes > 0 ? family : "the data have no labels")
    if classifier, data.classes == 0 {
      throw SessionError("classifier=on needs labels, the data have none", about: "classifier")
    }
    return MethodConfiguration(
      name: c.name, batch: batch, temperature: temperature, projectorHidden: projector[0],
      projectorOut: projector[1], predictorHidden: predictor, alpha: bank.alpha,
      start: bank.start, stages: bank.stages, normalize: bank.normalize, attention: attention,
      classes: classifier ? data.classes : 0)
  }

  private func featureDimension(_ b: BackboneConfiguration) -> Int {
    switch b.name {
    case .resnet18, .resnet34, .small: 8 * b.width
    case .resnet50: 32 * b.width
    case .mlp: b.width
    }
  }

  private mutating func optimizer(batch: Int, isSimSiam: Bool) throws -> ResolvedOptimizer {
    let family = isSimSiam ? "the SimSiam half" : "the SimCLR half"
    let chosen = configuration.optimizer
    let name = pick(
      "optim", "name", chosen?.name, else: isSimSiam ? .sgd : .lars, because: family)
    let c = chosen ?? OptimizerChoice(name)
    let isAdam = name == .adam || name == .adamw
    let lr = pick(
      "optim", "lr", c.lr, else: isAdam ? 1e-3 : name == .lars ? 1 : 0.5,
      because: "the default of \(name.rawValue)")
    let wd = pick(
      "optim", "wd", c.weightDecay, else: isSimSiam ? 1e-5 : 1e-6, because: family)
    let momentum =
      isAdam ? 0 : pick("optim", "momentum", c.momentum, else: 0.9, because: "both halves")
    let classifierLR = pick(
      "optim", "classifier_lr", c.classifierLR, else: 0.1, because: "the SimSiam half")
    let scale = pick("optim", "scale_lr", c.scaleLR, else: isSimSiam, because: family)
    var variant = LARSVariant.simclr
    var trust = 0.001
    if name == .lars {
      trust = pick("optim", "trust", c.trust, else: 0.001, because: "both halves")
      variant = pick(
        "optim", "variant", c.variant, else: isSimSiam ? .solo : .simclr, because: family)
    }
    let exclude = pick(
      "optim", "exclude", c.exclude,
      else: isSimSiam ? [] : name == .lars ? ["bn", "bias"] : ["bn"], because: family)
    let factor = scale ? Double(batch) / 256 : 1
    return ResolvedOptimizer(
      name: name, lr: lr * factor, classifierLR: classifierLR * factor, weightDecay: wd,
      momentum: momentum, trust: trust, variant: variant, exclude: exclude)
  }

  private mutating func schedule(stepsPerEpoch: Int, isSimSiam: Bool) throws -> ResolvedSchedule {
    let family = isSimSiam ? "the SimSiam half" : "the SimCLR half"
    let chosen = configuration.schedule
    let name = pick(
      "schedule", "name", chosen?.name, else: isSimSiam ? .cosine : .warmupAnneal,
      because: family)
    let c = chosen ?? ScheduleChoice(name)
    guard name != .const else {
      return ResolvedSchedule(name: name, warmup: 0, total: 0, startLR: 0, minLR: 0)
    }
    let totalAmount = pick(
      "schedule", "total", c.total, else: .epochs(100), because: "the default")
    if case .fraction = totalAmount {
      throw SessionError(
        "schedule: total takes steps or epochs, got \(totalAmount)", about: "total")
    }
    let total = totalAmount.steps(perEpoch: stepsPerEpoch, total: 0)
    var warmup = 0.0
    if name == .cosine || name == .warmupAnneal {
      let amount = pick(
        "schedule", "warmup", c.warmup,
        else: name == .cosine ? .epochs(10) : .fraction(0.01), because: family)
      warmup = amount.steps(perEpoch: stepsPerEpoch, total: total)
      guard warmup <= total else {
        throw SessionError(
          "schedule: warmup (\(amount)) is longer than total (\(totalAmount))", about: "warmup")
      }
    }
    var startLR = 0.0
    var minLR = 0.0
    if name == .cosine {
      startLR = pick("schedule", "start_lr", c.startLR, else: 3e-5, because: "the SimSiam half")
      minLR = pick("schedule", "min_lr", c.minLR, else: 0, because: "the SimSiam half")
    }
    return ResolvedSchedule(
      name: name, warmup: warmup, total: total, startLR: startLR, minLR: minLR)
  }
}
