import Kernels

/// Principal components of features.
public struct PrincipalComponents: Sendable, Equatable {
  /// The directions, [count, D]; the entry of largest magnitude of each is positive.
  public let components: Tensor
  /// The mean of each feature, [D].
  public let mean: [Double]
  /// The variance along each direction, divided by N − 1.
  public let explainedVariance: [Double]
  /// The variance along each direction as a share of the whole, 0…1.
  public let explainedVarianceRatio: [Double]
  /// The samples in the coordinates of the directions, [N, count].
  public let projection: Tensor
}

extension LinearAlgebra {
  /// Returns the first principal components of a matrix [N, D].
  ///
  /// `count` is cut to min(N, D). Throws: `LinearAlgebraError`, also for fewer than two rows.
  public static func principalComponents(_ x: Tensor, count: Int) throws -> PrincipalComponents {
    let original = try Matrix(x)
    guard original.rows > 1 else {
      throw LinearAlgebraError.shape(expected: [2, original.columns], found: x.shape)
    }
    let matrix = original.centred()
    let (n, d) = (matrix.rows, matrix.columns)
    let gram = matrix.gram
    let eigen = try symmetricEigen(gram.values, n: gram.n)
    let kept = max(0, min(count, gram.n))
    let spectrum = eigen.values.reversed().map { max(0, $0) / Double(n - 1) }
    let total = spectrum.reduce(0, +)
    var directions: [Double] = []
    for k in 0..<kept {
      let row = gram.n - 1 - k
      let vector = Array(eigen.vectors[row * gram.n..<(row + 1) * gram.n])
      var direction = vector
      if !gram.isOfColumns {
        // The vector is of XXᵀ: Xᵀu is the direction, up to its length.
        direction = LAPACK.crossProduct(matrix.values, columns: d, vector, columns: 1, rows: n)
        let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        if norm > 0 { direction = direction.map { $0 / norm } }
      }
      directions += oriented(direction)
    }
    let projection = LAPACK.outerProduct(matrix.values, rows: n, directions, rows: kept, depth: d)
    return PrincipalComponents(
      components: Tensor(shape: [kept, d], values: directions.map { Float($0) }),
      mean: original.means, explainedVariance: Array(spectrum.prefix(kept)),
      explainedVarianceRatio: spectrum.prefix(kept).map { total > 0 ? $0 / total : 0 },
      projection: Tensor(shape: [n, kept], values: projection.map { Float($0) }))
  }

  /// Returns a vector or its negative: the one whose entry of largest magnitude is positive.
  public static func oriented(_ vector: [Double]) -> [Double] {
    var largest = 0.0
    for value in vector where abs(value) > abs(largest) { largest = value }
    return largest < 0 ? vector.map { -$0 } : vector
  }
}
