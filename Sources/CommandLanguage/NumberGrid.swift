/// Lines of text, and between them rows of numbers that stand below each other.
public struct NumberGrid: Sendable, Equatable {
  /// One line.
  public enum Line: Sendable, Equatable {
    case text(String)
    /// A row's name, empty where rows have none, and its cells, all padded; none for a row that is
    /// left out.
    case row(name: String, cells: [String])
  }

  /// The lines.
  public var lines: [Line]

  /// Creates a grid.
  public init(_ lines: [Line]) { self.lines = lines }

  /// All cells of a row on one line.
  public var text: String {
    lines.map { line in
      switch line {
      case .text(let text): text
      case .row(let name, let cells): NumberGrid.line(name, cells)
      }
    }.joined(separator: "\n")
  }

  /// Lines that fit into the width of a terminal: as many columns as have room, then the next ones
  /// below.
  public func text(width: Int) -> String {
    var out: [String] = []
    var rows: [(name: String, cells: [String])] = []
    func endRows() {
      out += NumberGrid.folded(rows, max(width, TableLayout.leastWidth))
      rows = []
    }
    for line in lines {
      switch line {
      case .text(let text):
        endRows()
        out.append(WordWrap.wrapped(text, width: width, hanging: 2))
      case .row(let name, let cells): rows.append((name, cells))
      }
    }
    endRows()
    return out.joined(separator: "\n")
  }

  private static func line(_ name: String, _ cells: [String]) -> String {
    "  " + name + (name.isEmpty || cells.isEmpty ? "" : "  ") + cells.joined(separator: "  ")
  }

  private static func folded(_ rows: [(name: String, cells: [String])], _ width: Int) -> [String] {
    let count = rows.map(\.cells.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { column < $0.cells.count ? DisplayWidth.of($0.cells[column]) : 0 }.max() ?? 0
    }
    let name = rows.map { $0.name.isEmpty ? 0 : DisplayWidth.of($0.name) + 2 }.max() ?? 0
    var blocks: [Range<Int>] = []
    var begin = 0
    while begin < count {
      var end = begin + 1
      var used = 2 + name + widths[begin]
      while end < count, used + 2 + widths[end] <= width {
        used += 2 + widths[end]
        end += 1
      }
      blocks.append(begin..<end)
      begin = end
    }
    if blocks.count < 2 { return rows.map { line($0.name, $0.cells) } }
    return Array(
      blocks.map { block in
        rows.map { row in
          line(row.name, Array(row.cells.dropFirst(block.lowerBound).prefix(block.count)))
        }
      }.joined(separator: [""]))
  }
}
