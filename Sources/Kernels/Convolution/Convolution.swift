/// How convolutions are computed.
public enum ConvolutionChoice: String, Sendable, Hashable, Codable, CaseIterable {
  /// The fastest known for each shape and pass.
  case auto
  /// Winograd's minimal filtering wherever it applies (3×3, stride 1 or 2), else direct.
  case winograd
  /// The reference: plain sums in a fixed order.
  case direct
}

/// The algorithm of one pass of one convolution.
public enum ConvolutionAlgorithm: String, Sendable, Hashable {
  /// F(4×4, 3×3); at stride 2 on the four phases of the map.
  case winograd
  /// Implicit matrix product over gathered patches.
  case direct
}

/// One convolution with the algorithm of each pass chosen: x [N, H, W, C], weights [K, C, R, S],
/// y [N, H′, W′, K].
///
/// Results do not depend on the number of threads. The largest error against exact arithmetic,
/// relative to the root mean square of the result, is below 1e-4 for `winograd`, 2e-5 for `direct`.
public struct Convolution: Sendable {
  /// The sizes.
  public let shape: ConvolutionShape
  /// The algorithm of the forward pass.
  public let forwardAlgorithm: ConvolutionAlgorithm
  /// The algorithm of the gradient of the input.
  public let dataAlgorithm: ConvolutionAlgorithm
  /// The algorithm of the gradient of the weights.
  public let weightsAlgorithm: ConvolutionAlgorithm
  private let forwardPass: WinogradConvolution?
  private let dataPass: WinogradConvolution?
  private let weightsPass: WinogradWeightGradient?
  private let directWeights: DirectWeightGradient

  /// Chooses the algorithms of a shape.
  public init(_ shape: ConvolutionShape, _ choice: ConvolutionChoice) {
    self.shape = shape
    let applies = WinogradConvolution.applies(to: shape)
    // From three colours to many channels the transforms cost more than the products save.
    let isWideStem = shape.c < 4 && shape.k >= 32
    let usesWinograd = applies && (choice == .winograd || choice == .auto && !isWideStem)
    forwardPass = usesWinograd ? WinogradConvolution(forward: shape) : nil
    dataPass = usesWinograd ? WinogradConvolution(backward: shape) : nil
    weightsPass = usesWinograd ? WinogradWeightGradient(shape) : nil
    directWeights = DirectWeightGradient(shape)
    forwardAlgorithm = forwardPass == nil ? .direct : .winograd
    dataAlgorithm = dataPass == nil ? .direct : .winograd
    weightsAlgorithm = weightsPass == nil ? .direct : .winograd
  }

  /// The floats of workspace that the passes need, one at a time.
  public var workspaceCount: Int {
    let forward =
      forwardPass.map { $0.weights.count + $0.workspaceCount }
      ?? directForwardPackedCount(shape)
    let data =
      dataPass.map { $0.weights.count + $0.workspaceCount } ?? directBackwardPackedCount(shape)
    let weights = weightsPass?.workspaceCount ?? directWeights.workspaceCount
    return max(forward, data, weights)
  }

  /// Computes y ← x ∗ w (+ bias).
  public func forward(
    _ workers: Workers, x: FloatPointer, weights: FloatPointer, bias: FloatPointer?,
    workspace: MutableFloatPointer, y: MutableFloatPointer
  ) {
    guard let pass = forwardPass else {
      packDirectForward(workers, shape, weights: weights, to: workspace)
      directForward(workers, shape, x: x, packed: workspace, bias: bias, y: y)
      return
    }
    pass.weights.packForward(workers, k: shape.k, c: shape.c, weights: weights, to: workspace)
    pass.run(
      workers, source: x, weights: workspace, workspace: workspace + pass.weights.count,
      accumulate: false, output: y)
    if let bias {
      addBias(workers, rows: shape.n * shape.oh * shape.ow, c: shape.k, bias: bias, y: y)
    }
  }

  /// Computes dx ← the gradient of the input, or adds to dx.
  public func backwardData(
    _ workers: Workers, dy: FloatPointer, weights: FloatPointer, accumulate: Bool,
    workspace: MutableFloatPointer, dx: MutableFloatPointer
  ) {
    guard let pass = dataPass else {
      packDirectBackward(workers, shape, weights: weights, to: workspace)
      directBackwardData(
        workers, shape, dy: dy, packed: workspace, accumulate: accumulate, dx: dx)
      return
    }
    pass.weights.packBackward(workers, k: shape.k, c: shape.c, weights: weights, to: workspace)
    pass.run(
      workers, source: dy, weights: workspace, workspace: workspace + pass.weights.count,
      accumulate: accumulate, output: dx)
  }

  /// Computes dw ← the gradient of the weights, or adds to dw.
  public func backwardWeights(
    _ workers: Workers, x: FloatPointer, dy: FloatPointer, accumulate: Bool,
    workspace: MutableFloatPointer, dw: MutableFloatPointer
  ) {
    if let pass = weightsPass {
      pass.run(workers, x: x, dy: dy, accumulate: accumulate, workspace: workspace, dw: dw)
    } else {
      directWeights.run(
        workers, x: x, dy: dy, accumulate: accumulate, workspace: workspace, dw: dw)
    }
  }
}
