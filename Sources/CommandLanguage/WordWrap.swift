/// Breaks long lines at spaces, as a terminal does not.
public enum WordWrap {
  /// The narrowest width that is respected.
  static let leastWidth = 20

  /// A text whose lines fit into a width where spaces allow it; continuation lines are indented
  /// as what they continue.
  ///
  /// In an error, the line that a row of carets points into keeps its columns and so is not broken.
  /// With `hanging`, as in replies, a sentence goes on so much deeper than it begins, which shows
  /// where the next one begins.
  public static func wrapped(_ text: String, width: Int, hanging: Int = 0) -> String {
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
      let isListed = column > indent
      var parts =
        isPointedAt || isCarets(line)
        ? [line]
        : broken(line, width, isListed || isFlowing ? column : indent + hanging, hanging)
      if isFlowing || isListed && parts.count > 1, let last = parts.popLast() {
        open = (last, column)
      }
      result += parts
    }
    return (result + [open?.text].compactMap { $0 }).joined(separator: "\n")
  }

  private static func indent(of line: String) -> Int { line.prefix { $0 == " " }.count }

  private static func isCarets(_ line: String) -> Bool {
    line.contains("^") && line.allSatisfy { $0 == "^" || $0 == " " || $0 == "\t" }
  }

  private static func broken(
    _ line: String, _ width: Int, _ hang: Int, _ hanging: Int
  ) -> [String] {
    guard DisplayWidth.of(line) > width else { return [line] }
    let cells = cells(of: line)
    // A row of values breaks between them, none from its name; in replies two make a row, unless a
    // wider gap fills a column of names.
    let isPadded = pieces(of: line).dropFirst().contains { $0.gap.count > 3 }
    if cells.count > (hanging > 0 && !isPadded ? 1 : 3) {
      return rows(of: cells, width, indent(of: line), hanging)
    }
    return words(of: line, width, hang)
  }

  private static func words(of line: String, _ width: Int, _ hang: Int) -> [String] {
    var lines: [String] = []
    var current = ""
    var used = 0
    for piece in pieces(of: line) {
      let word = DisplayWidth.of(piece.word)
      let gap = piece.gap.count
      if current.isEmpty {
        // A word that fills the line begins at its edge.
        let indent = min(gap, max(0, width - word))
        current = String(repeating: " ", count: indent) + piece.word
        used = indent + word
      } else if used + gap + word > width {
        lines.append(current)
        let indent = min(hang, max(0, width - word))
        current = String(repeating: " ", count: indent) + piece.word
        used = indent + word
      } else {
        current += piece.gap + piece.word
        used += gap + word
      }
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

  private static func rows(
    of cells: [String], _ width: Int, _ indent: Int, _ hanging: Int
  ) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var current = ""
    for cell in cells {
      let longer = current.isEmpty ? margin + cell : current + "   " + cell
      if !current.isEmpty, DisplayWidth.of(longer) > width {
        lines.append(current)
        current = margin + cell
      } else {
        current = longer
      }
    }
    return (lines + [current]).flatMap { row in
      DisplayWidth.of(row) <= width ? [row] : words(of: row, width, indent + hanging)
    }
  }

  /// The lines of a cell of a table; parts between gaps of two spaces or more stay whole where they
  /// can.
  static func cell(_ text: String, width: Int) -> [String] {
    if DisplayWidth.of(text) <= width { return [text] }
    var parts: [(gap: String, text: String)] = []
    for piece in pieces(of: text) {
      if parts.isEmpty || piece.gap.count >= 2 {
        parts.append((piece.gap, piece.word))
      } else {
        parts[parts.count - 1].text += piece.gap + piece.word
      }
    }
    var lines: [String] = []
    for part in parts {
      if let last = lines.popLast() {
        let longer = last + part.gap + part.text
        if DisplayWidth.of(longer) <= width {
          lines.append(longer)
        } else if DisplayWidth.of(part.text) <= width {
          lines += [last, part.text]
        } else {
          lines += words(of: longer, width, 0)
        }
      } else {
        lines += words(of: part.text, width, 0)
      }
    }
    return lines
  }

  /// The columns of the longest part of a text that is not broken.
  static func longestWord(of text: String) -> Int {
    pieces(of: text).map { DisplayWidth.of($0.word) }.max() ?? 0
  }

  private static let units: Set<String> = ["%", "B", "KB", "MB", "GB", "ms", "s", "min", "h", "px"]

  private static func isNumber(_ word: String) -> Bool {
    word.last?.isNumber == true && word.allSatisfy { $0.isNumber || ".-+e×".contains($0) }
  }

  private static func isUnit(_ word: Substring) -> Bool {
    units.contains(word.last.map { ",;:)".contains($0) } == true ? "\(word.dropLast())" : "\(word)")
  }

  /// The words with the spaces before them; a shape or a slice such as `[3, 64]` is one word, as is
  /// a number with its unit.
  private static func pieces(of line: String) -> [(gap: String, word: String)] {
    var pieces: [(gap: String, word: String)] = []
    var rest = line[...]
    while !rest.isEmpty {
      let gap = rest.prefix { $0 == " " }
      rest = rest[gap.endIndex...]
      let word = word(at: rest)
      rest = rest[word.endIndex...]
      if word.isEmpty { continue }
      if gap.count == 1, let before = pieces.last?.word, isNumber(before), isUnit(word) {
        pieces[pieces.count - 1].word += gap + word
      } else {
        pieces.append((String(gap), String(word)))
      }
    }
    return pieces
  }

  /// What stands before the next space outside brackets, or before the next of all where the
  /// brackets hold more than would fit into the narrowest width.
  private static func word(at text: Substring) -> Substring {
    let short = text.prefix { $0 != " " }
    guard short.contains("[") else { return short }
    var depth = 0
    let long = text.prefix {
      if $0 == "[" { depth += 1 } else if $0 == "]" { depth -= 1 }
      return $0 != " " || depth > 0
    }
    return depth == 0 && DisplayWidth.of(long) <= leastWidth ? long : short
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
