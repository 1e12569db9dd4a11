/// The lines of a cell of prose as CommonMark's blocks: which are text, and which are code.
///
/// Blocks of HTML are not among them: in what is exported no line begins one.
struct MarkdownBlocks {
  /// The deepest nesting of lists and quotes that is followed.
  private static let maxDepth = 32

  /// A line of the cell.
  struct Line {
    var kind = Kind.blank
    /// Whether a list or a quote holds it.
    var isContained = false
    /// Whether it goes on with a paragraph without the marks of the quote or list that hold it.
    var isLazy = false
  }

  /// What a line is part of.
  enum Kind: Equatable {
    case blank
    /// A paragraph, told from others by a number; headings and rules are some of their own.
    case text(Int)
    /// An indented block.
    case indented
    /// A block between fences, or one of its fences: its place in `fenced`.
    case fenced(Int)
  }

  /// A block between fences.
  struct Fenced {
    let fence: Fence
    let first: Int
    /// The line of the closing fence, if there is one.
    var last: Int?
  }

  private(set) var lines: [Line] = []
  private(set) var fenced: [Fenced] = []
  /// The fence that is open after the last line.
  var open: Fenced? {
    guard case .fenced(let place) = leaf, containers.isEmpty else { return nil }
    return fenced[place]
  }
  /// Whether the cell is too deep, has an empty item, which readers end at different lines, or
  /// underlines what may be nothing but definitions of links.
  private(set) var isUnsure = false

  private enum Container {
    case quote
    /// A list's item, the columns that its lines are indented, and whether nothing is in it yet.
    case item(width: Int, isEmpty: Bool)
  }

  private var containers: [Container] = []
  private var leaf = Kind.blank
  private var paragraphs = 0
  private var startsWithBracket = false
  /// The line with its tabs as spaces.
  private var line: [UInt8] = []
  /// How far the line is read.
  private var at = 0

  /// Reads the lines of a cell.
  init(_ cell: [[UInt8]]) {
    for line in cell {
      self.line = Self.expanded(line)
      at = 0
      read()
    }
  }

  private static func expanded(_ line: [UInt8]) -> [UInt8] {
    guard line.contains(9) else { return line }
    var result: [UInt8] = []
    for byte in line {
      if byte == 9 {
        result += Array(repeating: 0x20, count: 4 - result.count % 4)
      } else {
        result.append(byte)
      }
    }
    return result
  }

  private var rest: ArraySlice<UInt8> { line[at...] }
  private var indent: Int { rest.prefix { $0 == 0x20 }.count }
  private var isBlank: Bool { rest.allSatisfy { $0 == 0x20 } }

  private mutating func read() {
    let matched = matchContainers()
    if case .fenced(let place) = leaf, matched == containers.count {
      add(leaf)
      guard let end = Fence(rest), end.closes(fenced[place].fence) else { return }
      fenced[place].last = lines.count - 1
      leaf = .blank
      return
    }
    var isOpened = false
    while indent <= 3, !isBlank {
      let isInParagraph = !isOpened && matched == containers.count && isText
      if readLeaf(isInParagraph, isOpened ? containers.count : matched) { return }
      if containers.count == Self.maxDepth { isUnsure = true }
      guard containers.count < Self.maxDepth, let next = nextContainer(isInParagraph) else { break }
      if !isOpened { close(matched) }
      leaf = .blank
      containers.append(next)
      isOpened = true
    }
    if !isOpened, matched < containers.count, isText, !isBlank { return add(leaf, isLazy: true) }
    if !isOpened { close(matched) }
    readText()
  }

  /// Goes past the marks of the containers that the line is in; returns how many.
  private mutating func matchContainers() -> Int {
    for (index, container) in containers.enumerated() {
      switch container {
      case .quote:
        guard readQuote() else { return index }
      case .item(let width, let isEmpty):
        guard isBlank ? !isEmpty : indent >= width else { return index }
        at = isBlank ? line.count : at + width
      }
    }
    return containers.count
  }

