import Kernels
import Layers
import Methods
import Tensors

/// What `params` says of one parameter.
public struct ParameterSummary: Sendable, Equatable {
  /// The full name.
  public let name: String
  /// The shape, in PyTorch's order.
  public let shape: [Int]
  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }
  /// ‖w‖.
  public let norm: Double
  /// ‖w − w₀‖, w₀ the values drawn from the seed.
  public let change: Double
  /// ‖w₀‖.
  public let initialNorm: Double
  /// The norm of the last step's gradient; nil before a step.
  public private(set) var gradientNorm: Double?
  /// ‖w − w′‖ / ‖w′‖, w′ the values before the last step; nil before a step or when w′ is 0.
  public private(set) var updateRatio: Double?

  /// The same parameter with what the last step did to it, as another session found it.
  public func with(step other: ParameterSummary) -> ParameterSummary {
    var summary = self
    summary.gradientNorm = other.gradientNorm
    summary.updateRatio = other.updateRatio
    return summary
  }
}

extension Workbench {
  /// Measures the parameters that a pattern names, in Float64.
  ///
  /// A pattern has `*` and `?`, or is a parameter's or a layer's full name; nil means all.
  /// Throws: `SessionError` when the model cannot be built or nothing matches.
  public func parameters(matching pattern: String?) throws -> [ParameterSummary] {
    let learner = try model()
    let all = learner.model.parameters
    let found = all.filter { parameter in
      guard let pattern else { return true }
      let name = parameter.entry.name
      return glob(pattern, name) || name.hasPrefix(pattern + ".")
    }
    guard !found.isEmpty else {
      throw SessionError("no parameter matches '\(pattern ?? "*")'", help: "show model")
    }
    let start = ModelState(learner.network.layout)
    let before = learner.lastBatch == nil ? nil : learner.before
    return found.map { parameter in
      start.initialize(parameter, seed: learner.seed)
      let (offset, count) = (parameter.entry.offset, parameter.entry.count)
      let now = FloatPointer(learner.model.values.base + offset)
      let first = FloatPointer(start.values.base + offset)
      var ratio: Double?
      if let before {
        let old = FloatPointer(before.values.base + offset)
        let size = Rows.squaredNorm(old, count).squareRoot()
        if size > 0 { ratio = Rows.squaredDistance(now, old, count).squareRoot() / size }
      }
      return ParameterSummary(
        name: parameter.entry.name, shape: parameter.entry.shape,
        norm: Rows.squaredNorm(now, count).squareRoot(),
        change: Rows.squaredDistance(now, first, count).squareRoot(),
        initialNorm: Rows.squaredNorm(first, count).squareRoot(),
        gradientNorm: learner.lastBatch.map { _ in
          Rows.squaredNorm(FloatPointer(learner.model.gradients.base + offset), count).squareRoot()
        },
        updateRatio: ratio)
    }
  }
}
