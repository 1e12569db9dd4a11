extension HelpText {
  /// The column at which topics say what a name means.
  private static let meaning = 28

  /// A text that was written for the usual width of help, laid out for a narrower terminal.
  ///
  /// Lines of prose that stand below each other are one paragraph; `  name   what it is`, with what
  /// goes on in the column of its second part, is one row; any other line is one by itself.
  public static func reflowed(_ text: String, columns: Int) -> String {
    guard columns < widest else { return text }
    var blocks: [Block] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      let indent = line.prefix { $0 == " " }.count
      if let last = blocks.indices.last, !line.isEmpty {
        if indent == 0, case .prose(let begun) = blocks[last] {
          blocks[last] = .prose(begun + " " + line)
          continue
        }
        if case .row(let name, let begun, let column) = blocks[last], indent == column {
          blocks[last] = .row(name, begun + " " + line.dropFirst(indent), column)
          continue
        }
      }
      blocks.append(Block(line, indent))
    }
    return blocks.flatMap { block -> [String] in
      switch block {
      case .empty: [""]
      case .prose(let text): wrap(text, indent: 0, columns: columns)
      case .row(let name, let text, let column):
        row(name, text, nameWidth: column - 4, columns: columns)
      case .line(let text): line(text, columns)
      }
    }.joined(separator: "\n")
  }

  private enum Block {
    case empty
    case prose(String)
    case row(String, String, Int)
    case line(String)

    init(_ line: String, _ indent: Int) {
      if line.isEmpty {
        self = .empty
      } else if indent == 0 {
        self = .prose(line)
      } else if indent == 2, let column = Block.column(of: line) {
        let name = line.prefix(column).dropFirst(2)
        let end = name.lastIndex { $0 != " " }.map(name.index(after:)) ?? name.endIndex
        self = .row(String(name[..<end]), String(line.dropFirst(column)), column)
      } else {
        self = .line(line)
      }
    }

    /// Where the second part of a row begins.
    private static func column(of line: String) -> Int? {
      let characters = Array(line)
      let usual = HelpText.meaning
      if characters.count > usual, characters[usual] != " ", characters[usual - 1] == " ",
        characters[usual - 2] == " "
      {
        return usual
      }
      var gap = 0
      var column: Int?
      for (place, character) in characters.enumerated().dropFirst(2) {
        if character != " ", gap >= 2 { column = place }
        gap = character == " " ? gap + 1 : 0
      }
      return column
    }
  }
}