  private mutating func readQuote() -> Bool {
    let mark = at + indent
    guard indent <= 3, mark < line.count, line[mark] == UInt8(ascii: ">") else { return false }
    at = mark + 1
    if rest.first == 0x20 { at += 1 }
    return true
  }

  /// Reads a heading, a rule, or a fence.
  private mutating func readLeaf(_ isInParagraph: Bool, _ matched: Int) -> Bool {
    let text = rest.dropFirst(indent)
    if let fence = Fence(rest) {
      close(matched)
      leaf = .fenced(fenced.count)
      fenced.append(Fenced(fence: fence, first: lines.count))
      add(leaf)
      return true
    }
    let marks = text.prefix { $0 == UInt8(ascii: "#") }.count
    let isHeading =
      (1...6).contains(marks) && (text.count == marks || text.dropFirst(marks).first == 0x20)
    let isUnderline = isInParagraph && Self.isUnderline(text)
    guard isHeading || isUnderline || Self.isRule(text) else { return false }
    if isUnderline, startsWithBracket { isUnsure = true }
    close(matched)
    leaf = .blank
    paragraphs += 1
    add(.text(paragraphs))
    return true
  }

  private static func isUnderline(_ text: ArraySlice<UInt8>) -> Bool {
    guard let mark = text.first, mark == UInt8(ascii: "=") || mark == UInt8(ascii: "-") else {
      return false
    }
    return text.drop { $0 == mark }.allSatisfy { $0 == 0x20 }
  }

  private static func isRule(_ text: ArraySlice<UInt8>) -> Bool {
    let marks = text.filter { $0 != 0x20 }
    guard let mark = marks.first, marks.count >= 3, Array("-*_".utf8).contains(mark) else {
      return false
    }
    return marks.allSatisfy { $0 == mark }
  }

  /// Goes past the mark of a quote or of a list's item that begins here.
  private mutating func nextContainer(_ isInParagraph: Bool) -> Container? {
    if readQuote() { return .quote }
    let text = rest.dropFirst(indent)
    let digits = text.prefix { (0x30...0x39).contains($0) }
    guard digits.count <= 9, let mark = text.dropFirst(digits.count).first,
      Array((digits.isEmpty ? "-+*" : ".)").utf8).contains(mark)
    else { return nil }
    let after = text.dropFirst(digits.count + 1)
    let isEmpty = after.allSatisfy { $0 == 0x20 }
    let spaces = after.prefix { $0 == 0x20 }.count
    guard isEmpty || spaces > 0 else { return nil }
    // Inside a paragraph only an item with text, and of numbers the first, begins a list.
    let isFirst = digits.isEmpty || Int(String(decoding: digits, as: UTF8.self)) == 1
    guard !isInParagraph || (!isEmpty && isFirst) else { return nil }
    let inside = isEmpty || spaces > 4 ? 1 : spaces
    let width = indent + digits.count + 1 + inside
    isUnsure = isUnsure || isEmpty
    at = min(line.count, at + width)
    return .item(width: width, isEmpty: isEmpty)
  }

  private mutating func readText() {
    if isBlank {
      if isText { leaf = .blank }
      lines.append(Line(kind: .blank, isContained: !containers.isEmpty))
      return
    }
    if !isText {
      if indent > 3 {
        leaf = .indented
      } else {
        paragraphs += 1
        leaf = .text(paragraphs)
        startsWithBracket = rest.dropFirst(indent).first == UInt8(ascii: "[")
      }
    }
    add(leaf)
  }

  private var isText: Bool {
    if case .text = leaf { return true }
    return false
  }

  /// Closes the containers behind the first ones, with what is open in them.
  private mutating func close(_ count: Int) {
    guard count < containers.count else { return }
    containers.removeLast(containers.count - count)
    leaf = .blank
  }

  private mutating func add(_ kind: Kind, isLazy: Bool = false) {
    for (index, container) in containers.enumerated() {
      if case .item(let width, true) = container {
        containers[index] = .item(width: width, isEmpty: false)
      }
    }
    lines.append(Line(kind: kind, isContained: !containers.isEmpty, isLazy: isLazy))
  }
}
