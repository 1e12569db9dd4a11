import Kernels

/// Convolves an NHWC map: [N, H, W, C] → [N, H′, W′, K], weights [K, C, R, S].
///
/// Source: `torch.nn.Conv2d`.
package final class Conv2dOperation: Operation {
  package let kind = "conv2d"
  /// The convolution's sizes.
  package let shape: ConvolutionShape
  private let weight: Parameter
  private let bias: Parameter?

  /// Makes the operation of given sizes and parameters.
  package init(_ shape: ConvolutionShape, weight: Parameter, bias: Parameter?) {
    self.shape = shape
    self.weight = weight
    self.bias = bias
  }

  package var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  package var savedInputs: [Int] { [0] }
  package var workspaceCount: Int {
    max(
      convolutionForwardPackedCount(shape), convolutionBackwardPackedCount(shape),
      convolutionBackwardWeightsWorkspace(shape))
  }

  package func forward(_ c: OperationContext) {
    packConvolutionForward(c.workers, shape, weights: c.values(weight), to: c.workspace)
    convolutionForward(
      c.workers, shape, x: c.input(), packed: c.workspace, bias: bias.map { c.values($0) },
      y: c.output())
  }

  package func backward(_ c: OperationContext) {
    guard let dy = c.outputGradient() else { return }
    convolutionBackwardWeights(
      c.workers, shape, x: c.input(), dy: dy, accumulate: false, workspace: c.workspace,
      dw: c.gradient(weight))
    if let bias {
      sumRows(
        c.workers, rows: shape.n * shape.oh * shape.ow, c: shape.k, x: dy, out: c.gradient(bias))
    }
    if let dx = c.inputGradient() {
      packConvolutionBackward(c.workers, shape, weights: c.values(weight), to: c.workspace)
      convolutionBackwardData(
        c.workers, shape, dy: dy, packed: c.workspace, accumulate: c.addsToInputGradient(), dx: dx)
    }
  }
}
