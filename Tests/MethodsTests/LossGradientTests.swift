import Kernels
import Methods
import TestSupport
import Testing

/// Naive losses in Float64, straight from the formulas.
private enum Naive {
  static func norm(_ x: ArraySlice<Double>) -> Double {
    x.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  static func cosine(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / (norm(a) * norm(b))
  }

  static func row(_ x: [Double], _ i: Int, _ dim: Int) -> ArraySlice<Double> {
    x[i * dim..<(i + 1) * dim]
  }

  static func negativeCosine(_ p: [Double], _ t: [Double], rows: Int) -> Double {
    let dim = p.count / rows
    return -(0..<rows).reduce(0) { $0 + cosine(row(p, $1, dim), row(t, $1, dim)) } / Double(rows)
  }

  static func ntxent(_ z: [Double], a: [Double]?, rows n: Int, tau: Double, m: Int) -> Double {
    let dim = z.count / n
    var (sum, weight) = (0.0, 0.0)
    for i in 0..<n {
      var denominator = 0.0
      for j in 0..<n where j != i {
        denominator += Exact.exp(cosine(row(z, i, dim), row(z, j, dim)) / tau)
      }
      for k in 1..<m {
        let j = (i + k * n / m) % n
        var w = 1.0
        if let a { w = Exact.exp(1 + cosine(row(a, i, a.count / n), row(a, j, a.count / n))) }
        sum += w * (cosine(row(z, i, dim), row(z, j, dim)) / tau - Exact.log(denominator))
        weight += w
      }
    }
    return a == nil ? -sum / weight : -sum / weight / Double(m - 1)
  }

  static func crossEntropy(_ x: [Double], _ labels: [Int32], classes: Int) -> Double {
    let used = labels.indices.filter { labels[$0] >= 0 }
    return used.reduce(0) { total, i in
      let row = row(x, i, classes)
      let sum = row.reduce(0) { $0 + Exact.exp($1) }
      return total + Exact.log(sum) - x[i * classes + Int(labels[i])]
    } / Double(used.count)
  }

  /// Central differences of a scalar function.
  static func gradient(_ x: [Double], _ f: ([Double]) -> Double) -> [Double] {
    x.indices.map { i in
      var (up, down) = (x, x)
      up[i] += 1e-5
      down[i] -= 1e-5
      return (f(up) - f(down)) / 2e-5
    }
  }
}

@Suite struct LossGradientTests {
  private let workers = Workers(threads: 2)

  private func random(_ name: String, _ count: Int) -> [Float] {
    GoldenFill.floats(kind: "v", name: name, seed: 9, count: count) ?? []
  }

  @Test(arguments: [false, true])
  func simSiamLossHasTheGradientOfItsDefinition(_ usesBank: Bool) {
    let (rows, dim, alpha) = (5, 11, 0.3)
    let (p1, p2) = (random("p1", rows * dim), random("p2", rows * dim))
    let (z1, z2) = (random("z1", rows * dim), random("z2", rows * dim))
    let bank = random("bank", 7 * dim)
    let indices: [Int32] = [6, 0, 3, 2, 3]
    var (g1, g2) = (p1, p2)
    var work = [Float](repeating: 0, count: NegativeCosineSimilarity.workspaceCount(rows: rows))
    let loss = bank.withUnsafeBufferPointer { rowsOfBank in
      indices.withUnsafeBufferPointer { index in
        var targets: BankTargets?
        if usesBank, let base = rowsOfBank.baseAddress, let start = index.baseAddress {
          targets = BankTargets(bank: base, indices: start, alpha: Float(alpha))
        }
        return NegativeCosineSimilarity.simSiam(
          workers, p1: p1, z1: z1, p2: p2, z2: z2, bank: targets, rows: rows, dim: dim,
          gradient1: &g1, gradient2: &g2, workspace: &work)
      }
    }
    func target(_ z: [Float]) -> [Double] {
      z.indices.map { k in
        guard usesBank else { return Double(z[k]) }
        let stored = bank[Int(indices[k / dim]) * dim + k % dim]
        return (1 - alpha) * Double(z[k]) + alpha * Double(stored)
      }
    }
    let (t1, t2) = (target(z1), target(z2))
    let (d1, d2) = (p1.map { Double($0) }, p2.map { Double($0) })
    let want =
      Naive.negativeCosine(d1, t2, rows: rows) / 2 + Naive.negativeCosine(d2, t1, rows: rows) / 2
    expectClose(loss, want, abs: 1e-7)
    let want1 = Naive.gradient(d1) { Naive.negativeCosine($0, t2, rows: rows) / 2 }
    let want2 = Naive.gradient(d2) { Naive.negativeCosine($0, t1, rows: rows) / 2 }
    expectClose(g1, want1, relToMax: 2e-6)
    expectClose(g2, want2, relToMax: 2e-6)
  }

