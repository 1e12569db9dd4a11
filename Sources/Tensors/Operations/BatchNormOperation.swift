import Kernels

/// The parameters and buffers of one normalisation.
public struct BatchNormState: Sendable {
  /// γ [C], or nil for 1.
  public var weight: Parameter?
  /// β [C], or nil for 0.
  public var bias: Parameter?
  /// The running mean [C].
  public var runningMean: ArenaEntry
  /// The running variance [C], unbiased as in PyTorch.
  public var runningVariance: ArenaEntry
  /// The place of `num_batches_tracked`.
  public var counter: Int

  /// Makes the set.
  public init(
    weight: Parameter?, bias: Parameter?, runningMean: ArenaEntry, runningVariance: ArenaEntry,
    counter: Int
  ) {
    self.weight = weight
    self.bias = bias
    self.runningMean = runningMean
    self.runningVariance = runningVariance
    self.counter = counter
  }
}

/// Normalises rows [rows, C] per channel, then adds a residual and applies ReLU where asked.
///
/// Training uses the biased variance of the batch; the running variance takes the unbiased one:
/// running ← 0.9 running + 0.1 batch, once per statistic group, at commit. ε is 1e−5.
/// Source: `torch.nn.BatchNorm2d`.
package final class BatchNormOperation: Operation {
  package let kind = "batchnorm"
  private let shape: BatchNormShape
  private let norm: BatchNormState
  private let isTraining: Bool
  private let hasResidual: Bool
  private let relu: Bool
  private static let eps: Float = 1e-5
  private static let momentum: Float = 0.1

  /// Makes the operation; a residual is its second input.
  package init(
    _ shape: BatchNormShape, _ norm: BatchNormState, isTraining: Bool, hasResidual: Bool,
    relu: Bool
  ) {
    self.shape = shape
    self.norm = norm
    self.isTraining = isTraining
    self.hasResidual = hasResidual
    self.relu = relu
  }

  package var parameters: [Parameter] { [norm.weight, norm.bias].compactMap { $0 } }
  package var savedInputs: [Int] { [0] }
  package var savesOutput: Bool { relu && hasResidual }
  package var deliversGradientInPlace: Bool { true }
  package var stateCount: Int { 2 * statistics.groups * shape.channels }
  package var workspaceCount: Int { batchNormWorkspace(statistics) }

  /// Running statistics are the same for every group.
  private var statistics: BatchNormShape {
    isTraining ? shape : BatchNormShape(rows: shape.rows, channels: shape.channels, groups: 1)
  }

  package func forward(_ c: OperationContext) {
    let mean = c.state
    let variance = c.state + statistics.groups * shape.channels
    if isTraining {
      batchNormStatistics(
        c.workers, shape, x: c.input(), workspace: c.workspace, mean: mean, variance: variance)
    } else {
      mean.update(from: c.buffer(norm.runningMean), count: shape.channels)
      variance.update(from: c.buffer(norm.runningVariance), count: shape.channels)
    }
    batchNormApply(
      c.workers, statistics, x: c.input(), mean: mean, variance: variance, eps: Self.eps,
      gamma: norm.weight.map { c.values($0) }, beta: norm.bias.map { c.values($0) },
      residual: hasResidual ? c.input(1) : nil, relu: relu, workspace: c.workspace, y: c.output())
  }

  package func backward(_ c: OperationContext) {
    guard let dy = c.outputGradient() else { return }
    batchNormBackward(
      c.workers, statistics, x: c.input(), mean: c.state,
      variance: c.state + statistics.groups * shape.channels, eps: Self.eps,
      gamma: norm.weight.map { c.values($0) }, usesBatch: isTraining, workspace: c.workspace,
      BatchNormGradients(
        dy: dy, mask: mask(c), dx: c.inputGradient(),
        addsToInput: c.addsToInputGradient(),
        dResidual: hasResidual ? c.inputGradient(1) : nil,
        addsToResidual: hasResidual && c.addsToInputGradient(1),
        dGamma: norm.weight.map { c.gradient($0) }, dBeta: norm.bias.map { c.gradient($0) }))
  }

  /// Without a residual the sign of the output follows from the input, which is read anyway.
  private func mask(_ c: OperationContext) -> ReLUMask {
    guard relu else { return .none }
    return hasResidual
      ? .output(FloatPointer(c.output())) : .input(beta: norm.bias.map { c.values($0) })
  }

  package func commit(_ c: OperationContext) {
    guard isTraining else { return }
    let n = Float(shape.rows / shape.groups)
    let unbiased = n > 1 ? n / (n - 1) : 1
    let mean = c.buffer(norm.runningMean)
    let variance = c.buffer(norm.runningVariance)
    for group in 0..<shape.groups {
      let batchMean = c.state + group * shape.channels
      let batchVariance = c.state + (shape.groups + group) * shape.channels
      for k in 0..<shape.channels {
        mean[k] = (1 - Self.momentum) * mean[k] + Self.momentum * batchMean[k]
        variance[k] =
          (1 - Self.momentum) * variance[k] + Self.momentum * (batchVariance[k] * unbiased)
      }
      c.model.counters[norm.counter] += 1
    }
  }
}
