/// First positions for a connected graph from its normalised Laplacian.
///
/// Source: Y. Koren, "Drawing graphs by eigenvectors", 2005: coordinates D^−½ v₂, D^−½ v₃ of the
/// eigenvectors after the trivial one, here by power iteration on (I + D^−½ W D^−½)/2.
enum SpectralStart {
  /// Returns one position per node, each coordinate with mean 0 and variance 1.
  ///
  /// - Parameters:
  ///   - n: The number of nodes, at least 3.
  ///   - edges: Node pairs with weights above 0.
  ///   - seed: Where the power iteration starts.
  /// - Returns: The positions, by node.
  static func positions(
    count n: Int, edges: [(a: Int, b: Int, weight: Double)], seed: UInt64
  ) -> [SIMD2<Double>] {
    var degree = [Double](repeating: 0, count: n)
    for e in edges {
      degree[e.a] += e.weight
      degree[e.b] += e.weight
    }
    let scale = degree.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    let links = edges.map { (a: $0.a, b: $0.b, w: $0.weight * scale[$0.a] * scale[$0.b]) }
    let trivial = normalised(degree.map { $0.squareRoot() })
    var random = PlotRandom(seed: seed)
    var u = (0..<n).map { _ in random.uniform() - 0.5 }
    var v = (0..<n).map { _ in random.uniform() - 0.5 }
    for _ in 0..<(n > 500 ? 120 : 200) {
      u = orthogonal(apply(links, u), to: [trivial])
      v = orthogonal(apply(links, v), to: [trivial, u])
    }
    return zip(standardised(zip(u, scale).map(*)), standardised(zip(v, scale).map(*)))
      .map { SIMD2($0, $1) }
  }

  private static func apply(_ links: [(a: Int, b: Int, w: Double)], _ x: [Double]) -> [Double] {
    var y = x
    for l in links {
      y[l.a] += l.w * x[l.b]
      y[l.b] += l.w * x[l.a]
    }
    return y
  }

  private static func orthogonal(_ x: [Double], to others: [[Double]]) -> [Double] {
    var x = x
    for other in others {
      let along = zip(x, other).reduce(0) { $0 + $1.0 * $1.1 }
      for i in x.indices { x[i] -= along * other[i] }
    }
    return normalised(x)
  }

  private static func normalised(_ x: [Double]) -> [Double] {
    let norm = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return norm > 1e-30 ? x.map { $0 / norm } : x
  }

  private static func standardised(_ x: [Double]) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let sd = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)).squareRoot()
    return x.map { sd > 1e-30 ? ($0 - mean) / sd : 0 }
  }
}
