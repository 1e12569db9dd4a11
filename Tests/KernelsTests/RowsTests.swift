import Files
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct RowsTests {
  private static func random(_ count: Int, _ name: String = "x") -> [Float] {
    GoldenFill.floats(kind: "v", name: name, seed: 5, count: count) ?? []
  }

  @Test(arguments: [0, 1, 7, 8, 9, 31, 1000])
  func reductionsMatchNaiveSums(_ count: Int) {
    let a = Self.random(count, "a")
    let b = Self.random(count, "b")
    let dot = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let distance = zip(a, b).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
    expectClose(Rows.dot(a, b, count), dot, rel: 1e-13, abs: 1e-12)
    expectClose(Rows.squaredDistance(a, b, count), distance, rel: 1e-13, abs: 1e-12)
    expectClose(Rows.sum(a, count), a.reduce(0.0) { $0 + Double($1) }, rel: 1e-13, abs: 1e-12)
    #expect(Rows.maximum(a, count) == (a.max() ?? -.infinity))
  }

  @Test func exponentialIsWithinAUnitInTheLastPlace() {
    let count = 200_003
    let x = (0..<count).map { -87.3 + 176 * Float($0) / Float(count) }
    var y = [Float](repeating: 0, count: count)
    let sum = Rows.exp(x, count, shift: 0, to: &y)
    var worst = 0.0
    for i in 0..<count {
      let want = Foundation.exp(Double(x[i]))
      worst = max(worst, abs(Double(y[i]) - want) / Double(Float(want).ulp))
    }
    #expect(worst < 1.1, "\(worst) units in the last place")
    expectClose(sum, y.reduce(0.0) { $0 + Double($1) }, rel: 1e-12)
  }

  @Test func exponentialOfExtremes() {
    let x: [Float] = [-.infinity, -1e9, -104, 0, 1, 88.7, 89, .infinity, .nan, -0.0]
    var y = [Float](repeating: 9, count: x.count)
    Rows.exp(x, x.count, shift: 0, to: &y)
    #expect(Array(y[0..<4]) == [0, 0, 0, 1])
    expectClose(y[4], 2.718281828459045, rel: 1e-7)
    #expect(y[5].isFinite && y[6] == .infinity && y[7] == .infinity && y[8].isNaN && y[9] == 1)
  }

  @Test func combineAndScaleMatchTheirFormulas() {
    let (x, z) = (Self.random(21, "x"), Self.random(21, "z"))
    var y = [Float](repeating: 0, count: 21)
    Rows.combine(0.25, x, -2, z, 21, to: &y)
    expectClose(y, zip(x, z).map { 0.25 * Double($0) - 2 * Double($1) }, abs: 3e-7)
    Rows.scale(3, x, 21, to: &y)
    #expect(y == x.map { 3 * $0 })
    Rows.divide(x, 21, by: 3, to: &y)
    #expect(y == x.map { $0 / 3 })
  }

  @Test(arguments: try GoldenSet.cases(families: ["normalize"]))
  func normalizationMatchesPyTorch(_ golden: GoldenCase) throws {
    let shape = try golden.shape("x")
    let (rows, dim) = (shape[0], shape[1])
    let workers = Workers(threads: 2)
    let x = try golden.floats("x")
    let dy = try golden.floats("grad_y")
    let (wantY, wantDX) = (try golden.floats("y"), try golden.floats("grad_x"))
    var y = [Float](repeating: 0, count: x.count)
    var dx = y
    var norms = [Double](repeating: 0, count: rows)
    RowNormalization.forward(workers, x, rows: rows, dim: dim, to: &y, norms: &norms)
    RowNormalization.backward(workers, y: y, norms: norms, dy: dy, rows: rows, dim: dim, to: &dx)
    let rel = try #require(golden.tolerance["tensor_rel_to_max"]?.double)
    let abs = try #require(golden.tolerance["tensor_abs"]?.double)
    // Rows differ in scale by up to 10¹⁵, so each is compared by itself.
    for i in 0..<rows {
      let row = i * dim..<(i + 1) * dim
      expectClose(Array(y[row]), Array(wantY[row]), relToMax: rel, abs: abs, "y row \(i)")
      expectClose(Array(dx[row]), Array(wantDX[row]), relToMax: rel, abs: abs, "dx row \(i)")
    }
  }
}
