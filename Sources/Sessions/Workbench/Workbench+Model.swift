import Kernels
import Layers
import Methods
import Tensors

/// A layer with parameters, as `show model` lists it.
public struct LayerDescription: Sendable, Equatable {
  /// The path, for example `backbone.layer1.0.conv1`.
  public let name: String
  /// The parameters' last names and shapes, in PyTorch's order.
  public let parameters: [ParameterShape]
  /// The shape of its output for one input, in PyTorch's order: [C, H, W] or [D].
  public let output: [Int]?
  /// The number of parameters.
  public var count: Int { parameters.reduce(0) { $0 + $1.shape.reduce(1, *) } }

  /// A parameter's last name and its shape.
  public struct ParameterShape: Sendable, Equatable {
    /// The last component of the name: `weight`, `bias`.
    public let name: String
    /// The shape.
    public let shape: [Int]
  }
}

/// A group of the optimizer, as `show optim` lists it.
public struct GroupDescription: Sendable, Equatable {
  /// The name in metrics.
  public let name: String
  /// The learning rate of the next step.
  public let rate: Double
  /// The learning rate before the schedule, scaled by batch/256 where that is on.
  public let baseRate: Double
  /// The weight decay per step.
  public let weightDecay: Double
  /// Whether the schedule changes the rate.
  public let isScheduled: Bool
  /// Whether LARS adapts the rate of its tensors; false for other optimizers.
  public let isAdapted: Bool
  /// The number of tensors.
  public let tensors: Int
  /// The number of tensors that take neither decay nor adaptation because of their name.
  public let excluded: Int
  /// The number of parameters.
  public let count: Int
}

extension Workbench {
  /// The command that chooses a method; once steps were taken, the one that goes on from them.
  func help(choosing method: MethodName) -> String {
    ((learner?.step ?? 0) > 0 ? "swap method " : "method ") + method.rawValue
  }

  /// Lists the layers with parameters in the order of PyTorch's state dict.
  ///
  /// Throws: `SessionError` when the model cannot be built.
  public func layers() throws -> [LayerDescription] {
    let network = try model().network
    let evaluation = network.recordEvaluation(rows: 1).plan.operationShapes
    let outputs = Dictionary(
      evaluation.map { ($0.name, Self.publicShape($0.shape)) },
      uniquingKeysWith: { _, last in last })
    var order: [String] = []
    var parameters: [String: [LayerDescription.ParameterShape]] = [:]
    for entry in network.layout.parameterLayout.entries {
      let parts = entry.name.split(separator: ".")
      let layer = parts.dropLast().joined(separator: ".")
      if parameters[layer] == nil { order.append(layer) }
      parameters[layer, default: []].append(
        .init(name: String(parts.last ?? ""), shape: entry.shape))
    }
    // Normalisation keeps the shape of the layer before it, and fused plans have no name for it.
    var before: [Int]?
    return order.map { name in
      before = outputs[name] ?? before
      return LayerDescription(name: name, parameters: parameters[name] ?? [], output: before)
    }
  }

  /// [1, H, W, C] → [C, H, W], [1, D] → [D].
  private static func publicShape(_ shape: [Int]) -> [Int] {
    shape.count == 4 ? [shape[3], shape[1], shape[2]] : Array(shape.dropFirst())
  }

  /// Lists the optimizer's groups.
  ///
  /// Throws: `SessionError` when the model cannot be built or there is no method.
  public func optimizerGroups() throws -> [GroupDescription] {
    let learner = try model()
    guard let optimizer = learner.optimizer else {
      throw SessionError("no method yet", help: "method simclr")
    }
    let rates = learner.nextRates()
    let isLARS = learner.configuration.optimizer?.name == .lars
    let hasSchedule = learner.configuration.schedule.map { $0.name != .const } ?? false
    return optimizer.groups.enumerated().map { index, group in
      let own = optimizer.ranges.filter { $0.group == index }
      return GroupDescription(
        name: group.name, rate: rates.first { $0.name == group.name }?.value ?? group.baseLR,
        baseRate: group.baseLR, weightDecay: group.weightDecay,
        isScheduled: hasSchedule && !group.isConstant, isAdapted: isLARS && group.adapt,
        tensors: own.count, excluded: own.filter(\.isExcluded).count,
        count: own.reduce(0) { $0 + $1.count })
    }
  }
}
