/// Refines the positions of a connected graph by springs along edges and repulsion of all nodes.
///
/// Source: T. Fruchterman and E. Reingold, "Graph drawing by force-directed placement", 1991, with
/// edge weights, a weak pull to the middle, and an ideal edge length of 1.
struct ForceLayout {
  private var x: [Float]
  private var y: [Float]
  private let count: Int
  private let edges: [(a: Int, b: Int, strength: Double)]

  /// Prepares the refinement.
  ///
  /// - Parameters:
  ///   - positions: Where the nodes are at first.
  ///   - edges: Node pairs with the strength of their springs, about 1.
  init(positions: [SIMD2<Double>], edges: [(a: Int, b: Int, strength: Double)]) {
    count = positions.count
    self.edges = edges
    // Padding nodes are far away, so that eight at a time needs no remainder loop.
    let padded = (count + 7) / 8 * 8
    x = positions.map { Float($0.x) } + [Float](repeating: 1e12, count: padded - count)
    y = positions.map { Float($0.y) } + [Float](repeating: 1e12, count: padded - count)
  }

  /// Moves all nodes a number of rounds, each by at most a step that falls to nearly nothing.
  mutating func run(rounds: Int) -> [SIMD2<Double>] {
    let extent = Float(count).squareRoot()
    var fx = [Float](repeating: 0, count: count)
    var fy = fx
    for round in 0..<rounds {
      repel(&fx, &fy)
      for e in edges {
        let dx = x[e.b] - x[e.a]
        let dy = y[e.b] - y[e.a]
        let pull = (dx * dx + dy * dy).squareRoot() * Float(e.strength)
        fx[e.a] += dx * pull
        fy[e.a] += dy * pull
        fx[e.b] -= dx * pull
        fy[e.b] -= dy * pull
      }
      let left = 1 - Float(round) / Float(rounds)
      let limit = max(0.15 * extent * left * left, 0.01)
      for i in 0..<count {
        // The pull to the middle keeps long branches from using up the page.
        let gx = fx[i] - x[i] * 0.25
        let gy = fy[i] - y[i] * 0.25
        let size = (gx * gx + gy * gy).squareRoot()
        let share = min(limit, size * 0.1) / max(size, 1e-9)
        x[i] += gx * share
        y[i] += gy * share
      }
    }
    return (0..<count).map { SIMD2(Double(x[$0]), Double(y[$0])) }
  }

  /// Sets the forces to the sum of repulsions, 1/distance along the line between two nodes.
  private func repel(_ fx: inout [Float], _ fy: inout [Float]) {
    let blocks = x.count / 8
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        for i in 0..<count {
          let xi = SIMD8<Float>(repeating: x[i])
          let yi = SIMD8<Float>(repeating: y[i])
          var sx = SIMD8<Float>()
          var sy = SIMD8<Float>()
          for b in 0..<blocks {
            let j = b &* 8
            let dx =
              xi
              - SIMD8(
                x[j], x[j &+ 1], x[j &+ 2], x[j &+ 3], x[j &+ 4], x[j &+ 5], x[j &+ 6], x[j &+ 7])
            let dy =
              yi
              - SIMD8(
                y[j], y[j &+ 1], y[j &+ 2], y[j &+ 3], y[j &+ 4], y[j &+ 5], y[j &+ 6], y[j &+ 7])
            let inverse = 1 / (dx * dx + dy * dy + 1e-4)
            sx += dx * inverse
            sy += dy * inverse
          }
          fx[i] = sx.sum()
          fy[i] = sy.sum()
        }
      }
    }
  }
}
