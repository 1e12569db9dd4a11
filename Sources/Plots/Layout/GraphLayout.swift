/// Where the nodes of a graph stand: every connected part by itself, packed side by side.
struct GraphLayout {
  /// Positions of all nodes that have an edge, the ideal edge length being 1; isolated nodes stay
  /// at the origin.
  var positions: [SIMD2<Double>]
  /// Nodes without an edge, ascending.
  var isolated: [Int]

  /// Lays out a graph.
  ///
  /// - Parameters:
  ///   - n: The number of nodes.
  ///   - edges: Node pairs with weights 0…1.
  ///   - seed: Decides between equally good layouts.
  ///   - aspect: The wanted ratio of width to height.
  init(count n: Int, edges: [(a: Int, b: Int, weight: Double)], seed: UInt64, aspect: Double) {
    let components = GraphComponents(count: n, edges: edges.map { ($0.a, $0.b) })
    var local = [Int](repeating: 0, count: n)
    var owner = [Int](repeating: 0, count: n)
    for (c, part) in components.parts.enumerated() {
      for (i, node) in part.enumerated() {
        local[node] = i
        owner[node] = c
      }
    }
    var inside = [[(a: Int, b: Int, weight: Double)]](
      repeating: [], count: components.parts.count)
    for e in edges {
      let weight = e.weight.isFinite ? min(max(e.weight, 0), 1) : 0.5
      inside[owner[e.a]].append((local[e.a], local[e.b], weight))
    }

    positions = [SIMD2<Double>](repeating: SIMD2(), count: n)
    isolated = []
    var nodes: [[Int]] = []
    var points: [[SIMD2<Double>]] = []
    var links: [[(a: Int, b: Int)]] = []
    for (c, part) in components.parts.enumerated() {
      guard part.count > 1 else {
        isolated.append(part[0])
        continue
      }
      nodes.append(part)
      points.append(
        GraphLayout.upright(
          GraphLayout.connected(part.count, inside[c], seed: seed), aspect: aspect)
      )
      links.append(inside[c].map { ($0.a, $0.b) })
    }
    isolated.sort()
    let origins = ComponentPacking.origins(points, edges: links, aspect: aspect)
    for (c, part) in nodes.enumerated() {
      for (node, point) in zip(part, points[c]) { positions[node] = origins[c] + point }
    }
  }

  private static func connected(
    _ m: Int, _ edges: [(a: Int, b: Int, weight: Double)], seed: UInt64
  ) -> [SIMD2<Double>] {
    if m == 2 { return [SIMD2(0, 0), SIMD2(1, 0)] }
    let radius = 0.5 * Double(m).squareRoot()
    var random = PlotRandom(seed: seed ^ 0xD1AD)
    // A little noise parts nodes that the eigenvectors put on one point.
    let start = SpectralStart.positions(
      count: m, edges: edges.map { ($0.a, $0.b, 0.05 + $0.weight) }, seed: seed
    ).map { p in
      p * radius + SIMD2(random.uniform() - 0.5, random.uniform() - 0.5) * 0.3
    }
    var degree = [Int](repeating: 0, count: m)
    for e in edges {
      degree[e.a] += 1
      degree[e.b] += 1
    }
    // A node that hangs on one edge is pulled in more, or it would be pushed far out.
    let springs = edges.map { e in
      (e.a, e.b, (0.6 + 0.8 * e.weight) * (1 + 2 / Double(min(degree[e.a], degree[e.b]))))
    }
    var force = ForceLayout(positions: start, edges: springs)
    return evenlyDense(force.run(rounds: m > 600 ? 120 : 300))
  }

  /// Returns points scaled so that the median distance to the nearest other point is 0.9.
  ///
  /// Without it, parts with many edges would be much denser than those with few.
  private static func evenlyDense(_ points: [SIMD2<Double>]) -> [SIMD2<Double>] {
    let nearest = points.indices.map { i -> Double in
      var least = Double.infinity
      for j in points.indices where j != i {
        let d = points[i] - points[j]
        least = min(least, d.x * d.x + d.y * d.y)
      }
      return least
    }.sorted()
    let median = nearest[nearest.count / 2].squareRoot()
    guard median > 1e-9 else { return points }
    return points.map { $0 * min(max(0.9 / median, 0.3), 4) }
  }

  /// Returns points turned so that their longest direction fits the page, from the origin on.
  private static func upright(_ points: [SIMD2<Double>], aspect: Double) -> [SIMD2<Double>] {
    let mean = points.reduce(SIMD2(), +) / Double(points.count)
    var xx = 0.0
    var xy = 0.0
    var yy = 0.0
    for p in points {
      let d = p - mean
      xx += d.x * d.x
      xy += d.x * d.y
      yy += d.y * d.y
    }
    // The first principal axis of [[xx, xy], [xy, yy]].
    let middle = (xx - yy) / 2
    let root = (middle * middle + xy * xy).squareRoot()
    var axis = SIMD2(middle + root, xy)
    if axis.x * axis.x + axis.y * axis.y < 1e-24 { axis = xx >= yy ? SIMD2(1, 0) : SIMD2(0, 1) }
    axis /= (axis.x * axis.x + axis.y * axis.y).squareRoot()
    if aspect < 1 { axis = SIMD2(axis.y, -axis.x) }
    let turned = points.map { p in
      SIMD2(p.x * axis.x + p.y * axis.y, p.y * axis.x - p.x * axis.y)
    }
    var low = SIMD2(Double.infinity, Double.infinity)
    for p in turned { low = SIMD2(min(low.x, p.x), min(low.y, p.y)) }
    return turned.map { $0 - low }
  }
}
