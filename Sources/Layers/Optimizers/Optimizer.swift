import Kernels

/// Applies an update rule to a parameter arena.
///
/// State lies in an arena of `stateSlots.count · parameterCount` floats, slot after slot, each
/// with the parameters' offsets, all zero at first. Work is cut into chunks of one parameter and
/// at most 16,384 elements and norms are summed in Float64 in chunk order, so the bits do not
/// depend on the number of threads. A step allocates nothing.
public final class Optimizer {
  /// The update rule.
  public let configuration: OptimizerConfiguration
  /// The groups.
  public let groups: [OptimizerGroup]
  /// The trained parameters.
  public let ranges: [ParameterRange]
  /// The number of floats in the parameter arena, and in each state slot.
  public let parameterCount: Int

  private let chunks: UnsafeMutableBufferPointer<Chunk>
  private let plans: UnsafeMutableBufferPointer<RangePlan>

  /// One piece of one parameter, with its share of the two squared norms.
  struct Chunk {
    let range: Int
    let offset: Int
    let count: Int
    var parameterNorm = 0.0
    var gradientNorm = 0.0
  }

  /// What the rule does to one parameter in this step.
  struct RangePlan {
    let firstChunk: Int
    let chunkCount: Int
    var lr: Float = 0
    var decay: Float = 0
    var factor: Float = 1
    var isScaled = false
  }

  private static let chunkSize = 16_384

  /// Makes an optimizer of ranges that lie in an arena of `parameterCount` floats.
  ///
  /// Precondition: every range lies in the arena and names a group.
  public init(
    _ configuration: OptimizerConfiguration, groups: [OptimizerGroup], ranges: [ParameterRange],
    parameterCount: Int
  ) {
    self.configuration = configuration
    self.groups = groups
    self.ranges = ranges
    self.parameterCount = parameterCount
    var pieces: [Chunk] = []
    var table: [RangePlan] = []
    for (index, range) in ranges.enumerated() {
      precondition(
        range.offset >= 0 && range.count >= 0 && range.offset + range.count <= parameterCount
          && groups.indices.contains(range.group), "range of '\(range.name)' outside the arena")
      let first = pieces.count
      for start in stride(from: 0, to: range.count, by: Self.chunkSize) {
        let count = min(Self.chunkSize, range.count - start)
        pieces.append(Chunk(range: index, offset: range.offset + start, count: count))
      }
      table.append(RangePlan(firstChunk: first, chunkCount: pieces.count - first))
    }
    chunks = .allocate(capacity: pieces.count)
    _ = chunks.initialize(from: pieces)
    plans = .allocate(capacity: table.count)
    _ = plans.initialize(from: table)
  }

  deinit {
    chunks.deallocate()
    plans.deallocate()
  }

  /// The number of floats of the state arena.
  public var stateCount: Int { configuration.stateSlots.count * parameterCount }

  /// Updates the parameters and the state by one step.
  ///
  /// `learningRates` has one rate per group; `stepNumber` is 1 for the first step (Adam's bias
  /// correction). Parameters outside the ranges are left alone.
  public func step(
    _ workers: Workers, parameters: UnsafeMutablePointer<Float>,
    gradients: UnsafePointer<Float>, state: UnsafeMutablePointer<Float>, learningRates: [Double],
    stepNumber: Int
  ) {
    precondition(learningRates.count == groups.count, "one learning rate per group")
    for (index, range) in ranges.enumerated() {
      let group = groups[range.group]
      plans[index].lr = Float(learningRates[range.group])
      plans[index].decay = range.isExcluded ? 0 : Float(group.weightDecay)
      plans[index].factor = 1
      plans[index].isScaled = false
    }
    switch configuration.algorithm {
    case .sgd: break
    case .larsSolo:
      measure(workers, parameters: parameters, gradients: gradients, decayFirst: false)
      adaptSolo(learningRates: learningRates)
    case .larsSimCLR:
      measure(workers, parameters: parameters, gradients: gradients, decayFirst: true)
      adaptSimCLR()
    case .adam, .adamw:
      adam(
        workers, parameters: parameters, gradients: gradients, state: state,
        stepNumber: stepNumber)
      return
    }
    momentum(workers, parameters: parameters, gradients: gradients, state: state)
  }

