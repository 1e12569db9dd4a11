import Kernels

/// Computes y = x Wᵀ + b: [N, in] → [N, out], weights [out, in].
///
/// Source: `torch.nn.Linear`.
package final class LinearOperation: Operation {
  package let kind = "linear"
  private let rows: Int
  private let inFeatures: Int
  private let outFeatures: Int
  private let weight: Parameter
  private let bias: Parameter?

  /// Makes the operation for a number of rows.
  package init(rows: Int, inFeatures: Int, outFeatures: Int, weight: Parameter, bias: Parameter?) {
    self.rows = rows
    self.inFeatures = inFeatures
    self.outFeatures = outFeatures
    self.weight = weight
    self.bias = bias
  }

  package var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  package var savedInputs: [Int] { [0] }

  package func forward(_ c: OperationContext) {
    gemm(
      c.workers, transposeB: true, m: rows, n: outFeatures, k: inFeatures, a: c.input(),
      lda: inFeatures, b: c.values(weight), ldb: inFeatures, c: c.output(), ldc: outFeatures)
    if let bias {
      addBias(c.workers, rows: rows, c: outFeatures, bias: c.values(bias), y: c.output())
    }
  }

  package func backward(_ c: OperationContext) {
    guard let dy = c.outputGradient() else { return }
    gemm(
      c.workers, transposeA: true, m: outFeatures, n: inFeatures, k: rows, a: dy,
      lda: outFeatures, b: c.input(), ldb: inFeatures, c: c.gradient(weight), ldc: inFeatures)
    if let bias, bias.isTrainable {
      sumRows(c.workers, rows: rows, c: outFeatures, x: dy, out: c.gradient(bias))
    }
    if let dx = c.inputGradient() {
      gemm(
        c.workers, m: rows, n: inFeatures, k: outFeatures, a: dy, lda: outFeatures,
        b: c.values(weight), ldb: inFeatures, beta: c.addsToInputGradient() ? 1 : 0, c: dx,
        ldc: inFeatures)
    }
  }
}