  @Test(arguments: [2, 3], [false, true])
  func contrastiveLossHasTheGradientOfItsDefinition(_ m: Int, _ attends: Bool) {
    let (n, dim, hDim) = (12, 9, 5)
    let (z, h) = (random("z", n * dim), random("h", n * hDim))
    let loss = NTXent(temperature: 0.4, multiplier: m)
    var gradient = z
    var work = [Float](
      repeating: 0, count: loss.workspaceCount(rows: n, dim: dim, attentionDim: hDim))
    let result = h.withUnsafeBufferPointer { features in
      loss.evaluate(
        workers, z: z, rows: n, dim: dim,
        attention: attends
          ? features.baseAddress.map { .init(features: $0, dim: hDim) } : nil,
        gradient: &gradient, workspace: &work)
    }
    let weights = attends ? h.map { Double($0) } : nil
    let naive = { Naive.ntxent($0, a: weights, rows: n, tau: 0.4, m: m) }
    let wide = z.map { Double($0) }
    expectClose(result.loss, naive(wide), abs: 1e-6)
    expectClose(gradient, Naive.gradient(wide, naive), relToMax: 5e-6)
  }

  @Test func crossEntropyHasTheGradientOfItsDefinition() {
    let (rows, classes) = (6, 13)
    let logits = random("logits", rows * classes).map { 3 * $0 }
    let labels: [Int32] = [0, 12, -1, 5, 5, 1]
    var gradient = logits
    var work = [Float](repeating: 0, count: CrossEntropy.workspaceCount(rows: rows))
    let loss = CrossEntropy.evaluate(
      workers, logits: logits, labels: labels, rows: rows, classes: classes, weight: 0.5,
      gradient: &gradient, workspace: &work)
    let wide = logits.map { Double($0) }
    expectClose(loss, Naive.crossEntropy(wide, labels, classes: classes), abs: 1e-6)
    let want = Naive.gradient(wide) { 0.5 * Naive.crossEntropy($0, labels, classes: classes) }
    expectClose(gradient, want, relToMax: 5e-6)
  }

  @Test func crossEntropyOfUnlabelledRowsIsZero() {
    var gradient: [Float] = [1, 2, 3, 4]
    var work = [Float](repeating: 0, count: CrossEntropy.workspaceCount(rows: 2))
    let loss = CrossEntropy.evaluate(
      workers, logits: [1, 2, 3, 4], labels: [-1, 7], rows: 2, classes: 2, gradient: &gradient,
      workspace: &work)
    #expect(loss == 0)
    #expect(gradient == [0, 0, 0, 0])
  }

  @Test func lossesHaveTheSameBitsForAnyNumberOfThreads() {
    let (n, dim) = (70, 40)
    let z = random("z", n * dim)
    func run(_ threads: Int) -> [Float] {
      let loss = NTXent(temperature: 0.7)
      var gradient = z
      var work = [Float](
        repeating: 0, count: loss.workspaceCount(rows: n, dim: dim, attentionDim: dim))
      let result = z.withUnsafeBufferPointer { features in
        loss.evaluate(
          Workers(threads: threads), z: z, rows: n, dim: dim,
          attention: features.baseAddress.map { .init(features: $0, dim: dim) },
          gradient: &gradient, workspace: &work)
      }
      return gradient + [Float(result.loss)]
    }
    #expect(run(1) == run(2))
    #expect(run(1) == run(5))
  }
}
