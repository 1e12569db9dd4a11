import Kernels
import Tensors

/// A k-nearest-neighbour graph of features by cosine.
public struct FeatureGraph: Sendable, Equatable {
  /// When two nodes are joined.
  public enum Rule: String, Sendable, CaseIterable {
    /// Each is among the other's k nearest.
    case mutual
    /// One is among the other's k nearest.
    case either
  }

  /// Two nodes, a < b.
  public struct Pair: Sendable, Hashable {
    /// The smaller index.
    public let a: Int
    /// The larger index.
    public let b: Int

    /// Makes a pair of two nodes in any order.
    public init(_ a: Int, _ b: Int) {
      self.a = min(a, b)
      self.b = max(a, b)
    }
  }

  /// A joined pair, a < b.
  public struct Edge: Sendable, Equatable {
    /// The smaller index.
    public let a: Int
    /// The larger index.
    public let b: Int
    /// The cosine of the pair, −1…1.
    public let weight: Double
  }

  /// The number of nodes.
  public let nodes: Int
  /// When two nodes are joined.
  public let rule: Rule
  /// The number of neighbours k of the rule.
  public let k: Int
  /// The edges, by a, then b.
  public let edges: [Edge]
  /// The component of each node, numbered by their smallest node.
  public let components: [Int]

  /// Returns the graph of a matrix of features [N, D] in which mutual neighbours are joined.
  ///
  /// Throws: `LinearAlgebraError` for another shape, nan or inf.
  public static func mutualNeighbors(
    _ workers: Workers, features: Tensor, k: Int
  ) throws -> FeatureGraph {
    try neighbors(workers, features: features, k: k, rule: .mutual)
  }

  /// Returns the graph of a matrix of features [N, D] by a rule.
  ///
  /// Throws: `LinearAlgebraError` for another shape, nan or inf.
  public static func neighbors(
    _ workers: Workers, features: Tensor, k: Int, rule: Rule
  ) throws -> FeatureGraph {
    let near = try NearestNeighbors.find(
      workers, queries: features, memory: features, k: k, distance: .cosine, excludesSelf: true)
    var edges: [Edge] = []
    func list(_ i: Int) -> ArraySlice<Int32> { near.indices[i * near.k..<(i + 1) * near.k] }
    for i in 0..<near.queries {
      for place in i * near.k..<(i + 1) * near.k {
        let j = Int(near.indices[place])
        let isMutual = list(j).contains(Int32(i))
        // A mutual pair is met twice, a one-sided pair once.
        if isMutual ? j > i : rule == .either {
          edges.append(Edge(a: min(i, j), b: max(i, j), weight: near.values[place]))
        }
      }
    }
    edges.sort { ($0.a, $0.b) < ($1.a, $1.b) }
    return FeatureGraph(
      nodes: near.queries, rule: rule, k: near.k, edges: edges,
      components: components(near.queries, edges.map { ($0.a, $0.b) }))
  }

  /// The number of connected components; a node without edges is one.
  public var componentCount: Int { (components.max() ?? -1) + 1 }

  /// The number of nodes without edges.
  public var isolatedCount: Int {
    var touched = [Bool](repeating: false, count: nodes)
    for edge in edges {
      touched[edge.a] = true
      touched[edge.b] = true
    }
    return touched.count { !$0 }
  }

  /// Returns the share of edges that join two nodes of the same class, 0…1, or nil without edges.
  ///
  /// Precondition: one label per node.
  public func sameClassShare(labels: [Int]) -> Double? {
    precondition(labels.count == nodes, "\(labels.count) labels for \(nodes) nodes")
    guard !edges.isEmpty else { return nil }
    return Double(edges.count { labels[$0.a] == labels[$0.b] }) / Double(edges.count)
  }

  /// Returns the share of all pairs that have the same class: what `sameClassShare` would be by
  /// chance, or nil with fewer than two nodes.
  public static func chanceShare(labels: [Int]) -> Double? {
    guard labels.count > 1 else { return nil }
    let n = Double(labels.count)
    let counts = Dictionary(labels.map { ($0, 1.0) }, uniquingKeysWith: +)
    return counts.values.sorted().reduce(0) { $0 + $1 * ($1 - 1) } / (n * (n - 1))
  }

  /// Returns the component of each node, numbered by the smallest node of each.
  static func components(_ nodes: Int, _ pairs: [(Int, Int)]) -> [Int] {
    var parent = Array(0..<nodes)
    func root(_ i: Int) -> Int {
      var i = i
      while parent[i] != i {
        parent[i] = parent[parent[i]]
        i = parent[i]
      }
      return i
    }
    for (a, b) in pairs {
      let (ra, rb) = (root(a), root(b))
      parent[max(ra, rb)] = min(ra, rb)
    }
    var numbers: [Int: Int] = [:]
    return (0..<nodes).map { i in
      let r = root(i)
      let number = numbers[r] ?? numbers.count
      numbers[r] = number
      return number
    }
  }
}
