/// Moves square marks apart until none overlap, each as little as it takes.
enum OverlapRemoval {
  /// Returns whether any two marks overlap.
  static func overlaps(_ points: [Point], side: Double) -> Bool {
    var found = false
    forEachClosePair(points, within: side) { i, j in
      if abs(points[i].x - points[j].x) < side - 1e-6, abs(points[i].y - points[j].y) < side - 1e-6
      {
        found = true
      }
    }
    return found
  }

  /// Returns the points moved apart inside a rectangle.
  ///
  /// - Parameters:
  ///   - points: Centres of the marks.
  ///   - side: The marks' width and height, with the space between two.
  ///   - area: Where the centres may lie.
  ///   - rounds: How often all pairs are looked at.
  /// - Returns: The new centres; overlaps can remain if the marks fill most of the area.
  static func separated(
    _ points: [Point], side: Double, in area: Rect, rounds: Int = 300
  ) -> [Point] {
    var moved = points
    for round in 0..<rounds {
      var shift = [Point](repeating: Point(0, 0), count: moved.count)
      var found = false
      forEachClosePair(moved, within: side) { i, j in
        let dx = moved[j].x - moved[i].x
        let dy = moved[j].y - moved[i].y
        let ox = side - abs(dx)
        let oy = side - abs(dy)
        guard ox > 1e-7, oy > 1e-7 else { return }
        found = true
        // Coincident marks part along x by index, so that the result is always the same.
        if ox <= oy {
          let push = (ox / 2 + 1e-4) * (dx > 0 || (dx == 0 && i < j) ? 1 : -1)
          shift[i].x -= push
          shift[j].x += push
        } else {
          let push = (oy / 2 + 1e-4) * (dy > 0 || (dy == 0 && i < j) ? 1 : -1)
          shift[i].y -= push
          shift[j].y += push
        }
      }
      if !found { break }
      // Full shifts oscillate where many marks meet; smaller ones settle.
      let share = round < rounds / 2 ? 0.6 : 0.9
      for i in moved.indices {
        moved[i].x = min(max(moved[i].x + shift[i].x * share, area.x), area.maxX)
        moved[i].y = min(max(moved[i].y + shift[i].y * share, area.y), area.maxY)
      }
    }
    return moved
  }

  /// Calls back every pair closer than a distance in both directions, in a fixed order.
  private static func forEachClosePair(
    _ points: [Point], within side: Double, _ body: (Int, Int) -> Void
  ) {
    guard side > 0 else { return }
    var cells: [SIMD2<Int>: [Int]] = [:]
    func cell(_ p: Point) -> SIMD2<Int> {
      SIMD2(
        PlotMath.whole((p.x / side).rounded(.down)), PlotMath.whole((p.y / side).rounded(.down)))
    }
    for (i, p) in points.enumerated() { cells[cell(p), default: []].append(i) }
    for (i, p) in points.enumerated() {
      let home = cell(p)
      for dy in -1...1 {
        for dx in -1...1 {
          for j in cells[home &+ SIMD2(dx, dy)] ?? [] where j > i { body(i, j) }
        }
      }
    }
  }
}
