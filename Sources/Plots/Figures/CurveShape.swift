/// Prepares a recorded series for drawing.
enum CurveShape {
  /// Returns points in ascending order of x; points without a finite x are left out.
  static func sorted(_ x: [Double], _ y: [Double]) -> (x: [Double], y: [Double]) {
    let count = min(x.count, y.count)
    let finite = (0..<count).filter { x[$0].isFinite && abs(x[$0]) < 1e15 }
    let inOrder = zip(finite, finite.dropFirst()).allSatisfy { x[$0] <= x[$1] }
    let order = inOrder ? finite : finite.sorted { (x[$0], $0) < (x[$1], $1) }
    return (order.map { x[$0] }, order.map { y[$0] })
  }

  /// Returns the mean of the finite values within half a window on both sides of every point.
  ///
  /// A point whose own value is not finite stays a gap.
  static func smoothed(_ x: [Double], _ y: [Double], window: Double) -> [Double] {
    guard window > 0, x.count == y.count else { return y }
    var result = y
    var sum = 0.0
    var lost = 0.0
    var count = 0
    var first = 0
    var next = 0
    // Compensated sums: adding and removing 10⁵ values must not leave a trace.
    func add(_ v: Double) {
      let corrected = v - lost
      let total = sum + corrected
      lost = (total - sum) - corrected
      sum = total
    }
    for i in y.indices {
      while next < y.count, x[next] <= x[i] + window / 2 {
        if y[next].isFinite {
          add(y[next])
          count += 1
        }
        next += 1
      }
      while first < next, x[first] < x[i] - window / 2 {
        if y[first].isFinite {
          add(-y[first])
          count -= 1
        }
        first += 1
      }
      if y[i].isFinite, count > 0 { result[i] = sum / Double(count) }
    }
    return result
  }

  /// Returns the stretches of a series that are joined, in order and none of them empty.
  ///
  /// - Parameters:
  ///   - x: Ascending positions.
  ///   - breaks: Where stretches begin, in any order.
  /// - Returns: The stretches as ranges of indices.
  static func parts(_ x: [Double], breaks: [Double]) -> [Range<Int>] {
    var starts: [Int] = []
    for start in breaks.filter(\.isFinite).sorted() {
      var (low, high) = (starts.last ?? 0, x.count)
      while low < high {
        let middle = (low + high) / 2
        if x[middle] < start { low = middle + 1 } else { high = middle }
      }
      if low > starts.last ?? 0, low < x.count { starts.append(low) }
    }
    let bounds = [0] + starts + [x.count]
    return zip(bounds, bounds.dropFirst()).filter { $0 < $1 }.map { $0..<$1 }
  }

  /// Returns the drawn pieces of a series; gaps part them.
  ///
  /// Where several points share a column of pixels only its first, lowest, highest and last are
  /// kept, so that 10⁵ points draw as quickly as a few thousand and no spike is lost.
  ///
  /// - Parameters:
  ///   - x: Ascending positions, in points.
  ///   - y: Positions in points; NaN for gaps.
  ///   - pixel: The width of a column.
  /// - Returns: Runs of points between gaps, none of them empty.
  static func pieces(_ x: [Double], _ y: [Double], pixel: Double) -> [[Point]] {
    var pieces: [[Point]] = []
    var piece: [Point] = []
    var column: [Point] = []
    var current = Int.min
    func flush() {
      if column.count <= 4 {
        piece += column
      } else {
        let low = column.indices.min { column[$0].y < column[$1].y } ?? 0
        let high = column.indices.max { column[$0].y < column[$1].y } ?? 0
        for i in Set([0, low, high, column.count - 1]).sorted() { piece.append(column[i]) }
      }
      column = []
    }
    for (px, py) in zip(x, y) {
      guard px.isFinite, py.isFinite else {
        flush()
        if !piece.isEmpty { pieces.append(piece) }
        piece = []
        continue
      }
      let c = PlotMath.whole((px / pixel).rounded(.down))
      if c != current {
        flush()
        current = c
      }
      column.append(Point(px, py))
    }
    flush()
    if !piece.isEmpty { pieces.append(piece) }
    return pieces
  }
}
