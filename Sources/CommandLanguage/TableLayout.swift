/// Lays a table out for the width of a terminal.
///
/// A table that is too wide first wraps one column of text; then its columns are folded into blocks
/// that each begin with the row's name; where a name leaves no room beside it, it stands above.
struct TableLayout {
  /// The narrowest that a column of text becomes beside others.
  static let leastColumn = 20
  /// The narrowest that it becomes beside the row's name, where all else is worse.
  static let leastBesideName = 12
  /// The narrowest terminal that is respected.
  static let leastWidth = 20
  private static let gap = 2
  private static let margin = 2

  /// A column as text with the widths that it can have.
  private struct Column {
    let heading: String
    let texts: [String]
    let isRight: Bool
    let natural: Int
    let least: Int
    let leastBesideName: Int

    init(_ heading: String, _ texts: [String], isRight: Bool) {
      self.heading = heading
      self.texts = texts
      self.isRight = isRight
      let all = [heading] + texts
      natural = all.map { DisplayWidth.of($0) }.max() ?? 0
      let longest = all.map { WordWrap.longestWord(of: $0) }.max() ?? 0
      least = isRight ? natural : min(natural, max(TableLayout.leastColumn, longest))
      leastBesideName = isRight ? natural : min(natural, max(TableLayout.leastBesideName, longest))
    }
  }

  /// A column where it stands in a block.
  private struct Placed {
    let column: Int
    let width: Int
  }

  private let columns: [Column]
  private let rowCount: Int
  private let hidesHeadings: Bool
  private let nameCount: Int
  private let width: Int

  /// Creates a layout of the columns of a table.
  init(
    headings: [String], texts: [[String]], isRight: [Bool], hidesHeadings: Bool,
    nameCount: Int, width: Int
  ) {
    columns = headings.indices.map {
      Column(hidesHeadings ? "" : headings[$0], texts[$0], isRight: isRight[$0])
    }
    rowCount = texts.first?.count ?? 0
    self.hidesHeadings = hidesHeadings
    self.nameCount = max(1, nameCount)
    self.width = max(width, Self.leastWidth)
  }

  /// The lines, headings first.
  var lines: [String] {
    if let widths = widthsOnOneLine() {
      return block(columns.indices.map { Placed(column: $0, width: widths[$0]) })
    }
    if columns.count == 1 { return block([Placed(column: 0, width: width - Self.margin)]) }
    for count in nameCount == 1 ? [1] : [nameCount, 1] {
      if let blocks = blocks(besideNames: count) { return joined(blocks) }
    }
    let others = Array(columns.indices.dropFirst())
    return joined(groups(of: others, room: width - 2 * Self.margin).map(blockBelowNames))
  }

  /// The blocks when the first columns begin each; nil when they leave too little room.
  private func blocks(besideNames count: Int) -> [[String]]? {
    let names = columns.indices.prefix(count).map { Placed(column: $0, width: columns[$0].natural) }
    let others = Array(columns.indices.dropFirst(count))
    let room = width - Self.margin - names.reduce(0) { $0 + $1.width + Self.gap }
    guard !others.isEmpty, others.allSatisfy({ columns[$0].leastBesideName <= room }) else {
      return nil
    }
    return groups(of: others, room: room).map { block(names + $0) }
  }

  private func joined(_ blocks: [[String]]) -> [String] { Array(blocks.joined(separator: [""])) }

  /// The widths of all columns beside each other, at most one of them wrapped; nil when they do not
  /// fit.
  private func widthsOnOneLine() -> [Int]? {
    var widths = columns.map(\.natural)
    let excess = Self.margin + widths.reduce(0, +) + Self.gap * max(0, widths.count - 1) - width
    if excess <= 0 { return widths }
    // The name of a row stays on one line.
    let texts = columns.indices.dropFirst().filter { !columns[$0].isRight }
    let byWidth = texts.sorted { columns[$0].natural > columns[$1].natural }
    for column in texts.suffix(1) + byWidth where widths[column] - excess >= columns[column].least {
      widths[column] -= excess
      return widths
    }
    return nil
  }

  /// Columns in groups that fit into some room; one of text may be wrapped to end a group.
  private func groups(of indices: [Int], room: Int) -> [[Placed]] {
    var groups: [[Placed]] = []
    var used = room
    for index in indices {
      let column = columns[index]
      let left = room - used - Self.gap
      if !groups.isEmpty, column.least <= left {
        let width = min(column.natural, left)
        groups[groups.count - 1].append(Placed(column: index, width: width))
        used += Self.gap + width
      } else {
        used = min(column.natural, max(column.leastBesideName, room))
        groups.append([Placed(column: index, width: used)])
      }
    }
    return groups
  }

  private func block(_ placed: [Placed]) -> [String] {
    var lines = hidesHeadings ? [] : line(placed, Self.margin) { columns[$0].heading }
    for row in 0..<rowCount { lines += line(placed, Self.margin) { columns[$0].texts[row] } }
    return lines
  }

  /// A block whose rows stand below their names.
  private func blockBelowNames(_ placed: [Placed]) -> [String] {
    let widest = placed.map(\.width).reduce(0, +) + Self.gap * (placed.count - 1)
    let margin = max(0, min(2 * Self.margin, width - widest))
    func name(_ text: String) -> [String] {
      WordWrap.cell(text, width: width - Self.margin).map { behindMargin($0, Self.margin) }
    }
    var lines: [String] = []
    if !hidesHeadings {
      lines += name(columns[0].heading) + line(placed, margin) { columns[$0].heading }
    }
    for row in 0..<rowCount {
      lines += name(columns[0].texts[row]) + line(placed, margin) { columns[$0].texts[row] }
    }
    return lines
  }

  /// One row, of several lines where a cell is wrapped.
  private func line(_ placed: [Placed], _ margin: Int, _ text: (Int) -> String) -> [String] {
    let cells = placed.map { WordWrap.cell(text($0.column), width: $0.width) }
    return (0..<(cells.map(\.count).max() ?? 1)).map { part in
      var line = ""
      for (place, cell) in zip(placed, cells) {
        let text = part < cell.count ? cell[part] : ""
        let space = String(
          repeating: " ", count: max(0, place.width - DisplayWidth.of(text)))
        line += columns[place.column].isRight ? space + text : text + space
        line += String(repeating: " ", count: Self.gap)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return behindMargin(line, margin)
    }
  }

  /// A word that needs the whole line stands at its edge.
  private func behindMargin(_ line: String, _ margin: Int) -> String {
    if line.isEmpty { return "" }
    return String(repeating: " ", count: max(0, min(margin, width - DisplayWidth.of(line)))) + line
  }
}
