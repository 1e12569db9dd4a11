/// A set of polylines, each open or closed; curves are flattened when they are added.
public struct Path: Sendable, Equatable {
  /// One connected polyline.
  struct Polyline: Sendable, Equatable {
    var points: [Point]
    var isClosed: Bool
  }

  var polylines: [Polyline] = []

  /// Makes an empty path.
  public init() {}

  /// Makes a path of one polyline.
  public init(points: [Point], closed: Bool = false) {
    if !points.isEmpty { polylines = [Polyline(points: points, isClosed: closed)] }
  }

  /// Makes a path of one straight line.
  public init(from a: Point, to b: Point) {
    self.init(points: [a, b])
  }

  /// Makes the outline of a rectangle.
  public init(rect: Rect) {
    self.init(
      points: [
        Point(rect.x, rect.y), Point(rect.maxX, rect.y), Point(rect.maxX, rect.maxY),
        Point(rect.x, rect.maxY),
      ], closed: true)
  }

  /// Makes a circle as a regular polygon of the circle's own area.
  public init(center: Point, radius: Double) {
    let count = radius < 6 ? 32 : radius < 40 ? 64 : 128
    let n = Double(count)
    // A polygon through the circle's points would be too small: its area is n/2π · sin(2π/n) of it.
    let share = n * PlotMath.sinTurn(1 / n) / 6.283185307179586
    let r = radius / share.squareRoot()
    self.init(
      points: (0..<count).map { i in
        let t = Double(i) / n
        return Point(center.x + r * PlotMath.cosTurn(t), center.y + r * PlotMath.sinTurn(t))
      }, closed: true)
  }

  /// Begins a new polyline at a point.
  public mutating func move(to p: Point) {
    polylines.append(Polyline(points: [p], isClosed: false))
  }

  /// Draws a straight line from the current point; without one it begins a polyline.
  public mutating func line(to p: Point) {
    guard !polylines.isEmpty else { return move(to: p) }
    polylines[polylines.count - 1].points.append(p)
  }

  /// Draws a cubic Bézier curve from the current point, flattened to a number of straight pieces.
  public mutating func curve(to p: Point, _ c1: Point, _ c2: Point, pieces: Int = 10) {
    guard let start = polylines.last?.points.last else { return move(to: p) }
    let n = max(1, pieces)
    for i in 1...n {
      let t = Double(i) / Double(n)
      let u = 1 - t
      let a = u * u * u
      let b = 3 * u * u * t
      let c = 3 * u * t * t
      let d = t * t * t
      line(
        to: Point(
          a * start.x + b * c1.x + c * c2.x + d * p.x,
          a * start.y + b * c1.y + c * c2.y + d * p.y))
    }
  }

  /// Closes the current polyline.
  public mutating func close() {
    guard !polylines.isEmpty else { return }
    polylines[polylines.count - 1].isClosed = true
  }

  /// Adds every polyline of another path.
  public mutating func append(_ other: Path) {
    polylines += other.polylines
  }

  /// The smallest rectangle around all points, or nil for an empty path.
  var bounds: Rect? {
    var low = Point(.infinity, .infinity)
    var high = Point(-.infinity, -.infinity)
    for line in polylines {
      for p in line.points {
        low = Point(min(low.x, p.x), min(low.y, p.y))
        high = Point(max(high.x, p.x), max(high.y, p.y))
      }
    }
    guard low.x <= high.x, low.y <= high.y else { return nil }
    return Rect(x: low.x, y: low.y, width: high.x - low.x, height: high.y - low.y)
  }

  /// Whether every coordinate can be drawn.
  var isDrawable: Bool {
    polylines.allSatisfy { $0.points.allSatisfy(\.isDrawable) }
  }
}