  /// Sums ‖p‖² and ‖g‖² of each chunk; with `decayFirst`, g is the gradient after the decay.
  private func measure(
    _ workers: Workers, parameters: UnsafePointer<Float>, gradients: UnsafePointer<Float>,
    decayFirst: Bool
  ) {
    let (chunks, plans) = (chunks, plans)
    workers.parallel(chunks.count) { index, _ in
      let chunk = chunks[index]
      let decay = decayFirst ? plans[chunk.range].decay : 0
      let norms = UpdateKernels.norms(
        parameters + chunk.offset, gradients + chunk.offset, chunk.count, decay: decay)
      chunks[index].parameterNorm = norms.parameter
      chunks[index].gradientNorm = norms.gradient
    }
  }

  /// Returns ‖p‖ and ‖g‖ of a parameter, rounded to Float32 as the published code has them.
  private func norms(of plan: RangePlan) -> (parameter: Double, gradient: Double) {
    var (p, g) = (0.0, 0.0)
    for chunk in chunks[plan.firstChunk..<(plan.firstChunk + plan.chunkCount)] {
      p += chunk.parameterNorm
      g += chunk.gradientNorm
    }
    return (Double(Float(p.squareRoot())), Double(Float(g.squareRoot())))
  }

  /// Sets factor = eta ‖p‖ / (‖g‖ + wd ‖p‖ + 1e-8), with `clip` at most the learning rate's inverse.
  ///
  /// Source: solo-learn `LARS.step`; where a norm is 0, neither scaling nor decay.
  private func adaptSolo(learningRates: [Double]) {
    for (index, range) in ranges.enumerated() {
      let isAdapted =
        groups[range.group].adapt && !range.isExcluded
        && !(configuration.excludeOneDimensional && range.ndim == 1)
      let (p, g) = norms(of: plans[index])
      guard isAdapted, p != 0, g != 0 else {
        plans[index].decay = 0
        continue
      }
      var ratio = configuration.trust * p / (g + Double(plans[index].decay) * p + 1e-8)
      if configuration.clip { ratio = min(ratio / learningRates[range.group], 1) }
      plans[index].factor = Float(ratio)
      plans[index].isScaled = true
    }
  }

  /// Sets factor = trust ‖p‖ / ‖g + wd p‖ for adapted groups.
  ///
  /// Source: `LARS` of the SimCLR half of the reference.
  private func adaptSimCLR() {
    for (index, range) in ranges.enumerated() {
      guard groups[range.group].adapt, !range.isExcluded else { continue }
      let (p, g) = norms(of: plans[index])
      guard p != 0, g != 0 else { continue }
      plans[index].factor = Float(configuration.trust * p / g)
      plans[index].isScaled = true
    }
  }

  private func momentum(
    _ workers: Workers, parameters: UnsafeMutablePointer<Float>,
    gradients: UnsafePointer<Float>, state: UnsafeMutablePointer<Float>
  ) {
    let (chunks, plans) = (chunks, plans)
    let momentum = Float(configuration.momentum)
    let looksAhead = configuration.nesterov
    let hasBuffer = configuration.momentum != 0
    workers.parallel(chunks.count) { index, _ in
      let chunk = chunks[index]
      let plan = plans[chunk.range]
      let p = parameters + chunk.offset
      let g = gradients + chunk.offset
      if hasBuffer {
        UpdateKernels.momentum(
          p, g, state + chunk.offset, chunk.count, plan: plan, momentum: momentum,
          nesterov: looksAhead)
      } else {
        UpdateKernels.plain(p, g, chunk.count, plan: plan)
      }
    }
  }

  private func adam(
    _ workers: Workers, parameters: UnsafeMutablePointer<Float>,
    gradients: UnsafePointer<Float>, state: UnsafeMutablePointer<Float>, stepNumber: Int
  ) {
    let (chunks, plans, count) = (chunks, plans, parameterCount)
    let rule = AdamRule(configuration, stepNumber: stepNumber)
    workers.parallel(chunks.count) { index, _ in
      let chunk = chunks[index]
      UpdateKernels.adam(
        parameters + chunk.offset, gradients + chunk.offset, state + chunk.offset,
        state + count + chunk.offset, chunk.count, plan: plans[chunk.range], rule: rule)
    }
  }
}
