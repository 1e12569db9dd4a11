import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct LinearAlgebraTests {
  @Test func eigenvaluesOfAPathGraphAreKnown() throws {
    // The Laplacian of a path of n nodes has eigenvalues 2 − 2 cos(π k / n).
    let n = 9
    var laplacian = [Double](repeating: 0, count: n * n)
    for i in 0..<n - 1 {
      laplacian[i * n + i] += 1
      laplacian[(i + 1) * n + i + 1] += 1
      laplacian[i * n + i + 1] = -1
      laplacian[(i + 1) * n + i] = -1
    }
    let eigen = try LinearAlgebra.symmetricEigen(laplacian, n: n)
    let want = (0..<n).map { 2 - 2 * Exact.cosTurn(Double($0) / Double(2 * n)) }
    expectClose(eigen.values, want, abs: 1e-12)
    for k in 0..<n {
      let v = Array(eigen.vectors[k * n..<(k + 1) * n])
      let image = (0..<n).map { i in (0..<n).reduce(0) { $0 + laplacian[i * n + $1] * v[$1] } }
      expectClose(image, v.map { $0 * eigen.values[k] }, abs: 1e-12)
    }
  }

  @Test(arguments: [(4, 3), (3, 4), (1, 5)])
  func singularValuesOfOuterProductsAreKnown(_ shape: (Int, Int)) throws {
    let u = (0..<shape.0).map { Double($0 + 1) }
    let v = (0..<shape.1).map { Double($0) - 1.5 }
    let x = Tensor(
      shape: [shape.0, shape.1], values: u.flatMap { a in v.map { Float(a * $0) } })
    let s = try LinearAlgebra.singularValues(x)
    let norm = { (w: [Double]) in w.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    #expect(s.count == min(shape.0, shape.1))
    expectClose(s[0], norm(u) * norm(v), rel: 1e-12)
    for value in s.dropFirst() { #expect(value < 1e-6) }
  }

  @Test func componentsOfWideAndTallMatricesAgree() throws {
    let values = GoldenFill.floats(kind: "v", name: "x", seed: 3, count: 12 * 7) ?? []
    let tall = try LinearAlgebra.principalComponents(
      Tensor(shape: [12, 7], values: values), count: 3)
    // Columns of zeros make the matrix wide without changing its components.
    var wide = [Float](repeating: 0, count: 12 * 20)
    for i in 0..<12 { for j in 0..<7 { wide[i * 20 + j] = values[i * 7 + j] } }
    let other = try LinearAlgebra.principalComponents(
      Tensor(shape: [12, 20], values: wide), count: 3)
    expectClose(other.projection.values, tall.projection.values, abs: 1e-5)
    expectClose(other.explainedVariance, tall.explainedVariance, relToMax: 1e-10)
  }

  @Test func badInputIsRefused() {
    #expect(throws: LinearAlgebraError.notFinite) {
      try LinearAlgebra.singularValues(Tensor(shape: [2, 2], values: [1, .nan, 0, 1]))
    }
    #expect(throws: LinearAlgebraError.self) {
      try LinearAlgebra.singularValues(Tensor(shape: [4], values: [1, 2, 3, 4]))
    }
    #expect(throws: LinearAlgebraError.self) {
      try LinearAlgebra.principalComponents(Tensor(shape: [1, 4]), count: 2)
    }
  }

  @Test func kernelAlignmentIgnoresRotationAndScale() throws {
    let values = GoldenFill.floats(kind: "v", name: "x", seed: 4, count: 30 * 2) ?? []
    let x = Tensor(shape: [30, 2], values: values)
    var rotated = values
    for i in 0..<30 {
      (rotated[2 * i], rotated[2 * i + 1]) = (3 * values[2 * i + 1], -3 * values[2 * i])
    }
    let turned = Tensor(shape: [30, 2], values: rotated)
    expectClose(try LinearAlgebra.linearCKA(x, turned) ?? 0, 1, abs: 1e-9)
    #expect(try LinearAlgebra.linearCKA(x, Tensor(shape: [30, 2])) == nil)
  }
}
