/// Breaks long lines at spaces, as a terminal does not.
public enum WordWrap {
  /// The narrowest width that is respected.
  static let leastWidth = 20

  /// A text whose lines fit into a width where spaces allow it; continuation lines are indented
  /// as what they continue.
  ///
  /// In an error, the line that a row of carets points into keeps its columns and so is not broken.
  public static func wrapped(_ text: String, width: Int) -> String {
    let width = max(width, leastWidth)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var result: [String] = []
    // The last part of a broken line of a list, which flows into the next one below its column.
    var open: (text: String, column: Int)?
    for i in lines.indices {
      var line = lines[i]
      let indent = indent(of: line)
      var column = hang(of: line, width)
      var isFlowing = false
      if let before = open {
        isFlowing = before.column == indent && indent < line.count
        if isFlowing {
          line = before.text + " " + line.dropFirst(indent)
          column = indent
        } else {
          result.append(before.text)
        }
        open = nil
      }
      let isPointedAt = i + 1 < lines.count && isCarets(lines[i + 1])
      var parts = isPointedAt || isCarets(line) ? [line] : broken(line, width, column)
      let isListed = parts.count > 1 && column > indent
      if isFlowing || isListed, let last = parts.popLast() { open = (last, column) }
      result += parts
    }
    return (result + [open?.text].compactMap { $0 }).joined(separator: "\n")
  }

  private static func indent(of line: String) -> Int { line.prefix { $0 == " " }.count }

  private static func isCarets(_ line: String) -> Bool {
    line.contains("^") && line.allSatisfy { $0 == "^" || $0 == " " || $0 == "\t" }
  }

  private static func broken(_ line: String, _ width: Int, _ hang: Int) -> [String] {
    guard DisplayWidth.of(line) > width else { return [line] }
    let cells = cells(of: line)
    // A row of values breaks between them, none from its name.
    if cells.count > 3 {
      return rows(of: cells, width, String(repeating: " ", count: indent(of: line)))
    }
    return words(of: line, width, String(repeating: " ", count: hang))
  }

  private static func words(of line: String, _ width: Int, _ indent: String) -> [String] {
    var lines: [String] = []
    var current = ""
    var used = 0
    var isBegin = true
    for piece in pieces(of: line) {
      let columns = DisplayWidth.of(piece.gap) + DisplayWidth.of(piece.word)
      if !isBegin, used + columns > width {
        lines.append(current)
        current = indent + piece.word
        used = indent.count + DisplayWidth.of(piece.word)
      } else {
        current += piece.gap + piece.word
        used += columns
      }
      isBegin = false
    }
    return lines + [current]
  }

  /// The parts of a line between gaps of three spaces or more.
  private static func cells(of line: String) -> [String] {
    var cells: [String] = []
    for piece in pieces(of: line) {
      if cells.isEmpty || piece.gap.count >= 3 {
        cells.append(piece.word)
      } else {
        cells[cells.count - 1] += piece.gap + piece.word
      }
    }
    return cells
  }

  private static func rows(of cells: [String], _ width: Int, _ indent: String) -> [String] {
    var lines: [String] = []
    var current = ""
    for cell in cells {
      let longer = current.isEmpty ? indent + cell : current + "   " + cell
      if !current.isEmpty, DisplayWidth.of(longer) > width {
        lines.append(current)
        current = indent + cell
      } else {
        current = longer
      }
    }
    return (lines + [current]).flatMap { row in
      DisplayWidth.of(row) <= width ? [row] : words(of: row, width, indent)
    }
  }

  /// The words with the spaces before them.
  private static func pieces(of line: String) -> [(gap: String, word: String)] {
    var pieces: [(gap: String, word: String)] = []
    var rest = line[...]
    while !rest.isEmpty {
      let gap = rest.prefix { $0 == " " }
      rest = rest[gap.endIndex...]
      let word = rest.prefix { $0 != " " }
      rest = rest[word.endIndex...]
      pieces.append((String(gap), String(word)))
    }
    return pieces
  }

  /// Where continuation lines begin: at the last column of a list such as `  name   what it is`
  /// when that leaves room, else at the line's own indent.
  private static func hang(of line: String, _ width: Int) -> Int {
    var hang = indent(of: line)
    let most = width * 2 / 3
    var column = 0
    for (number, piece) in pieces(of: line).enumerated() {
      column += piece.gap.count
      if number > 0, piece.gap.count >= 2, column <= most { hang = column }
      column += DisplayWidth.of(piece.word)
      if column > width { break }
    }
    return min(hang, most)
  }
}
