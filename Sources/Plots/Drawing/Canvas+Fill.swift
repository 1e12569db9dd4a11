extension Canvas {
  /// Adds the exact area that closed polygons cover of every pixel, as differences along rows.
  ///
  /// Every polygon edge adds, to the pixel it crosses and the next, how the covered area changes
  /// there; a running sum along the row gives the coverage. Source of the scheme: R. Levien, font-rs.
  ///
  /// - Parameter polygons: Points in pixels; each polygon is closed by itself.
  func cover(_ polygons: [[Point]]) {
    guard !clip.isEmpty else { return }
    for polygon in polygons where polygon.count > 2 {
      let inside = Canvas.clipped(
        polygon,
        to: Rect(
          x: Double(clip.x0), y: Double(clip.y0), width: Double(clip.x1 - clip.x0),
          height: Double(clip.y1 - clip.y0)))
      guard inside.count > 2 else { continue }
      var previous = inside[inside.count - 1]
      for p in inside {
        edge(previous, p)
        previous = p
      }
    }
  }

  private func edge(_ p: Point, _ q: Point) {
    guard p.y != q.y else { return }
    let direction: Float = p.y < q.y ? 1 : -1
    let (a, b) = p.y < q.y ? (p, q) : (q, p)
    let slope = (b.x - a.x) / (b.y - a.y)
    var x = a.x
    let first = max(Int(a.y), 0)
    let last = min(Int(b.y.rounded(.up)), height)
    guard first < last else { return }
    for row in first..<last {
      let top = max(Double(row), a.y)
      let dy = min(Double(row + 1), b.y) - top
      let next = row == last - 1 ? b.x : a.x + slope * (top + dy - a.y)
      deposit(row: row, from: x, to: next, height: direction * Float(dy))
      x = next
    }
  }

  /// Adds one edge's part inside one row: `height` is the signed height that it spans there.
  private func deposit(row: Int, from xa: Double, to xb: Double, height d: Float) {
    let limit = Double(width)
    let x0 = min(max(min(xa, xb), 0), limit)
    let x1 = min(max(max(xa, xb), 0), limit)
    let i0 = Int(x0)
    let i1 = Int(x1.rounded(.up))
    let base = row * stride
    touch(row: row, i0, max(i1, i0 + 1) + 1)
    coverage.withUnsafeMutableBufferPointer { c in
      if i1 <= i0 + 1 {
        let share = Float((x0 + x1) * 0.5 - Double(i0))
        c[base + i0] += d - d * share
        c[base + i0 + 1] += d * share
        return
      }
      // The edge crosses several pixels: integrate the area to the right of it in each.
      let s = 1 / (x1 - x0)
      var before = 0.0
      for i in i0...i1 {
        let enter = max(x0, Double(i))
        let leave = min(x1, Double(i + 1))
        // Area right of the edge inside pixels up to i, per unit of height.
        let covered =
          leave > enter ? s * (leave - enter) * (Double(i + 1) - (enter + leave) * 0.5) : 0
        let full = s * max(0, min(x1, Double(i)) - x0)
        let total = covered + full
        c[base + i] += d * Float(total - before)
        before = total
      }
    }
  }

  /// Returns a polygon cut to a rectangle by Sutherland and Hodgman's method.
  static func clipped(_ polygon: [Point], to rect: Rect) -> [Point] {
    func cut(
      _ points: [Point], inside: (Point) -> Bool, crossing: (Point, Point) -> Point
    ) -> [Point] {
      guard var previous = points.last else { return [] }
      var result: [Point] = []
      for p in points {
        if inside(p) != inside(previous) { result.append(crossing(previous, p)) }
        if inside(p) { result.append(p) }
        previous = p
      }
      return result
    }
    func atX(_ x: Double) -> (Point, Point) -> Point {
      { a, b in Point(x, a.y + (b.y - a.y) * ((x - a.x) / (b.x - a.x))) }
    }
    func atY(_ y: Double) -> (Point, Point) -> Point {
      { a, b in Point(a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y)), y) }
    }
    if polygon.allSatisfy({
      $0.x >= rect.x && $0.x <= rect.maxX && $0.y >= rect.y && $0.y <= rect.maxY
    }) {
      return polygon
    }
    var points = cut(polygon, inside: { $0.x >= rect.x }, crossing: atX(rect.x))
    points = cut(points, inside: { $0.x <= rect.maxX }, crossing: atX(rect.maxX))
    points = cut(points, inside: { $0.y >= rect.y }, crossing: atY(rect.y))
    return cut(points, inside: { $0.y <= rect.maxY }, crossing: atY(rect.maxY))
  }
}
