import Kernels
import Tensors

/// Alignment and uniformity of features on the unit sphere.
///
/// Source: Wang & Isola, arXiv:2005.10242. The features are taken as they are; normalise first.
public enum AlignmentUniformity {
  /// Returns mean ‖xᵢ − yᵢ‖^α over positive pairs; α is 1 or 2 in practice.
  ///
  /// Shape: x, y [N, D]. Throws: `LinearAlgebraError` when the shapes differ or are empty.
  public static func alignment(_ x: Tensor, _ y: Tensor, alpha: Double = 2) throws -> Double {
    guard x.shape == y.shape, x.shape.count == 2, x.shape[0] > 0 else {
      throw LinearAlgebraError.shape(expected: x.shape, found: y.shape)
    }
    let (n, dim) = (x.shape[0], x.shape[1])
    let sum = x.values.withUnsafeBufferPointer { x in
      y.values.withUnsafeBufferPointer { y in
        guard let a = x.baseAddress, let b = y.baseAddress else { return 0.0 }
        return (0..<n).reduce(0) { total, i in
          total + power(Rows.squaredDistance(a + i * dim, b + i * dim, dim), alpha / 2)
        }
      }
    }
    return sum / Double(n)
  }

  /// Returns log mean exp(−t ‖xᵢ − xⱼ‖²) over the n(n−1)/2 distinct pairs.
  ///
  /// Shape: x [N, D], N at least 2. Throws: `LinearAlgebraError` for another shape.
  public static func uniformity(_ workers: Workers, _ x: Tensor, t: Double = 2) throws -> Double {
    guard x.shape.count == 2, x.shape[0] > 1 else {
      throw LinearAlgebraError.shape(expected: [2, -1], found: x.shape)
    }
    let (n, dim) = (x.shape[0], x.shape[1])
    var partial = [Double](repeating: 0, count: n)
    x.values.withUnsafeBufferPointer { x in
      partial.withUnsafeMutableBufferPointer { partial in
        guard let base = x.baseAddress, let out = partial.baseAddress else { return }
        workers.parallel(count: n, grain: 8) { range, _ in
          for i in range {
            var sum = 0.0
            for j in (i + 1)..<max(n, i + 1) {
              sum += Exact.exp(-t * Rows.squaredDistance(base + i * dim, base + j * dim, dim))
            }
            out[i] = sum
          }
        }
      }
    }
    let pairs = Double(n) * Double(n - 1) / 2
    return Exact.log(partial.reduce(0, +) / pairs)
  }

  private static func power(_ x: Double, _ exponent: Double) -> Double {
    if exponent == 1 { return x }
    if exponent == 0.5 { return x.squareRoot() }
    return x > 0 ? Exact.exp(exponent * Exact.log(x)) : (exponent == 0 ? 1 : 0)
  }
}
