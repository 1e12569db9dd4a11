import Kernels
import Tensors

/// An order of samples for heat maps: by class, and inside a class so that neighbours are alike.
public struct ClassOrder: Sendable, Equatable {
  /// The samples in order.
  public let order: [Int]
  /// The classes in order, each with the places that it takes in `order`.
  public let blocks: [Block]

  /// The places of one class.
  public struct Block: Sendable, Equatable {
    /// The class.
    public let label: Int
    /// The places in the order.
    public let places: Range<Int>
  }

  /// The largest class whose Fiedler vector is computed; a larger one stays in data order.
  public static let largestClass = 2000

  /// Returns the order of features [N, D] by label, then by the Fiedler vector of each class.
  ///
  /// The Fiedler vector is the second eigenvector of the Laplacian of the weights (1 + cos)/2;
  /// without labels all samples are one class. Precondition: one label per sample. Throws:
  /// `LinearAlgebraError` for another shape, nan or inf.
  public static func make(
    _ workers: Workers, features: Tensor, labels: [Int]? = nil
  ) throws -> ClassOrder {
    guard features.shape.count == 2 else {
      throw LinearAlgebraError.shape(expected: [-1, -1], found: features.shape)
    }
    let (n, dim) = (features.shape[0], features.shape[1])
    precondition(labels == nil || labels?.count == n, "one label per sample")
    var unit = features.values
    RowNormalization.forward(workers, features.values, rows: n, dim: dim, to: &unit)
    let groups = Dictionary(grouping: 0..<n) { labels?[$0] ?? 0 }
    var order: [Int] = []
    var blocks: [Block] = []
    for label in groups.keys.sorted() {
      let members = try fiedler(groups[label] ?? [], unit: unit, dim: dim)
      blocks.append(Block(label: label, places: order.count..<(order.count + members.count)))
      order += members
    }
    return ClassOrder(order: order, blocks: blocks)
  }

  private static func fiedler(_ members: [Int], unit: [Float], dim: Int) throws -> [Int] {
    let n = members.count
    guard n > 2, n <= largestClass else { return members }
    let rows = members.flatMap { unit[$0 * dim..<($0 + 1) * dim].map { Double($0) } }
    var laplacian = LAPACK.outerProduct(rows, rows: n, rows, rows: n, depth: dim)
    for i in 0..<n {
      var degree = 0.0
      for j in 0..<n where j != i {
        let weight = (1 + laplacian[i * n + j]) / 2
        laplacian[i * n + j] = -weight
        degree += weight
      }
      laplacian[i * n + i] = degree
    }
    let eigen = try LinearAlgebra.symmetricEigen(laplacian, n: n)
    let second = LinearAlgebra.oriented(Array(eigen.vectors[n..<2 * n]))
    return members.indices.sorted { (second[$0], $0) < (second[$1], $1) }.map { members[$0] }
  }
}
