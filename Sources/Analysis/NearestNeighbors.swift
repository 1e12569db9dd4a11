import Kernels
import Tensors

/// How the nearness of two rows of features is measured.
public enum FeatureDistance: String, Sendable, CaseIterable {
  /// The cosine of the angle; larger is nearer.
  case cosine
  /// The length of the difference; smaller is nearer.
  case euclidean
}

/// The exact k nearest rows of a memory for each query.
///
/// Rows are preselected with Float32 products, a few more than asked for, and then ranked by
/// values computed in Float64; of equal values the smaller index is nearer.
public struct NearestNeighbors: Sendable, Equatable {
  /// The number of queries.
  public let queries: Int
  /// The number of neighbours of each query.
  public let k: Int
  /// The rows of the memory, nearest first, [queries, k].
  public let indices: [Int32]
  /// The cosine or the distance of each, [queries, k].
  public let values: [Double]

  private static let queryBlock = 256
  private static let memoryBlock = 2048
  /// Candidates beyond k, so that Float32 rounding at the border loses no neighbour.
  private static let margin = 8

  /// Returns the neighbours of each query.
  ///
  /// Shape: queries [Q, D], memory [N, D]; `k` is cut to the rows there are. With `excludesSelf`
  /// query i does not see row i. Throws: `LinearAlgebraError` for other shapes, or nan or inf.
  public static func find(
    _ workers: Workers, queries: Tensor, memory: Tensor, k: Int, distance: FeatureDistance,
    excludesSelf: Bool = false
  ) throws -> NearestNeighbors {
    guard queries.shape.count == 2, memory.shape.count == 2, queries.shape[1] == memory.shape[1]
    else {
      throw LinearAlgebraError.shape(
        expected: [-1, memory.shape.last ?? -1], found: queries.shape)
    }
    guard queries.values.allSatisfy(\.isFinite), memory.values.allSatisfy(\.isFinite) else {
      throw LinearAlgebraError.notFinite
    }
    let (q, n, dim) = (queries.shape[0], memory.shape[0], queries.shape[1])
    let available = max(0, excludesSelf && q > 0 ? n - 1 : n)
    let kept = max(0, min(k, available))
    guard q > 0, kept > 0 else {
      return NearestNeighbors(queries: q, k: 0, indices: [], values: [])
    }
    var left = queries.values
    var right = memory.values
    if distance == .cosine {
      RowNormalization.forward(workers, queries.values, rows: q, dim: dim, to: &left)
      RowNormalization.forward(workers, memory.values, rows: n, dim: dim, to: &right)
    }
    var table = CandidateTable(queries: q, capacity: min(n, kept + margin))
    table.scan(
      workers, left: left, right: right, q: q, n: n, dim: dim, distance: distance,
      excludesSelf: excludesSelf, queryBlock: queryBlock, memoryBlock: memoryBlock)
    return table.refined(
      workers, left: queries.values, right: memory.values, dim: dim, k: kept, distance: distance)
  }
}
