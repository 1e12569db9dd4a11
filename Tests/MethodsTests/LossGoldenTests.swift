import Files
import Kernels
import Methods
import TestSupport
import Testing

@Suite struct LossGoldenTests {
  private let workers = Workers(threads: 2)

  private func limits(_ golden: GoldenCase) throws -> (rel: Double, abs: Double) {
    (
      try #require(golden.tolerance["tensor_rel_to_max"]?.double),
      try #require(golden.tolerance["tensor_abs"]?.double)
    )
  }

  @Test(arguments: try GoldenSet.cases(families: ["loss"]))
  func matchesPyTorch(_ golden: GoldenCase) throws {
    if golden.name.hasPrefix("cross_entropy") {
      try crossEntropy(golden)
    } else if golden.name.hasPrefix("log_softmax") {
      try logSoftmax(golden)
    } else if golden.name.hasPrefix("simsiam_loss") {
      try cosine(golden)
    } else {
      Issue.record("no test for case '\(golden.name)'")
    }
  }

  private func crossEntropy(_ golden: GoldenCase) throws {
    let shape = try golden.shape("logits")
    let limits = try limits(golden)
    let labels = try golden.ints("labels").map { Int32($0) }
    var gradient = [Float](repeating: 9, count: shape[0] * shape[1])
    var work = [Float](repeating: 0, count: CrossEntropy.workspaceCount(rows: shape[0]))
    let loss = CrossEntropy.evaluate(
      workers, logits: try golden.floats("logits"), labels: labels, rows: shape[0],
      classes: shape[1], gradient: &gradient, workspace: &work)
    expectClose(
      loss, try #require(golden.scalars["y_f64"]?.double), rel: limits.rel, abs: limits.abs)
    expectClose(
      gradient, try golden.floats("grad_logits"), relToMax: limits.rel, abs: limits.abs)
  }

  private func logSoftmax(_ golden: GoldenCase) throws {
    let shape = try golden.shape("x")
    let limits = try limits(golden)
    var y = [Float](repeating: 0, count: shape[0] * shape[1])
    var dx = y
    LogSoftmax.forward(
      workers, try golden.floats("x"), rows: shape[0], dim: shape[1], to: &y)
    LogSoftmax.backward(
      workers, y: y, dy: try golden.floats("grad_y"), rows: shape[0], dim: shape[1], to: &dx)
    let (wantY, wantDX) = (try golden.floats("y"), try golden.floats("grad_x"))
    expectClose(y, wantY, relToMax: limits.rel, abs: limits.abs, "y")
    let off = y.indices.filter { $0 / shape[1] != $0 % shape[1] }
    expectClose(
      off.map { y[$0] }, off.map { wantY[$0] }, relToMax: limits.rel, abs: limits.abs, "off y")
    expectClose(dx, wantDX, relToMax: limits.rel, abs: limits.abs, "dx")
  }

  private func cosine(_ golden: GoldenCase) throws {
    let shape = try golden.shape("p")
    let limits = try limits(golden)
    var gradient = [Float](repeating: 9, count: shape[0] * shape[1])
    var work = [Float](
      repeating: 0, count: NegativeCosineSimilarity.workspaceCount(rows: shape[0]))
    let loss = NegativeCosineSimilarity.evaluate(
      workers, p: try golden.floats("p"), target: try golden.floats("z"), rows: shape[0],
      dim: shape[1], gradient: &gradient, workspace: &work)
    expectClose(
      loss, try #require(golden.scalars["y_f64"]?.double), rel: limits.rel, abs: limits.abs)
    expectClose(gradient, try golden.floats("grad_p"), relToMax: limits.rel, abs: limits.abs)
  }

  @Test(arguments: try GoldenSet.cases(families: ["ntxent"]))
  func contrastiveLossMatchesTheReference(_ golden: GoldenCase) throws {
    let limits = try limits(golden)
    let shape = try golden.shape("z")
    let (n, dim) = (shape[0], shape[1])
    let z = try golden.floats("z")
    let h = try golden.floats("h")
    let hDim = try golden.shape("h")[1]
    let kind = try #require(golden.hyper["attention"]?.string)
    let loss = NTXent(
      temperature: try #require(golden.hyper["tau"]?.double),
      multiplier: try #require(golden.hyper["multiplier"]?.int))
    let (source, sourceDim) = kind == "z" ? (z, dim) : (h, hDim)
    var work = [Float](
      repeating: 0, count: loss.workspaceCount(rows: n, dim: dim, attentionDim: sourceDim))
    var gradient = [Float](repeating: 9, count: z.count)
    let result = source.withUnsafeBufferPointer { features in
      let attention = features.baseAddress.flatMap {
        kind == "off" ? nil : NTXent.Attention(features: $0, dim: sourceDim)
      }
      return loss.evaluate(
        workers, z: z, rows: n, dim: dim, attention: attention, gradient: &gradient,
        workspace: &work)
    }
    expectClose(
      result.loss, try #require(golden.scalars["loss_f64"]?.double),
      abs: try #require(golden.tolerance["loss_abs"]?.double))
    expectClose(
      gradient, try golden.floats("grad_z"), relToMax: limits.rel, abs: limits.abs, "gradient")
    let accuracy = try #require(result.contrastAccuracy)
    expectClose(accuracy, try #require(golden.scalars["acc_mean"]?.double), abs: 1e-7)
    var unit = [Float](repeating: 0, count: n * sourceDim)
    var matrix = [Float](repeating: 0, count: n * n)
    AttentionMatrix.evaluate(
      workers, features: source, rows: n, dim: sourceDim, unit: &unit, to: &matrix)
    expectClose(
      matrix, try golden.floats("attention"), relToMax: limits.rel, abs: limits.abs, "attention")
    var silent = loss
    silent.countsAccuracy = false
    let quiet = silent.evaluate(
      workers, z: z, rows: n, dim: dim, gradient: nil, workspace: &work)
    #expect(quiet.contrastAccuracy == nil)
    if kind == "off" { #expect(quiet.loss == result.loss) }
  }
}
