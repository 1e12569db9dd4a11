/// The author's Markdown, cell by cell, without raw HTML, harmful links and images from elsewhere.
///
/// Code is left as it is written, but only where every reader of Markdown takes it for code:
/// elsewhere a `<` that could begin a tag is written `&lt;`, in code too, where that is seen.
struct MarkdownProse {
  /// Whether readers may disagree whether a fence or a list before is open: what follows a fence
  /// without a word, or is indented, then might be no code.
  private var isUnsure = false

  /// Returns the next cell; between two of them stand blank lines or cells of other kinds.
  mutating func text(_ lines: [String]) -> String {
    let cell = Cell(lines.map { Array($0.utf8) }, isUnsure: isUnsure)
    isUnsure = isUnsure || !cell.isPlain
    return cell.text
  }
}

/// A cell of prose.
private struct Cell {
  let lines: [[UInt8]]
  let blocks: MarkdownBlocks
  /// Whether all readers agree which lines are code.
  let isPlain: Bool
  private let isUnsure: Bool
  /// What may cut the spans of each line.
  private let tables: [MarkdownInline.Table]

  init(_ lines: [[UInt8]], isUnsure: Bool) {
    self.lines = lines
    self.isUnsure = isUnsure
    let blocks = MarkdownBlocks(lines)
    self.blocks = blocks
    isPlain =
      !blocks.isUnsure && blocks.fenced.indices.allSatisfy { Self.isPlain($0, blocks, lines) }
      && zip(lines, blocks.lines).allSatisfy { line, place in
        if case .fenced = place.kind { return true }
        return !["```", "~~~", "$$"].contains { line.contains(Array($0.utf8)) }
      }
    tables = Self.tables(lines, blocks)
  }

  /// Tables with bars end at a blank line; those in columns may have some inside.
  private static func tables(
    _ lines: [[UInt8]], _ blocks: MarkdownBlocks
  ) -> [MarkdownInline.Table] {
    let rules = lines.map { MarkdownInline.Table(rule: $0) }
    guard !rules.contains(.columns) else { return rules.map { _ in .columns } }
    var result: [MarkdownInline.Table] = []
    while result.count < lines.count {
      let blank = blocks.lines[result.count...].firstIndex { $0.kind == .blank } ?? lines.count
      let end = max(blank, result.count + 1)
      let table = rules[result.count..<end].max() ?? .none
      result += Array(repeating: table, count: end - result.count)
    }
    return result
  }

  /// The cell as it is exported, its last open fence closed.
  var text: String {
    var result: [[UInt8]] = []
    // Whether an indented block is no part of a list, a footnote or the like.
    var isAfterPlain = false
    while result.count < lines.count {
      let index = result.count
      let line = lines[index]
      let place = blocks.lines[index]
      switch place.kind {
      case .blank: result.append(line)
      case .fenced(let number):
        let isFirst = blocks.fenced[number].first == index
        result.append(isPlain ? line : MarkdownInline.withoutCode(line))
        if isUnsure, isFirst, blocks.fenced[number].fence.info.isEmpty {
          // What follows such a mark cannot close a block that a reader thinks open.
          result[index] += Array("text".utf8)
        }
        isAfterPlain = false
      case .indented:
        let isCode =
          isPlain && !isUnsure && isAfterPlain && !place.isContained
          && line.prefix { $0 == 0x20 || $0 == 9 }.allSatisfy { $0 == 0x20 }
        result.append(isCode ? line : MarkdownInline.withoutCode(line))
      case .text:
        let end = blocks.lines[index...].firstIndex { $0.kind != place.kind } ?? lines.count
        result += paragraph(index..<end)
        isAfterPlain = (index..<end).allSatisfy {
          !blocks.lines[$0].isContained && Self.beginsPlainly(lines[$0][...])
        }
      }
    }
    if let fence = blocks.fenced.last, fence.last == nil {
      // In a list of no doubtful kind an end at the block's indent is one to every reader.
      let indent = lines[fence.first].prefix { $0 == 0x20 }
      let isOpen = blocks.open != nil || isPlain && lines[fence.first].first != UInt8(ascii: ">")
      if isOpen { result.append((isPlain ? indent : []) + Array(fence.fence.text.utf8)) }
    }
    return String(decoding: Array(result.joined(separator: [0x0A])), as: UTF8.self)
  }

