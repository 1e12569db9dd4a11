/// Keys with names, set in rows that fit a width.
struct Legend {
  /// What stands in front of a name.
  enum Key {
    case marker(Marker, Colour)
    case line(Colour, width: Double, dash: [Double])
    case swatch(Paint)
    case outline(Colour, width: Double)
    case tick(Colour)
    /// Text only, for the heading of a group.
    case none
  }
  struct Entry {
    var key: Key
    var name: String
  }

  var entries: [Entry]
  var size: Double
  /// Draws the legend, in as few rows as fit, and those of about the same length.
  ///
  /// - Parameters:
  ///   - list: What it is drawn to.
  ///   - origin: The top left corner.
  ///   - width: The width that rows may take.
  /// - Returns: The height that it takes, 0 if it is empty.
  @discardableResult
  func draw(to list: inout DrawList, at origin: Point, width: Double) -> Double {
    let row = size * 1.45
    let (rows, gap) = arranged(width: width)
    for (r, members) in rows.enumerated() {
      var x = origin.x
      for (entry, name) in members {
        let middle = Point(x, origin.y + (Double(r) + 0.5) * row)
        let key = keyWidth(entry.key)
        draw(entry.key, to: &list, at: middle)
        list.text(TextRun(name, at: Point(x + key, middle.y), size: size, .left, .middle))
        x += key + Font.width(name, size: size) + gap
      }
    }
    return Double(rows.count) * row
  }

  /// Returns rows of entries with their names cut to fit, and the space between entries.
  private func arranged(width: Double) -> ([[(Entry, String)]], Double) {
    let named = entries.map { entry in
      (entry, Font.elided(entry.name, width: max(width - keyWidth(entry.key), size), size: size))
    }
    func rows(_ limit: Double, _ gap: Double) -> [[(Entry, String)]] {
      var rows: [[(Entry, String)]] = []
      var x = 0.0
      for (entry, name) in named {
        let advance = keyWidth(entry.key) + Font.width(name, size: size)
        if rows.isEmpty || x + advance > limit + 1e-6 {
          rows.append([])
          x = 0
        }
        rows[rows.count - 1].append((entry, name))
        x += advance + gap
      }
      return rows
    }
    let wide = size * 1.1
    let tight = size * 0.6
    let gap = rows(width, tight).count < rows(width, wide).count ? tight : wide
    let fewest = rows(width, gap).count
    return (
      fewest > 1 ? balanced(named, rows: fewest, width: width, gap: gap) : rows(width, gap), gap
    )
  }

  /// Returns entries in a number of rows whose free space, squared and summed, is least.
  private func balanced(
    _ named: [(Entry, String)], rows: Int, width: Double, gap: Double
  ) -> [[(Entry, String)]] {
    let advances = named.map { keyWidth($0.0.key) + Font.width($0.1, size: size) }
    let n = named.count
    // best[i]: the least cost of the entries before i in the rows so far, and where its row began.
    var best = [Double](repeating: .infinity, count: n + 1)
    best[0] = 0
    var starts: [[Int]] = []
    for _ in 0..<rows {
      var next = [Double](repeating: .infinity, count: n + 1)
      var start = [Int](repeating: 0, count: n + 1)
      for first in 0..<n where best[first] < .infinity {
        var length = -gap
        for last in first..<n {
          length += advances[last] + gap
          guard length <= width + 1e-6 || last == first else { break }
          let cost = best[first] + (width - length) * (width - length)
          if cost < next[last + 1] {
            next[last + 1] = cost
            start[last + 1] = first
          }
        }
      }
      best = next
      starts.append(start)
    }
    var result: [[(Entry, String)]] = []
    var end = n
    for start in starts.reversed() {
      result.insert(Array(named[start[end]..<end]), at: 0)
      end = start[end]
    }
    return result
  }

  /// Returns the height that the legend would take.
  func height(width: Double) -> Double {
    var scratch = DrawList()
    return draw(to: &scratch, at: Point(0, 0), width: width)
  }

  private func keyWidth(_ key: Key) -> Double {
    switch key {
    case .marker: size * 1.05
    case .line: size * 2.4
    case .swatch, .outline: size * 1.5
    case .tick: size * 0.8
    case .none: 0
    }
  }

  private func draw(_ key: Key, to list: inout DrawList, at p: Point) {
    switch key {
    case .marker(let marker, let colour):
      list.marker(marker, at: Point(p.x + size * 0.38, p.y), radius: size * 0.36, colour: colour)
    case .line(let colour, let width, let dash):
      list.line(
        p, Point(p.x + size * 1.9, p.y), StrokeStyle(colour, width: width, dash: dash))
    case .swatch(let paint):
      let box = Rect(x: p.x, y: p.y - size * 0.4, width: size * 1.1, height: size * 0.8)
      list.fill(box, paint, crisp: true)
      list.stroke(box, StrokeStyle(.grey, width: size * 0.06, crisp: true))
    case .outline(let colour, let width):
      let box = Rect(x: p.x, y: p.y - size * 0.4, width: size * 0.9, height: size * 0.8)
      list.stroke(box, StrokeStyle(colour, width: width, crisp: true))
    case .tick(let colour):
      list.fill(
        Path(
          points: [
            Point(p.x, p.y + size * 0.35), Point(p.x + size * 0.5, p.y + size * 0.35),
            Point(p.x + size * 0.25, p.y - size * 0.3),
          ], closed: true), colour)
    case .none: break
    }
  }
}
