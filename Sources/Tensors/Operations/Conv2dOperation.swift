import Kernels

/// Convolves an NHWC map: [N, H, W, C] → [N, H′, W′, K], weights [K, C, R, S].
///
/// Source: `torch.nn.Conv2d`.
package final class Conv2dOperation: Operation {
  package let kind = "conv2d"
  /// The convolution's sizes and algorithms.
  package let convolution: Convolution
  private let weight: Parameter
  private let bias: Parameter?

  /// Makes the operation of given sizes and parameters.
  package init(_ convolution: Convolution, weight: Parameter, bias: Parameter?) {
    self.convolution = convolution
    self.weight = weight
    self.bias = bias
  }

  package var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  package var savedInputs: [Int] { [0] }
  package var workspaceCount: Int { convolution.workspaceCount }

  package func forward(_ c: OperationContext) {
    convolution.forward(
      c.workers, x: c.input(), weights: c.values(weight), bias: bias.map { c.values($0) },
      workspace: c.workspace, y: c.output())
  }

  package func backward(_ c: OperationContext) {
    guard let dy = c.outputGradient() else { return }
    convolution.backwardWeights(
      c.workers, x: c.input(), dy: dy, accumulate: false, workspace: c.workspace,
      dw: c.gradient(weight))
    if let bias {
      let shape = convolution.shape
      sumRows(
        c.workers, rows: shape.n * shape.oh * shape.ow, c: shape.k, x: dy, out: c.gradient(bias))
    }
    if let dx = c.inputGradient() {
      convolution.backwardData(
        c.workers, dy: dy, weights: c.values(weight), accumulate: c.addsToInputGradient(),
        workspace: c.workspace, dx: dx)
    }
  }
}