  private func paragraph(_ range: Range<Int>) -> [[UInt8]] {
    guard isPlain else { return lines[range].map(MarkdownInline.withoutCode) }
    let isJoined = range.allSatisfy { index in
      let isFirst = index == range.lowerBound
      let indent = lines[index].prefix { $0 == 0x20 }.count
      var rest = lines[index].dropFirst(indent)
      if blocks.lines[index].isContained, isFirst { rest = Self.withoutMark(rest) }
      return !blocks.lines[index].isLazy && (blocks.lines[index].isContained || indent < 4)
        && Self.beginsPlainly(rest)
    }
    let text = Array(lines[range].joined(separator: [0x0A]))
    let result = MarkdownInline.text(text, isJoined: isJoined, table: tables[range.lowerBound])
    return result.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
  }

  /// Whether a line begins no block in any dialect: with a word that is no letter or Roman number
  /// of a list.
  private static func beginsPlainly(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.first else { return false }
    let isWord =
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20)
      || (0xC3...0xCF).contains(first) || first == UInt8(ascii: "`") || first == UInt8(ascii: "\"")
    let word = line.prefix { $0 != 0x20 && $0 != 9 }
    let isMark =
      (word.last == UInt8(ascii: ".") || word.last == UInt8(ascii: ")"))
      && (word.count == 2 || word.dropLast().allSatisfy { "ivxlcdm".utf8.contains($0 | 0x20) })
    return isWord && !isMark
  }

  /// What stands in a line after the mark of a list.
  private static func withoutMark(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let digits = line.prefix { (0x30...0x39).contains($0) }
    let rest = line.dropFirst(digits.count)
    guard let mark = rest.first, Array((digits.isEmpty ? "-+*" : ".)").utf8).contains(mark),
      rest.dropFirst().first == 0x20
    else { return line }
    return rest.dropFirst(2).drop { $0 == 0x20 }
  }

  /// Whether readers agree where a block between fences begins and ends.
  ///
  /// They do when its fences stand alone at one indent or in one quote, no line in it is indented
  /// less, so that it leaves a list, or looks like the fence that ends it, and its language is a
  /// word.
  private static func isPlain(
    _ number: Int, _ blocks: MarkdownBlocks, _ lines: [[UInt8]]
  ) -> Bool {
    let block = blocks.fenced[number]
    let fence = block.fence
    let first = lines[block.first]
    let prefix = first.prefix { $0 != fence.mark }
    let isIndented = prefix.count <= 3 && prefix.allSatisfy { $0 == 0x20 }
    let isQuoted = Array(prefix) == Array("> ".utf8)
    let end = block.last ?? lines.count
    guard isIndented || isQuoted, fence.info.allSatisfy(isOfLanguage) else {
      return false
    }
    for index in (block.first + 1)..<max(end, block.first + 1) {
      let line = lines[index]
      let isEmpty =
        isQuoted ? line == [UInt8(ascii: ">")] : line.allSatisfy { $0 == 0x20 || $0 == 9 }
      let inner = line.drop { $0 == 0x20 || $0 == 9 || $0 == UInt8(ascii: ">") }
      let isWithin = isEmpty || line.starts(with: prefix) || !isQuoted && line.first == 9
      guard blocks.lines[index].kind == .fenced(number), isWithin,
        inner.prefix(while: { $0 == fence.mark }).count < fence.length,
        // The line below a term, which the fence then is in some dialects.
        inner.first != UInt8(ascii: ":") || inner.dropFirst().first.map({ $0 > 0x20 }) ?? false
      else { return false }
    }
    guard let last = block.last else { return true }
    let rest = lines[last].dropFirst(prefix.count).drop { $0 == fence.mark }
    return lines[last].starts(with: prefix)
      && lines[last].dropFirst(prefix.count).first == fence.mark
      && rest.allSatisfy { $0 == 0x20 }
  }

  private static func isOfLanguage(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "+"), UInt8(ascii: "#"), UInt8(ascii: "."), 0x20:
      true
    default: false
    }
  }
}
