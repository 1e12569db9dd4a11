import Kernels

/// Records the operations of one configuration (model, method, batch shape, mode).
public final class PlanBuilder {
  /// What is known of a value while the plan is recorded.
  struct ValueRecord {
    var name: String
    var shape: [Int]
    /// The value whose memory this one shares: itself, or what it was detached from.
    var storage: Int
    var needsGradient: Bool
  }

  /// What is known of an operation.
  struct NodeRecord {
    var operation: any Operation
    var inputs: [Value]
    var outputs: [Value]
  }

  /// Whether normalisation uses the batch's statistics (training) or the running ones.
  public let isTraining: Bool
  /// The number of statistic groups of every normalisation: 2 when each view has its own.
  public let statisticGroups: Int
  /// Whether normalisation, residual add and ReLU are one operation.
  ///
  /// Plans that show every activation keep them apart; the numbers are the same bits.
  public let fusesActivations: Bool
  /// How convolutions are computed.
  public let convolution: ConvolutionChoice
  private(set) var values: [ValueRecord] = []
  private(set) var nodes: [NodeRecord] = []
  private(set) var inputs: [Value] = []
  private(set) var kept: Set<Int> = []
  private(set) var losses: [Value] = []
  private var scopes: [String] = []

  /// Begins a plan.
  public init(
    isTraining: Bool, statisticGroups: Int = 1, fusesActivations: Bool = true,
    convolution: ConvolutionChoice = .auto
  ) {
    self.isTraining = isTraining
    self.convolution = convolution
    self.statisticGroups = statisticGroups
    self.fusesActivations = fusesActivations
  }

  /// Runs `body` with a name added to the path of the values that it records.
  public func scope<R>(_ name: String, _ body: () -> R) -> R {
    scopes.append(name)
    defer { scopes.removeLast() }
    return body()
  }

  /// The path of names at this place, joined by dots.
  public var path: String { scopes.joined(separator: ".") }

  /// Returns the shape of a value.
  public func shape(_ value: Value) -> [Int] { values[value.id].shape }

  /// Adds an input of the plan; the caller writes its data before each run.
  public func input(_ name: String, shape: [Int]) -> Value {
    let value = record(name, shape: shape, needsGradient: false)
    inputs.append(value)
    return value
  }

  /// Adds an operation and returns its outputs, which carry the scope's path as their name.
  public func add(_ operation: any Operation, _ inputs: [Value], shapes: [[Int]]) -> [Value] {
    let needsGradient =
      operation.parameters.contains { $0.isTrainable }
      || inputs.contains { values[$0.id].needsGradient }
    let outputs = shapes.map { record(path, shape: $0, needsGradient: needsGradient) }
    nodes.append(NodeRecord(operation: operation, inputs: inputs, outputs: outputs))
    return outputs
  }

  /// Adds an operation of one output.
  public func add(_ operation: any Operation, _ inputs: [Value], shape: [Int]) -> Value {
    add(operation, inputs, shapes: [shape])[0]
  }

  /// Returns the same data without its gradient (stop-gradient).
  public func detach(_ value: Value) -> Value {
    var copy = values[value.id]
    copy.needsGradient = false
    values.append(copy)
    return Value(id: values.count - 1)
  }

  /// Returns an input seen as rows [N, …] → [N, D]; inputs carry no gradient.
  public func flatten(_ value: Value) -> Value {
    let shape = values[value.id].shape
    guard shape.count != 2 else { return value }
    precondition(!values[value.id].needsGradient, "only inputs are flattened")
    let flat = detach(value)
    values[flat.id].shape = [shape[0], shape.dropFirst().reduce(1, *)]
    return flat
  }

  /// Keeps a value's data until the next run, so that it can be looked at.
  public func keep(_ value: Value) { kept.insert(values[value.id].storage) }

  /// Keeps every value's data: activations of all layers can be looked at.
  public func keepAll() { kept.formUnion(values.map(\.storage)) }

  /// Makes a scalar a root of the backward pass, with gradient 1.
  public func addLoss(_ value: Value) { losses.append(value) }

  /// The bytes that a `Plan` of this configuration allocates; nil when they overflow.
  ///
  /// Asked before a plan is made, so that one that does not fit is refused, not tried.
  public func plannedBytes(computesGradients: Bool) -> Int? {
    var total = 0
    for value in values {
      let size = value.shape.reduce((partialValue: 1, overflow: false)) { size, extent in
        let next = size.partialValue.multipliedReportingOverflow(by: extent)
        return (next.partialValue, size.overflow || next.overflow)
      }
      let sum = total.addingReportingOverflow(size.partialValue)
      if size.overflow || sum.overflow { return nil }
      total = sum.partialValue
    }
    // Twice every value and more than any workspace: beyond it nothing below could be computed.
    guard total < Int.max >> 8 else { return nil }
    let planned = PlanSchedule(self, computesGradients: computesGradients).memory().total
    let bytes = planned.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    return bytes.overflow ? nil : bytes.partialValue
  }

  /// The names of all operations' outputs, in order.
  public var operationNames: [String] {
    nodes.flatMap { $0.outputs.map { values[$0.id].name } }
  }

  /// The convolutions in order; the first layer's input needs no gradient.
  package var convolutions: [(name: String, shape: ConvolutionShape, needsInputGradient: Bool)] {
    nodes.compactMap { node in
      guard let operation = node.operation as? Conv2dOperation, let input = node.inputs.first,
        let output = node.outputs.first
      else { return nil }
      return (
        values[output.id].name, operation.convolution.shape, values[input.id].needsGradient
      )
    }
  }

  /// The names and shapes of all operations' outputs, in order and in the engine's layout.
  public var operationShapes: [(name: String, shape: [Int])] {
    nodes.flatMap { $0.outputs.map { (values[$0.id].name, values[$0.id].shape) } }
  }

  private func record(_ name: String, shape: [Int], needsGradient: Bool) -> Value {
    values.append(
      ValueRecord(
        name: name, shape: shape, storage: values.count, needsGradient: needsGradient))
    return Value(id: values.count - 1)
  }
}
