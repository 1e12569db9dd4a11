import Kernels

/// How a parameter's first values are drawn; the key is (seed, `init`, the parameter's name).
public enum Initializer: Sendable, Hashable {
  /// Every element equal to a value.
  case constant(Float)
  /// Uniform in [−bound, bound]; PyTorch's default for linear and convolution layers.
  case uniform(bound: Float)
  /// Normal with a standard deviation; Kaiming normal with `fan_out` in torchvision's ResNets.
  case normal(std: Float)
}

/// The place of one parameter in the parameter arena and the rules of its training.
public struct Parameter: Sendable, Hashable {
  /// The name, shape and offset; the gradient arena has the same layout.
  public let entry: ArenaEntry
  /// How the first values are drawn.
  public let initializer: Initializer
  /// Whether it is trained; a parameter that is not never changes and never decays.
  public let isTrainable: Bool
}

/// Collects the parameters, buffers and counters of a model before its arenas are allocated.
public final class StateLayout {
  /// The parameters in the order of registration.
  public private(set) var parameters: [Parameter] = []
  /// The layout of parameters and of their gradients.
  public private(set) var parameterLayout = ArenaLayout()
  /// The layout of buffers (running statistics).
  public private(set) var bufferLayout = ArenaLayout()
  /// The first values of buffers by name.
  public private(set) var bufferStart: [String: Float] = [:]
  /// The names of 64-bit counters (`num_batches_tracked`).
  public private(set) var counters: [String] = []

  /// Makes an empty layout.
  public init() {}

  /// Adds a parameter of a full name.
  public func parameter(
    _ name: String, shape: [Int], _ initializer: Initializer, isTrainable: Bool = true
  ) -> Parameter {
    let parameter = Parameter(
      entry: parameterLayout.add(name, shape: shape), initializer: initializer,
      isTrainable: isTrainable)
    parameters.append(parameter)
    return parameter
  }

  /// Adds a buffer whose elements all start at a value.
  public func buffer(_ name: String, shape: [Int], start: Float) -> ArenaEntry {
    bufferStart[name] = start
    return bufferLayout.add(name, shape: shape)
  }

  /// Adds a counter that starts at 0 and returns its place.
  public func counter(_ name: String) -> Int {
    counters.append(name)
    return counters.count - 1
  }
}

/// The arenas of one model: parameters, their gradients, buffers, counters.
public final class ModelState: @unchecked Sendable {
  /// The parameters in the order of registration.
  public let parameters: [Parameter]
  /// The parameter values.
  public let values: Arena
  /// The gradients of the last backward pass, laid out as the values.
  public let gradients: Arena
  /// The running statistics.
  public let buffers: Arena
  /// The names of the counters.
  public let counterNames: [String]
  /// The counters (`num_batches_tracked`).
  public var counters: [Int64]

  /// Allocates the arenas of a layout; parameters are 0 and buffers have their first values.
  public init(_ layout: StateLayout) {
    parameters = layout.parameters
    values = Arena(layout: layout.parameterLayout)
    gradients = Arena(layout: layout.parameterLayout)
    buffers = Arena(layout: layout.bufferLayout)
    counterNames = layout.counters
    counters = Array(repeating: 0, count: layout.counters.count)
    for entry in buffers.layout.entries {
      let start = layout.bufferStart[entry.name] ?? 0
      for i in 0..<entry.count { buffers.base[entry.offset + i] = start }
    }
  }

  /// Draws every parameter from (seed, `init`, name), so that order never matters.
  public func initialize(seed: UInt64) {
    for parameter in parameters { initialize(parameter, seed: seed) }
  }

  /// Draws one parameter from (seed, `init`, name).
  public func initialize(_ parameter: Parameter, seed: UInt64) {
    let p = values.base + parameter.entry.offset
    let key = nameHash(parameter.entry.name)
    var stream = RandomStream(
      seed: seed, stream: .initialization, sample: Int(UInt32(truncatingIfNeeded: key)),
      epoch: Int(UInt32(truncatingIfNeeded: key >> 32)))
    let count = parameter.entry.count
    switch parameter.initializer {
    case .constant(let value): p.update(repeating: value, count: count)
    case .uniform(let bound): stream.fillUniform(p, count: count, bound: bound)
    case .normal(let std): stream.fillNormal(p, count: count, scale: std)
    }
  }

  /// Copies values, buffers and counters (not gradients) of a model of the same layout.
  public func copy(from other: ModelState) {
    values.copy(from: other.values)
    buffers.copy(from: other.buffers)
    counters = other.counters
  }
}

/// Returns the 64-bit FNV-1a hash of a name's UTF-8 bytes.
func nameHash(_ name: String) -> UInt64 {
  name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
