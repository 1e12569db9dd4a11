import Kernels

/// A value in a plan: the output of an operation, or an input.
public struct Value: Hashable, Sendable {
  let id: Int
}

/// One step of a plan, with its forward and backward pass side by side.
///
/// An operation holds no memory of its own: the plan gives it pointers through the context.
public protocol Operation: AnyObject {
  /// A short name for reports, for example `conv2d`.
  var kind: String { get }
  /// The parameters that it reads and whose gradients it writes.
  var parameters: [Parameter] { get }
  /// Which inputs' data the backward pass reads.
  var savedInputs: [Int] { get }
  /// Whether the backward pass reads the output's data.
  var savesOutput: Bool { get }
  /// Whether the gradient of the first input may be written over that of the first output: each
  /// element is read before its place is written, and both have the same shape.
  var deliversGradientInPlace: Bool { get }
  /// Floats that live from the forward to the backward pass (statistics, places of maxima).
  var stateCount: Int { get }
  /// Floats of scratch that a pass may use and then forget.
  var workspaceCount: Int { get }

  /// Computes the outputs from the inputs.
  func forward(_ c: OperationContext)
  /// Computes the gradients of inputs and parameters from those of the outputs.
  func backward(_ c: OperationContext)
  /// Applies what the step staged to the model's buffers and counters.
  func commit(_ c: OperationContext)
}

extension Operation {
  /// None.
  public var parameters: [Parameter] { [] }
  /// None.
  public var savedInputs: [Int] { [] }
  /// No.
  public var savesOutput: Bool { false }
  /// No.
  public var deliversGradientInPlace: Bool { false }
  /// None.
  public var stateCount: Int { 0 }
  /// None.
  public var workspaceCount: Int { 0 }
  /// Stages nothing.
  public func commit(_ c: OperationContext) {}
}

/// Whether and how a gradient is delivered.
enum GradientMode {
  /// Nothing asks for it.
  case none
  /// This operation is the first to deliver: it writes.
  case write
  /// Others have delivered: it adds.
  case add
}

/// The pointers of one operation in one plan; made once, so a step allocates nothing.
public struct OperationContext {
  /// The threads and their scratch.
  public let workers: Workers
  /// The model whose parameters, gradients and buffers are used.
  public let model: ModelState
  let inputs: [MutableFloatPointer]
  let outputs: [MutableFloatPointer]
  let inputGradients: [MutableFloatPointer?]
  let gradientModes: [GradientMode]
  let outputGradients: [MutableFloatPointer?]
  /// Floats that live from the forward to the backward pass.
  public let state: MutableFloatPointer
  /// Floats of scratch.
  public let workspace: MutableFloatPointer
  /// The clock of a measurement; an operation of several parts may mark them.
  public internal(set) var profile: PlanProfile?

  /// The data of an input.
  public func input(_ i: Int = 0) -> FloatPointer { FloatPointer(inputs[i]) }
  /// The data of an output.
  public func output(_ i: Int = 0) -> MutableFloatPointer { outputs[i] }
  /// The gradient of an output, or nil where none flows.
  public func outputGradient(_ i: Int = 0) -> FloatPointer? {
    outputGradients[i].map { FloatPointer($0) }
  }
  /// Where the gradient of an input goes, or nil when nothing asks for it.
  public func inputGradient(_ i: Int = 0) -> MutableFloatPointer? {
    gradientModes[i] == .none ? nil : inputGradients[i]
  }
  /// Whether the gradient of an input is to be added to what is there.
  public func addsToInputGradient(_ i: Int = 0) -> Bool { gradientModes[i] == .add }
  /// The values of a parameter.
  public func values(_ p: Parameter) -> FloatPointer {
    FloatPointer(model.values.base + p.entry.offset)
  }
  /// The gradient of a parameter.
  public func gradient(_ p: Parameter) -> MutableFloatPointer {
    model.gradients.base + p.entry.offset
  }
  /// The values of a buffer.
  public func buffer(_ entry: ArenaEntry) -> MutableFloatPointer {
    model.buffers.base + entry.offset
  }
}
