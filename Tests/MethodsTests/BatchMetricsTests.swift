import Files
import Kernels
import Methods
import TestSupport
import Testing

@Suite struct BatchMetricsTests {
  private let workers = Workers(threads: 2)

  private func std(_ z: [Float], rows: Int) -> Double {
    let dim = z.count / rows
    var work = [Float](
      repeating: 0, count: BatchMetrics.workspaceCount(rows: rows, dim: dim))
    return BatchMetrics.normalizedStd(workers, z: z, rows: rows, dim: dim, workspace: &work)
  }

  @Test(arguments: try GoldenSet.cases(families: ["simsiam", "simsiam_multi"]))
  func firstStepMetricsAreThePublishedOnes(_ golden: GoldenCase) throws {
    let first = try #require(golden.scalars["steps"]?.array?.first)
    let rows = try golden.shape("step0.z1")[0]
    let z = try ["1", "2"].map { std(try golden.floats("step0.z" + $0), rows: rows) }
    expectClose((z[0] + z[1]) / 2, try #require(first["z_std"]?.double), abs: 2e-6)
    let labels = try golden.ints("data.labels")
    let index = try golden.ints("data.index")
    let batch = (0..<rows).map { Int32(labels[index[$0]]) }
    let classes = try golden.shape("step0.logits1")[1]
    let (acc, loss) = try ["1", "2"].reduce(into: ((0.0, 0.0), 0.0)) { sums, view in
      let logits = try golden.floats("step0.logits" + view)
      let accuracy = try #require(
        BatchMetrics.accuracy(logits: logits, labels: batch, rows: rows, classes: classes))
      sums.0.0 += accuracy.top1 / 2
      sums.0.1 += accuracy.top5 / 2
      var work = [Float](repeating: 0, count: CrossEntropy.workspaceCount(rows: rows))
      sums.1 +=
        CrossEntropy.evaluate(
          workers, logits: logits, labels: batch, rows: rows, classes: classes, gradient: nil,
          workspace: &work) / 2
    }
    expectClose(acc.0, try #require(first["acc1"]?.double), abs: 1e-4)
    expectClose(acc.1, try #require(first["acc5"]?.double), abs: 1e-4)
    expectClose(loss, try #require(first["class_loss"]?.double), abs: 2e-6)
    var work = [Float](repeating: 0, count: NegativeCosineSimilarity.workspaceCount(rows: rows))
    let cosine = NegativeCosineSimilarity.simSiam(
      workers, p1: try golden.floats("step0.p1"), z1: try golden.floats("step0.z1"),
      p2: try golden.floats("step0.p2"), z2: try golden.floats("step0.z2"), rows: rows,
      dim: try golden.shape("step0.z1")[1], gradient1: nil, gradient2: nil, workspace: &work)
    expectClose(cosine, try #require(first["neg_cos_sim"]?.double), abs: 2e-6)
  }

  @Test func stdOfACollapsedBatchIsZeroAndOfABasisIsKnown() {
    #expect(std([Float](repeating: 0.5, count: 4 * 20), rows: 4) < 1e-12)
    // Rows e₁ … e₄ times a length: each column has mean ¼ and unbiased variance ¼.
    var basis = [Float](repeating: 0, count: 16)
    for i in 0..<4 { basis[i * 4 + i] = Float(i + 1) }
    expectClose(std(basis, rows: 4), 0.5, abs: 1e-12)
    #expect(std([1, 2, 3], rows: 1) == 0)
  }

  @Test func accuracyRanksTiesByClassAndSkipsUnlabelledRows() {
    let logits: [Float] = [1, 1, 0, /**/ 1, 1, 0, /**/ 0, 1, 2, /**/ 5, 0, 0]
    let accuracy = BatchMetrics.accuracy(
      logits: logits, labels: [0, 1, 0, -1], rows: 4, classes: 3)
    expectClose(accuracy?.top1 ?? -1, 100.0 / 3, abs: 1e-9)
    #expect(accuracy?.top5 == 100)
    #expect(BatchMetrics.accuracy(logits: logits, labels: [-1], rows: 1, classes: 3) == nil)
  }
}
