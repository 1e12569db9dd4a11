import Kernels

/// Decompositions for analysis, in Float64; nothing of it reaches training state.
public enum LinearAlgebra {
  /// The eigenvalues and eigenvectors of a symmetric matrix.
  public struct SymmetricEigen: Sendable, Equatable {
    /// The eigenvalues, ascending.
    public let values: [Double]
    /// The unit eigenvectors, row k belonging to value k, [n, n].
    public let vectors: [Double]
  }

  /// Returns the decomposition of a symmetric matrix [n, n]; only one triangle is read.
  ///
  /// Throws: `LinearAlgebraError` when an entry is not finite or the routine does not converge.
  public static func symmetricEigen(_ matrix: [Double], n: Int) throws -> SymmetricEigen {
    guard matrix.allSatisfy(\.isFinite) else { throw LinearAlgebraError.notFinite }
    var vectors = matrix
    var values = [Double](repeating: 0, count: n)
    let status = LAPACK.symmetricEigen(&vectors, values: &values, n: n)
    guard status == 0 else { throw LinearAlgebraError.noConvergence(status: status) }
    return SymmetricEigen(values: values, vectors: vectors)
  }

  /// Returns the singular values of a matrix [rows, columns], descending.
  ///
  /// They are roots of the eigenvalues of the smaller Gram matrix, so values below about 1e-8 of
  /// the largest are rounding noise. Throws: as `symmetricEigen`.
  public static func singularValues(_ x: Tensor) throws -> [Double] {
    let matrix = try Matrix(x)
    return try matrix.spectrum().map { $0.squareRoot() }
  }

  /// Returns the eigenvalues of the centred covariance (divided by the number of rows),
  /// descending; there are min(rows, columns) of them.
  ///
  /// Throws: as `symmetricEigen`.
  public static func covarianceSpectrum(_ x: Tensor) throws -> [Double] {
    let matrix = try Matrix(x).centred()
    return try matrix.spectrum().map { $0 / Double(max(1, matrix.rows)) }
  }

  /// Returns the linear centred kernel alignment of two sets of features of the same samples,
  /// 0…1; nil when one of them is constant.
  ///
  /// ‖AᵀB‖² / (‖AᵀA‖ ‖BᵀB‖) after centring columns. Source: Kornblith et al., arXiv:1905.00414.
  /// Throws: `LinearAlgebraError` when the numbers of rows differ.
  public static func linearCKA(_ a: Tensor, _ b: Tensor) throws -> Double? {
    let (x, y) = (try Matrix(a).centred(), try Matrix(b).centred())
    guard x.rows == y.rows else {
      throw LinearAlgebraError.shape(expected: [x.rows, y.columns], found: b.shape)
    }
    func square(_ p: Matrix, _ q: Matrix) -> Double {
      LAPACK.crossProduct(
        p.values, columns: p.columns, q.values, columns: q.columns, rows: p.rows
      ).reduce(0) { $0 + $1 * $1 }
    }
    let scale = (square(x, x) * square(y, y)).squareRoot()
    return scale > 0 ? square(x, y) / scale : nil
  }

  /// A matrix in Float64, row-major.
  struct Matrix {
    let rows: Int
    let columns: Int
    var values: [Double]

    init(_ tensor: Tensor) throws {
      guard tensor.shape.count == 2 else {
        throw LinearAlgebraError.shape(expected: [-1, -1], found: tensor.shape)
      }
      rows = tensor.shape[0]
      columns = tensor.shape[1]
      values = tensor.values.map { Double($0) }
    }

    /// The mean of each column.
    var means: [Double] {
      var sums = [Double](repeating: 0, count: columns)
      for i in 0..<rows {
        for j in 0..<columns { sums[j] += values[i * columns + j] }
      }
      return sums.map { $0 / Double(max(1, rows)) }
    }

    /// Returns the matrix with the mean of each column taken off.
    func centred() -> Matrix {
      let means = means
      var copy = self
      for i in 0..<rows {
        for j in 0..<columns { copy.values[i * columns + j] -= means[j] }
      }
      return copy
    }

    /// Returns the smaller Gram matrix: XᵀX or XXᵀ.
    var gram: (values: [Double], n: Int, isOfColumns: Bool) {
      if columns <= rows {
        let product = LAPACK.crossProduct(
          values, columns: columns, values, columns: columns, rows: rows)
        return (product, columns, true)
      }
      let product = LAPACK.outerProduct(values, rows: rows, values, rows: rows, depth: columns)
      return (product, rows, false)
    }

    /// Returns the squared singular values, descending, none below 0.
    func spectrum() throws -> [Double] {
      let gram = gram
      return try symmetricEigen(gram.values, n: gram.n).values.reversed().map { max(0, $0) }
    }
  }
}

/// A decomposition that cannot be made.
public enum LinearAlgebraError: Error, Equatable, CustomStringConvertible {
  /// An entry is NaN or infinite.
  case notFinite
  /// LAPACK gave up; the status is its own.
  case noConvergence(status: Int)
  /// A tensor of another shape; −1 stands for any extent.
  case shape(expected: [Int], found: [Int])

  /// The message.
  public var description: String {
    switch self {
    case .notFinite: "expected finite numbers, found nan or inf"
    case .noConvergence(let status): "the eigenvalue routine stopped with status \(status)"
    case .shape(let expected, let found):
      "expected a matrix of shape [\(expected.map { $0 < 0 ? "n" : "\($0)" }.joined(separator: ", "))],"
        + " found \(found)"
    }
  }
}
