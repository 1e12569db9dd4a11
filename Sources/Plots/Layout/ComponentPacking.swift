/// Packs the connected parts of a graph closely, by the cells that they really take.
///
/// Source: K. Freivalds, U. Dogrusoz and P. Kikusts, "Disconnected graph layout and the polyomino
/// packing approach", Graph Drawing 2001.
struct ComponentPacking {
  /// Cells per ideal edge length.
  private static let resolution = 2.0

  private struct Shape {
    var cells: [SIMD2<Int>]
    var width: Int
    var height: Int
  }

  /// Returns where every part's origin goes; parts are given with the largest first.
  ///
  /// - Parameters:
  ///   - parts: The nodes' positions from each part's own origin, none negative.
  ///   - edges: The node pairs of each part.
  ///   - aspect: The wanted ratio of width to height of the whole.
  /// - Returns: One origin per part, in the same order.
  static func origins(
    _ parts: [[SIMD2<Double>]], edges: [[(a: Int, b: Int)]], aspect: Double
  ) -> [SIMD2<Double>] {
    let shapes = zip(parts, edges).map { shape($0.0, $0.1) }
    let area = shapes.reduce(0) { $0 + $1.cells.count }
    let widest = shapes.map { max($0.width, $0.height) }.max() ?? 1
    // A square that surely has a free place: the largest part, and the rest around it.
    let side =
      widest + 2 * PlotMath.whole((Double(area) * 4 * max(aspect, 1 / aspect)).squareRoot()) + 8
    var taken = [Bool](repeating: false, count: side * side)
    let order = candidates(side: side, aspect: aspect)
    var start = 0
    var lastSize = 0
    return shapes.map { s in
      // A part finds no place before one of the same or a larger size did.
      if s.cells.count != lastSize { start = 0 }
      lastSize = s.cells.count
      for i in start..<order.count {
        let corner = order[i] &- SIMD2(s.width / 2, s.height / 2)
        guard fits(s, at: corner, taken, side) else { continue }
        for c in s.cells {
          let p = c &+ corner
          taken[p.y * side + p.x] = true
        }
        if s.cells.count <= 12 { start = i }
        return SIMD2(Double(corner.x), Double(corner.y)) / resolution
      }
      return SIMD2()
    }
  }

  private static func fits(
    _ s: Shape, at corner: SIMD2<Int>, _ taken: [Bool], _ side: Int
  ) -> Bool {
    guard corner.x >= 0, corner.y >= 0, corner.x + s.width <= side, corner.y + s.height <= side
    else { return false }
    return s.cells.allSatisfy { c in !taken[(c.y + corner.y) * side + c.x + corner.x] }
  }

  /// Returns all cells, the middle first, in growing rectangles of the wanted aspect.
  private static func candidates(side: Int, aspect: Double) -> [SIMD2<Int>] {
    let middle = side / 2
    var keyed: [(key: Double, cell: SIMD2<Int>)] = []
    keyed.reserveCapacity(side * side)
    for y in 0..<side {
      for x in 0..<side {
        let dx = Double(x - middle)
        let dy = Double(y - middle) * aspect
        // Rectangles first; inside one, the places nearest to the middle.
        let ring = max(abs(dx), abs(dy))
        let round = (dx * dx + dy * dy).squareRoot()
        keyed.append((ring + 0.02 * round, SIMD2(x, y)))
      }
    }
    keyed.sort { ($0.key, $0.cell.y, $0.cell.x) < ($1.key, $1.cell.y, $1.cell.x) }
    return keyed.map(\.cell)
  }

  /// Returns the cells around nodes and along edges.
  private static func shape(_ points: [SIMD2<Double>], _ edges: [(a: Int, b: Int)]) -> Shape {
    var cells: Set<SIMD2<Int>> = []
    func add(_ p: SIMD2<Double>, reach: Int) {
      let x = PlotMath.whole((p.x * resolution).rounded(.down)) + 1
      let y = PlotMath.whole((p.y * resolution).rounded(.down)) + 1
      for j in -reach...reach {
        for i in -reach...reach { cells.insert(SIMD2(x + i, y + j)) }
      }
    }
    for p in points { add(p, reach: 1) }
    for (a, b) in edges {
      let d = points[b] - points[a]
      let length = (d.x * d.x + d.y * d.y).squareRoot()
      let steps = min(max(1, PlotMath.whole(length * resolution * 1.5)), 1000)
      for k in 0...steps { add(points[a] + d * (Double(k) / Double(steps)), reach: 0) }
    }
    let width = (cells.map(\.x).max() ?? 0) + 1
    let height = (cells.map(\.y).max() ?? 0) + 1
    return Shape(
      cells: cells.sorted { ($0.y, $0.x) < ($1.y, $1.x) }, width: width, height: height)
  }
}
