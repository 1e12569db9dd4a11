import Kernels
import Layers
import Methods

/// What the resolver must know of the data.
public struct DataFacts: Sendable, Hashable {
  /// The shape of one input: [H, W, C] or [D].
  public var inputShape: [Int]
  /// The number of training samples.
  public var count: Int
  /// The number of classes, 0 without labels.
  public var classes: Int
  /// The batch size that recorded batches fix.
  public var fixedBatch: Int?
  /// The steps of an epoch that recorded batches fix.
  public var fixedSteps: Int?

  /// Makes the facts.
  public init(
    inputShape: [Int], count: Int, classes: Int, fixedBatch: Int? = nil, fixedSteps: Int? = nil
  ) {
    self.inputShape = inputShape
    self.count = count
    self.classes = classes
    self.fixedBatch = fixedBatch
    self.fixedSteps = fixedSteps
  }

  /// Returns the number of steps in an epoch; a last, smaller batch is dropped.
  public func stepsPerEpoch(batch: Int) -> Int { fixedSteps ?? count / max(1, batch) }
}

/// A resolved value with the reason for it, for `show config`.
public struct ResolvedOption: Sendable, Equatable {
  /// The part (`backbone`, `method`, …).
  public let part: String
  /// The option's name at the prompt.
  public let name: String
  /// The value.
  public let value: String
  /// Why it has this value.
  public let reason: String
}

/// Every choice made.
public struct ResolvedConfiguration: Sendable, Equatable {
  /// The backbone.
  public var backbone: BackboneConfiguration
  /// The method, or nil when none was chosen.
  public var method: MethodConfiguration?
  /// The optimizer, with rates already scaled.
  public var optimizer: ResolvedOptimizer?
  /// The schedule, in steps.
  public var schedule: ResolvedSchedule?
  /// The steps of an epoch; 0 without a method.
  public var stepsPerEpoch: Int
  /// How convolutions are computed.
  public var convolution: ConvolutionChoice
  /// Every option with its value and reason, in the order of `show config`.
  public var options: [ResolvedOption]
}

/// An optimizer with every choice made.
public struct ResolvedOptimizer: Sendable, Hashable {
  /// The update rule.
  public var name: OptimizerName
  /// The learning rate in force at the top of the schedule.
  public var lr: Double
  /// The classifier's learning rate.
  public var classifierLR: Double
  /// The weight decay.
  public var weightDecay: Double
  /// The momentum.
  public var momentum: Double
  /// The trust coefficient of LARS.
  public var trust: Double
  /// Which LARS.
  public var variant: LARSVariant
  /// Fragments of excluded names.
  public var exclude: [String]
}

/// A schedule in steps.
public struct ResolvedSchedule: Sendable, Hashable {
  /// The curve.
  public var name: ScheduleName
  /// The warm-up in steps.
  public var warmup: Double
  /// The whole schedule in steps.
  public var total: Double
  /// The rate at which the warm-up starts.
  public var startLR: Double
  /// The rate at which the cosine ends.
  public var minLR: Double
}
