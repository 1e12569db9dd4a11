import Layers
import Methods

// What the user chose; nil is `auto` and is resolved when something first needs the model.

/// The choices of `backbone`.
public struct BackboneChoice: Sendable, Hashable, Codable {
  /// The network.
  public var name: BackboneName
  /// The first layers.
  public var stem: Stem?
  /// The padding of the CIFAR stem's convolution.
  public var padding: Int?
  /// The base width.
  public var width: Int?
  /// Whether the last normalisation of each residual block starts at 0.
  public var zeroInit: Bool?

  /// Makes a choice with everything else `auto`.
  public init(_ name: BackboneName) { self.name = name }
}

/// The choices of `method`.
public struct MethodChoice: Sendable, Hashable, Codable {
  /// The method.
  public var name: MethodName
  /// The number of images in a batch.
  public var batch: Int?
  /// The temperature of NT-Xent.
  public var temperature: Double?
  /// The hidden width and the output dimension of the projector.
  public var projector: [Int]?
  /// The hidden width of the predictor.
  public var predictor: Int?
  /// The weight of the bank's row in the targets.
  public var alpha: Double?
  /// The number of plain epochs before the bank is used.
  public var start: Int?
  /// How many past epochs the bank averages.
  public var stages: Int?
  /// Whether bank rows are scaled to unit length.
  public var normalize: Bool?
  /// The features that give the attention weights.
  public var attention: AttentionFeatures?
  /// Whether there is an online classifier.
  public var classifier: Bool?

  /// Makes a choice with everything else `auto`.
  public init(_ name: MethodName) { self.name = name }
}

extension MethodChoice {
  /// The choice for another method: options that it does not have are left out.
  func adapted(to name: MethodName) -> MethodChoice {
    func isOwned(_ option: String) -> Bool {
      OptionOwners.method[option]?.contains(name) ?? true
    }
    var choice = self
    choice.name = name
    if !isOwned("temp") { choice.temperature = nil }
    if !isOwned("pred") { choice.predictor = nil }
    if !isOwned("alpha") { choice.alpha = nil }
    if !isOwned("start") { choice.start = nil }
    if !isOwned("stages") { choice.stages = nil }
    if !isOwned("normalize") { choice.normalize = nil }
    if !isOwned("on") { choice.attention = nil }
    return choice
  }
}

/// The names of the optimizers.
public enum OptimizerName: String, Sendable, CaseIterable, Codable {
  case sgd, lars, adam, adamw
}

/// The two LARS of the reference.
public enum LARSVariant: String, Sendable, CaseIterable, Codable {
  /// The SimSiam half's.
  case solo
  /// The SimCLR half's.
  case simclr
}

/// The choices of `optim`.
public struct OptimizerChoice: Sendable, Hashable, Codable {
  /// The update rule.
  public var name: OptimizerName
  /// The learning rate, before scaling by batch/256.
  public var lr: Double?
  /// The weight decay.
  public var weightDecay: Double?
  /// The momentum.
  public var momentum: Double?
  /// Fragments of names whose parameters take no decay and no adaptation.
  public var exclude: [String]?
  /// The learning rate of the online classifier.
  public var classifierLR: Double?
  /// Whether learning rates are multiplied by batch/256.
  public var scaleLR: Bool?
  /// The trust coefficient of LARS.
  public var trust: Double?
  /// Which LARS.
  public var variant: LARSVariant?

  /// Makes a choice with everything else `auto`.
  public init(_ name: OptimizerName) { self.name = name }
}

/// The names of the schedules.
public enum ScheduleName: String, Sendable, CaseIterable, Codable {
  case cosine
  case warmupAnneal = "warmup-anneal"
  case step, linear, const
}

/// The choices of `schedule`.
public struct ScheduleChoice: Sendable, Hashable, Codable {
  /// The curve.
  public var name: ScheduleName
  /// The length of the warm-up.
  public var warmup: Amount?
  /// The length of the whole schedule.
  public var total: Amount?
  /// The rate at which the warm-up starts.
  public var startLR: Double?
  /// The rate at which the cosine ends.
  public var minLR: Double?

  /// Makes a choice with everything else `auto`.
  public init(_ name: ScheduleName) { self.name = name }
}
