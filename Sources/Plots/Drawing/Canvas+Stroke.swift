extension Canvas {
  /// Adds the coverage of one line piece, keeping the larger value where pieces meet.
  ///
  /// The coverage of a pixel is the overlap of a unit interval around the pixel's distance from the
  /// line with the line's width: exact for lines along the axes, and the same weight at any angle.
  ///
  /// - Parameters:
  ///   - a: The start, in pixels.
  ///   - b: The end, in pixels.
  ///   - radius: Half the width, in pixels.
  ///   - flatStart: Whether the line is cut at `a` rather than rounded.
  ///   - flatEnd: Whether the line is cut at `b` rather than rounded.
  func coverLine(
    _ a: Point, _ b: Point, radius: Double, flatStart: Bool = false, flatEnd: Bool = false
  ) {
    let reach = radius + 0.5
    let dx = b.x - a.x
    let dy = b.y - a.y
    let length = (dx * dx + dy * dy).squareRoot()
    let row0 = max(clip.y0, Int((min(a.y, b.y) - reach).rounded(.down)))
    let row1 = min(clip.y1, Int((max(a.y, b.y) + reach).rounded(.up)))
    guard row0 < row1, clip.x0 < clip.x1 else { return }
    let (ux, uy) = length > 0 ? (Float(dx / length), Float(dy / length)) : (0, 0)
    let (ax, ay) = (Float(a.x), Float(a.y))
    let (r, l) = (Float(radius), Float(length))
    let stride = stride
    let left = min(a.x, b.x) - reach
    let right = max(a.x, b.x) + reach
    for row in row0..<row1 {
      let yc = Double(row) + 0.5
      var x0 = left
      var x1 = right
      // Where the infinite line passes this row, if it is not nearly horizontal.
      if abs(dy) > 1e-3 {
        let middle = a.x + (yc - a.y) * dx / dy
        let half = reach * length / abs(dy) + 1
        x0 = max(x0, middle - half)
        x1 = min(x1, middle + half)
      }
      let first = max(clip.x0, Int(max(x0.rounded(.down), -1)))
      let last = min(clip.x1, Int(min(x1.rounded(.up), Double(width))))
      guard first < last else { continue }
      touch(row: row, first, last)
      coverage.withUnsafeMutableBufferPointer { cover in
        let py = Float(row) + 0.5 - ay
        for x in first..<last {
          let px = Float(x) + 0.5 - ax
          let along = px * ux + py * uy
          var value: Float
          if l > 0, along >= 0, along <= l {
            let d = abs(px * uy - py * ux)
            value = min(d + 0.5, r) - max(d - 0.5, -r)
          } else {
            let over = along < 0 ? -along : along - l
            if along < 0 ? flatStart : flatEnd {
              let d = abs(px * uy - py * ux)
              value = over < 0.5 ? min(d + 0.5, r) - max(d - 0.5, -r) : 0
            } else {
              let across = l > 0 ? px * uy - py * ux : 0
              let d =
                l > 0
                ? (over * over + across * across).squareRoot() : (px * px + py * py).squareRoot()
              value = min(d + 0.5, r) - max(d - 0.5, -r)
            }
          }
          // A flat end cuts the pixel that it passes through.
          if flatStart { value *= min(max(along + 0.5, 0), 1) }
          if flatEnd { value *= min(max(l - along + 0.5, 0), 1) }
          let i = row &* stride &+ x
          if value > cover[i] { cover[i] = value }
        }
      }
    }
  }

  /// Adds the coverage of a polyline with round joins.
  func cover(
    line points: [Point], closed: Bool, radius: Double, dash: [Double], roundCaps: Bool
  ) {
    guard let first = points.first else { return }
    guard points.count > 1 else { return coverLine(first, first, radius: radius) }
    let ring = closed ? points + [first] : points
    guard dash.isEmpty else {
      for piece in Canvas.dashed(ring, dash) {
        cover(line: piece, closed: false, radius: radius, dash: [], roundCaps: roundCaps)
      }
      return
    }
    let flat = !closed && !roundCaps
    for i in 1..<ring.count {
      coverLine(
        ring[i - 1], ring[i], radius: radius, flatStart: flat && i == 1,
        flatEnd: flat && i == ring.count - 1)
    }
  }

  /// Returns the pieces of a polyline that a dash pattern leaves.
  static func dashed(_ points: [Point], _ pattern: [Double]) -> [[Point]] {
    let total = pattern.reduce(0, +)
    guard total > 0.2, pattern.allSatisfy({ $0 >= 0 }) else { return [points] }
    var pieces: [[Point]] = []
    var current: [Point] = [points[0]]
    var index = 0
    var left = pattern[0]
    for i in 1..<points.count {
      var a = points[i - 1]
      let b = points[i]
      var rest = ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot()
      while rest > left {
        let t = left / rest
        a = Point(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t)
        rest -= left
        if index % 2 == 0 {
          current.append(a)
          pieces.append(current)
        }
        current = [a]
        index += 1
        left = max(pattern[index % pattern.count], 1e-3)
      }
      left -= rest
      if index % 2 == 0 { current.append(b) }
    }
    if index % 2 == 0, current.count > 1 { pieces.append(current) }
    return pieces
  }
}
