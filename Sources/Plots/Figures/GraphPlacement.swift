/// Where the nodes of a similarity graph are drawn, and how large.
struct GraphPlacement {
  /// Centres relative to the drawing's top left corner, in points.
  var points: [Point]
  /// Height of the whole drawing, in points.
  var height: Double
  /// Side of a thumbnail or diameter of a mark, in points.
  var side: Double
  /// Width of a thumbnail's frame, in points; 0 for marks.
  var frame: Double
  /// The nodes without edges, by class.
  var isolated: [Int]
  /// Top of the part that holds isolated nodes, if there is one.
  var isolatedTop: Double?

  init(_ figure: SimilarityGraphFigure, drawn: [SimilarityGraphFigure.Edge], width: Double) {
    let n = figure.labels.count
    let factor = figure.format.factor
    let pictures = !figure.thumbnails.isEmpty && n <= figure.thumbnailLimit
    if pictures {
      // 28 px at 150 nodes in one column; fewer nodes and wider pages leave room for larger ones.
      let page = max(1, width / FigureFormat.column.width)
      let room = min(max((150 / Double(max(n, 1))).squareRoot(), 1), 1.6) * page
      side =
        (figure.thumbnailSide.map { $0.isFinite ? min(max($0, 6), 400) : 28 } ?? 28 * room)
        * 72 / 300
      frame = 0.8
    } else {
      let share = width * width * 0.07 / (Double(max(n, 1)) * 3.14)
      side = 2 * min(max(share.squareRoot(), 0.7), 2.4 * factor.squareRoot())
      frame = 0
    }
    // On narrow figures a thumbnail must not be wider than a sixth of it.
    side = min(side, width / 6)

    if let kept = figure.positions {
      height = width * 0.85
      let scale = height
      points = kept.map { p in
        Point(
          (p.x.isFinite ? min(max(p.x, 0), 1) : 0.5) * width,
          (p.y.isFinite ? min(max(p.y, 0), 1) : 0.5) * scale)
      }
      isolated = []
      return
    }

    let weights = EdgeWeights(drawn)
    let layout = GraphLayout(
      count: n, edges: drawn.map { ($0.a, $0.b, weights.share($0.weight)) }, seed: figure.seed,
      aspect: 1.12)
    isolated = layout.isolated.sorted { i, j in
      (figure.labels[i] ?? .max, i) < (figure.labels[j] ?? .max, j)
    }
    let alone = Set(isolated)
    let joined = (0..<n).filter { !alone.contains($0) }
    points = [Point](repeating: Point(0, 0), count: n)
    height = 0
    if !joined.isEmpty {
      let box = side + 2 * frame
      let span = GraphPlacement.bounds(joined, layout).span
      let ratio = span.y / max(span.x, 1e-9)
      let area = Rect(
        x: box / 2, y: box / 2, width: width - box,
        height: min(max(ratio * width, width * 0.25), width * 0.95) - box)
      height = area.height + box
      placeJoined(joined, layout, area)
    }
    placeIsolated(width: width, factor: factor)
  }

  private static func bounds(
    _ nodes: [Int], _ layout: GraphLayout
  ) -> (low: SIMD2<Double>, span: SIMD2<Double>) {
    var low = SIMD2(Double.infinity, Double.infinity)
    var high = -low
    for i in nodes {
      let p = layout.positions[i]
      low = SIMD2(min(low.x, p.x), min(low.y, p.y))
      high = SIMD2(max(high.x, p.x), max(high.y, p.y))
    }
    return (low, high - low)
  }

  private mutating func placeJoined(_ joined: [Int], _ layout: GraphLayout, _ area: Rect) {
    let (low, span) = GraphPlacement.bounds(joined, layout)
    let sx = span.x > 1e-9 ? area.width / span.x : 0
    let sy = span.y > 1e-9 ? area.height / span.y : 0
    // A little stretching fills the page; more would change what is near.
    let scale = SIMD2(
      sy > 0 ? min(sx, sy * 1.3) : sx, sx > 0 ? min(sy, sx * 1.3) : sy)
    let used = span * scale
    let start = SIMD2(
      area.x + (area.width - used.x) / 2, area.y + (area.height - used.y) / 2)
    var placed = joined.map { i in
      let p = start + (layout.positions[i] - low) * scale
      return Point(p.x, p.y)
    }
    let large = joined.count > 600
    for attempt in 0..<12 {
      // Room between thumbnails shows edges; it goes before the thumbnails get smaller.
      let clearance = frame > 0 ? (attempt == 0 ? side * 0.25 : 1.0) : 0.2
      let distance = side + 2 * frame + clearance
      let moved = OverlapRemoval.separated(
        placed, side: distance, in: area, rounds: large ? 60 : 300)
      // Marks may touch in a crowd; thumbnails may not.
      if !OverlapRemoval.overlaps(moved, side: side + 2 * frame) || large && frame == 0 {
        placed = moved
        break
      }
      if attempt > 0 { side *= 0.9 }
      if attempt == 11 { placed = moved }
    }
    for (i, p) in zip(joined, placed) { points[i] = p }
  }

  /// Places nodes without edges in rows below the rest.
  private mutating func placeIsolated(width: Double, factor: Double) {
    guard !isolated.isEmpty else { return }
    let box = side + 2 * frame
    let step = box + max(1.6, side * 0.25)
    let top = height + (height > 0 ? 5 * factor : 0)
    isolatedTop = top
    // Room for the heading.
    let first = top + 9 * factor
    let columns = max(1, PlotMath.whole((width - box) / step) + 1)
    for (i, node) in isolated.enumerated() {
      points[node] = Point(
        box / 2 + Double(i % columns) * step, first + box / 2 + Double(i / columns) * step)
    }
    height = first + box + Double((isolated.count - 1) / columns) * step
  }
}

/// The range of edge weights and what it is drawn as.
struct EdgeWeights {
  var low: Double
  var high: Double

  init(_ edges: [SimilarityGraphFigure.Edge]) {
    low = edges.map(\.weight).min() ?? 0
    high = edges.map(\.weight).max() ?? 1
  }

  /// Returns where a weight lies in the range, 0…1; 1 when all are the same.
  func share(_ weight: Double) -> Double {
    // Halves, because the range of two finite numbers can be infinite.
    let range = high / 2 - low / 2
    guard range > 1e-12 * max(abs(high), abs(low)) else { return 1 }
    return min(max((weight / 2 - low / 2) / range, 0), 1)
  }

  func width(_ weight: Double) -> Double { 0.35 + 1.25 * share(weight) }
  func opacity(_ weight: Double) -> Double { 0.35 + 0.55 * share(weight) }
}
