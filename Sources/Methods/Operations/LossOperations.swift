import Kernels
import Tensors

/// The SimSiam loss of p and (detached) z, both [2N, D], as a root of a plan.
final class SimSiamLossOperation: Operation {
  let kind = "simsiam loss"
  /// The bank's part of the targets; set before each step, nil for plain SimSiam.
  var bank: BankTargets?
  /// The loss of the last run in full precision.
  private(set) var loss = 0.0
  private let rows: Int
  private let dim: Int

  init(rows: Int, dim: Int) {
    self.rows = rows
    self.dim = dim
  }

  var stateCount: Int { 2 * rows * dim }
  var workspaceCount: Int { NegativeCosineSimilarity.workspaceCount(rows: rows) }

  func forward(_ c: OperationContext) {
    let p = c.input(0)
    let z = c.input(1)
    let count = rows * dim
    loss = NegativeCosineSimilarity.simSiam(
      c.workers, p1: p, z1: z, p2: p + count, z2: z + count, bank: bank, rows: rows, dim: dim,
      gradient1: c.state, gradient2: c.state + count, workspace: c.workspace)
    c.output()[0] = Float(loss)
  }

  func backward(_ c: OperationContext) {
    guard let dx = c.inputGradient() else { return }
    copyOrAdd(
      c.workers, count: 2 * rows * dim, x: c.state, accumulate: c.addsToInputGradient(), y: dx)
  }
}

/// NT-Xent of z [2N, D], with attention on detached features where asked, as a root of a plan.
final class NTXentOperation: Operation {
  let kind = "nt-xent"
  /// What the last run gave.
  private(set) var result = NTXent.Result(loss: 0, contrastAccuracy: nil)
  private let loss: NTXent
  private let rows: Int
  private let dim: Int
  private let attentionDim: Int?

  /// With `attentionDim`, the second input holds the features [2N, attentionDim].
  init(_ loss: NTXent, rows: Int, dim: Int, attentionDim: Int?) {
    self.loss = loss
    self.rows = rows
    self.dim = dim
    self.attentionDim = attentionDim
  }

  var stateCount: Int { rows * dim }
  var workspaceCount: Int {
    loss.workspaceCount(rows: rows, dim: dim, attentionDim: attentionDim)
  }

  func forward(_ c: OperationContext) {
    result = loss.evaluate(
      c.workers, z: c.input(0), rows: rows, dim: dim,
      attention: attentionDim.map { NTXent.Attention(features: c.input(1), dim: $0) },
      gradient: c.state, workspace: c.workspace)
    c.output()[0] = Float(result.loss)
  }

  func backward(_ c: OperationContext) {
    guard let dx = c.inputGradient() else { return }
    copyOrAdd(
      c.workers, count: rows * dim, x: c.state, accumulate: c.addsToInputGradient(), y: dx)
  }
}

/// The cross-entropy of class logits [rows, classes], as a root of a plan.
package final class ClassificationOperation: Operation {
  package let kind = "cross-entropy"
  /// The labels of the batch, −1 where unknown; set before each step.
  package let labels: UnsafeMutablePointer<Int32>
  /// The mean loss of the last run in full precision.
  package private(set) var loss = 0.0
  private let rows: Int
  private let classes: Int

  /// Makes the operation of a number of rows and classes.
  package init(rows: Int, classes: Int) {
    self.rows = rows
    self.classes = classes
    labels = .allocate(capacity: rows)
    labels.initialize(repeating: -1, count: rows)
  }

  deinit { labels.deallocate() }

  package var stateCount: Int { rows * classes }
  package var workspaceCount: Int { CrossEntropy.workspaceCount(rows: rows) }

  package func forward(_ c: OperationContext) {
    loss = CrossEntropy.evaluate(
      c.workers, logits: c.input(), labels: labels, rows: rows, classes: classes,
      gradient: c.state, workspace: c.workspace)
    c.output()[0] = Float(loss)
  }

  package func backward(_ c: OperationContext) {
    guard let dx = c.inputGradient() else { return }
    copyOrAdd(
      c.workers, count: rows * classes, x: c.state, accumulate: c.addsToInputGradient(), y: dx)
  }
}
