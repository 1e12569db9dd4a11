/// The update rule of an optimizer and its hyper-parameters.
public struct OptimizerConfiguration: Sendable, Equatable {
  /// The update rules.
  public enum Algorithm: String, Sendable, CaseIterable {
    /// Stochastic gradient descent with momentum (PyTorch `SGD`).
    case sgd
    /// LARS with the adaptation before momentum, per tensor (solo-learn `LARS`).
    case larsSolo
    /// LARS as the SimCLR half of the reference has it: decay first, adaptation by group.
    case larsSimCLR
    /// Adam with the decay added to the gradient (PyTorch `Adam`).
    case adam
    /// Adam with decoupled decay (PyTorch `AdamW`).
    case adamw
  }

  /// The update rule.
  public var algorithm: Algorithm
  /// The momentum of SGD and LARS.
  public var momentum = 0.9
  /// Whether the step looks ahead along the momentum (SGD, `larsSolo`).
  public var nesterov = false
  /// The trust coefficient of LARS (`eta` in solo-learn).
  public var trust = 0.001
  /// Whether `larsSolo` limits the adapted rate to the learning rate.
  public var clip = false
  /// Whether `larsSolo` leaves tensors of one dimension without adaptation and decay.
  public var excludeOneDimensional = false
  /// The decay rate of Adam's average of gradients.
  public var beta1 = 0.9
  /// The decay rate of Adam's average of squared gradients.
  public var beta2 = 0.999
  /// Adam's ε, added to the root of the second average.
  public var epsilon = 1e-8

  /// Makes a configuration with PyTorch's defaults and momentum 0.9.
  public init(_ algorithm: Algorithm) { self.algorithm = algorithm }

  /// The names of the state tensors of each parameter, in the order of the state arena.
  ///
  /// Adam's `step` is the optimizer's step count, not a slot.
  public var stateSlots: [String] {
    switch algorithm {
    case .sgd, .larsSolo, .larsSimCLR: momentum == 0 ? [] : ["momentum_buffer"]
    case .adam, .adamw: ["exp_avg", "exp_avg_sq"]
    }
  }

  /// Whether files carry a `step` count per parameter.
  public var hasStepCount: Bool { algorithm == .adam || algorithm == .adamw }
}

/// Parameters that share a learning rate and a weight decay.
public struct OptimizerGroup: Sendable, Equatable {
  /// The name of the group in metrics.
  public let name: String
  /// The learning rate before any schedule, per step.
  public let baseLR: Double
  /// The L2 decay per step, before the learning rate.
  public let weightDecay: Double
  /// Whether LARS adapts the rate of its tensors.
  public let adapt: Bool
  /// Whether the schedule leaves its rate alone.
  public let isConstant: Bool

  /// Makes a group.
  public init(
    name: String, baseLR: Double, weightDecay: Double = 0, adapt: Bool = true,
    isConstant: Bool = false
  ) {
    self.name = name
    self.baseLR = baseLR
    self.weightDecay = weightDecay
    self.adapt = adapt
    self.isConstant = isConstant
  }
}

/// One trained parameter: where it lies in the arenas and which group it belongs to.
///
/// A parameter that takes no gradient has no range: it never changes and never decays.
public struct ParameterRange: Sendable, Equatable {
  /// The full name, `backbone.layer1.0.conv1.weight`.
  public let name: String
  /// The first element in the parameter arena, in floats.
  public let offset: Int
  /// The number of elements.
  public let count: Int
  /// The number of dimensions of its shape.
  public let ndim: Int
  /// The index of its group.
  public let group: Int
  /// Whether it takes neither decay nor adaptation, whatever its group says.
  public let isExcluded: Bool

  /// Makes a range.
  public init(
    name: String, offset: Int, count: Int, ndim: Int, group: Int, isExcluded: Bool = false
  ) {
    self.name = name
    self.offset = offset
    self.count = count
    self.ndim = ndim
    self.group = group
    self.isExcluded = isExcluded
  }
}
