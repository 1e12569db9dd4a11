/// A paragraph of Markdown without raw HTML, harmful links and images from elsewhere.
///
/// Spans of code are left as they are written when no reader could see others: every run of
/// backticks is matched, and nothing that some dialect reads before code stands near them.
struct MarkdownInline {
  /// The tables that a cell of prose may hold: they cut spans apart.
  enum Table: Comparable {
    case none
    /// Cells are parted by bars.
    case bars
    /// Cells are parted by columns of the text.
    case columns

    /// What a line says that may be the rule below a table's head.
    init(rule line: [UInt8]) {
      let dash = UInt8(ascii: "-")
      let marks = line.drop { $0 == 0x20 || $0 == UInt8(ascii: ">") }
      guard marks.contains(dash), marks.allSatisfy({ Array("-|:+= \t>".utf8).contains($0) }) else {
        self = .none
        return
      }
      let hasBars = marks.contains { $0 != dash && $0 != 0x20 && $0 != 9 }
      let groups = marks.split { $0 == 0x20 || $0 == 9 }
      self = hasBars ? .bars : groups.count > 1 ? .columns : .none
    }
  }

  private let text: [UInt8]
  private var spans: [Range<Int>] = []

  /// Takes out of a paragraph what no document may hold.
  ///
  /// - Parameters:
  ///   - text: Its lines.
  ///   - isJoined: Whether readers agree that the lines are one paragraph.
  ///   - table: What may cut spans.
  /// - Returns: The paragraph.
  static func text(_ text: [UInt8], isJoined: Bool, table: Table) -> [UInt8] {
    var paragraph = MarkdownInline(text)
    let spans = paragraph.codeSpans() ?? []
    let areWhole = spans.allSatisfy { span in
      (isJoined && table == .none || !text[span].contains(0x0A))
        && (table == .none || !text[span].contains(UInt8(ascii: "|")))
    }
    if areWhole, table != .columns, paragraph.isTame(spans) { paragraph.spans = spans }
    return paragraph.neutral()
  }

  /// Returns a line none of which is taken for code.
  static func withoutCode(_ line: [UInt8]) -> [UInt8] { MarkdownInline(line).neutral() }

  private init(_ text: [UInt8]) { self.text = text }

  /// The spans of code with their marks; nil when a run of backticks is not matched.
  private func codeSpans() -> [Range<Int>]? {
    var runs: [Range<Int>] = []
    var at = 0
    while at < text.count {
      let count = text[at...].prefix { $0 == UInt8(ascii: "`") }.count
      if count > 0 { runs.append(at..<at + count) }
      at += max(1, count)
    }
    // For each run the next of its length.
    var later: [Int: Int] = [:]
    var partner = Array(repeating: -1, count: runs.count)
    for index in runs.indices.reversed() {
      partner[index] = later[runs[index].count] ?? -1
      later[runs[index].count] = index
    }
    var spans: [Range<Int>] = []
    var index = 0
    while index < runs.count {
      guard partner[index] > index else { return nil }
      spans.append(runs[index].lowerBound..<runs[partner[index]].upperBound)
      index = partner[index] + 1
    }
    return spans
  }

  /// Whether nothing outside code could be read before code: links, formulas, commands, escapes.
  private func isTame(_ spans: [Range<Int>]) -> Bool {
    guard !spans.isEmpty, !text.contains(Array("\\`".utf8)) else { return spans.isEmpty }
    var brackets = 0
    var isInTarget = false
    var at = 0
    for span in spans {
      for index in at..<span.lowerBound {
        switch text[index] {
        case UInt8(ascii: "$"), UInt8(ascii: "{"), UInt8(ascii: "}"): return false
        case UInt8(ascii: "%") where byte(index + 1) == text[index]: return false
        case UInt8(ascii: "\\"):
          let next = byte(index + 1) ?? 0
          if next == UInt8(ascii: "(") || next == UInt8(ascii: "[") || Self.isLetter(next) {
            return false
          }
        case UInt8(ascii: "["): brackets += 1
        case UInt8(ascii: "]"):
          brackets = max(0, brackets - 1)
          if byte(index + 1) == UInt8(ascii: "(") { isInTarget = true }
        case UInt8(ascii: ")"): isInTarget = false
        default: break
        }
      }
      let isInLabel = brackets > 0 && text[span].contains(UInt8(ascii: "]"))
      let word = text[at..<span.lowerBound].reversed().prefix {
        $0 != 0x20 && $0 != 9 && $0 != 0x0A
      }
      let hasAddress =
        word.contains(UInt8(ascii: ":")) || word.contains(UInt8(ascii: "@"))
        || String(decoding: word.reversed(), as: UTF8.self).lowercased().contains("www.")
      if isInTarget || isInLabel || hasAddress { return false }
      at = span.upperBound
    }
    // What follows the last span can reach back to none, but a formula may begin before it.
    return !text[at...].contains(UInt8(ascii: "$")) && byte(at) != UInt8(ascii: "{")
  }

  private func byte(_ index: Int) -> UInt8? { index < text.count ? text[index] : nil }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}

/// What is written outside code.
extension MarkdownInline {
  /// The longest label and address that are looked at.
  private static let reach = 1000

  private func neutral() -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var next = spans.makeIterator()
    var span = next.next()
    var at = 0
    while at < text.count {
      if let code = span, code.lowerBound == at {
        result += text[code]
        at = code.upperBound
        span = next.next()
        continue
      }
      let after = byte(at + 1)
      switch text[at] {
      case UInt8(ascii: "<") where beginsTag(at):
        if let address = LinkTarget.bracketed(text[at...]) {
          result += text[at...address.endIndex]
          at = address.endIndex + 1
          continue
        }
        // Some readers know no escape of it, and to the others `\&` would be an ampersand.
        if text[..<at].reversed().prefix(while: { $0 == UInt8(ascii: "\\") }).count % 2 == 1 {
          result.removeLast()
        }
        result += Array("&lt;".utf8)
      case UInt8(ascii: "!") where after == UInt8(ascii: "["):
        if let end = endOfLocalImage(at) {
          result += text[at..<end]
          at = end
          continue
        }
        result += hasLinkAfterLabel(at + 1) && !isMarked(at) ? [] : Array("! ".utf8)
      case UInt8(ascii: "]") where after == UInt8(ascii: "(") || after == UInt8(ascii: ":"):
        // Such a mark without its meaning is seen as itself.
        let isSafe = LinkTarget.isSafe(address(at + 2, isInline: after == UInt8(ascii: "(")))
        result += isSafe ? text[at...at] : Array("]\\".utf8)[...]
      case UInt8(ascii: ":") where after == UInt8(ascii: "/") && !isAfterWebScheme(at):
        // Some readers make links of bare addresses.
        result += Array(":\\".utf8)
      default: result.append(text[at])
      }
      at += 1
    }
    return result
  }

  private func isAfterWebScheme(_ colon: Int) -> Bool {
    let word = text[..<colon].suffix(6).reversed().prefix(while: Self.isLetter).reversed()
    return ["http", "https"].contains(String(decoding: Array(word), as: UTF8.self).lowercased())
  }

  /// Whether a `<` begins a tag, an address in angle brackets, or mail.
  private func beginsTag(_ at: Int) -> Bool {
    guard let next = byte(at + 1) else { return false }
    if Self.isLetter(next) || Array("/!?".utf8).contains(next) { return true }
    let word = text[(at + 1)...].prefix { $0 > 0x20 && $0 != UInt8(ascii: "<") }
    return word.contains(UInt8(ascii: "@"))
  }

  /// Whether what stands before makes a mark at this place mean another thing.
  private func isMarked(_ at: Int) -> Bool {
    at > 0 && (text[at - 1] == UInt8(ascii: "\\") || text[at - 1] == UInt8(ascii: "!"))
  }

  /// The address that begins at a place; empty when it cannot be told.
  private func address(_ start: Int, isInline: Bool) -> ArraySlice<UInt8> {
    let begin = text[min(start, text.count)...].drop { $0 == 0x20 || $0 == 9 }
    let end = begin.prefix(Self.reach).firstIndex {
      $0 <= 0x20 || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]")
        || isInline && $0 == UInt8(ascii: ")")
    }
    guard let end else { return begin.count < Self.reach ? begin : [] }
    let isBracket = text[end] == UInt8(ascii: "[") || text[end] == UInt8(ascii: "]")
    return isBracket ? [] : begin[..<end]
  }

  /// The place of the `]` of a label without marks that begins with `[`.
  private func endOfLabel(_ open: Int) -> Int? {
    let end = text[(open + 1)...].prefix(Self.reach).firstIndex {
      $0 == UInt8(ascii: "]") || Array("[`\\<\n".utf8).contains($0)
    }
    return end.flatMap { text[$0] == UInt8(ascii: "]") ? $0 : nil }
  }

  private func hasLinkAfterLabel(_ open: Int) -> Bool {
    endOfLabel(open).map { byte($0 + 1) == UInt8(ascii: "(") } ?? false
  }

  /// Where an image ends whose file stands beside the document; nil for any other.
  private func endOfLocalImage(_ at: Int) -> Int? {
    guard let close = endOfLabel(at + 1), byte(close + 1) == UInt8(ascii: "(") else { return nil }
    let address = address(close + 2, isInline: true)
    guard LinkTarget.isBeside(address), !address.contains(UInt8(ascii: "(")) else { return nil }
    let rest = text[address.endIndex...]
    if rest.first == UInt8(ascii: ")") { return address.endIndex + 1 }
    let title = rest.drop { $0 == 0x20 }
    guard title.first == UInt8(ascii: "\"") else { return nil }
    let end = title.dropFirst().prefix(Self.reach).firstIndex {
      Array("\"`\\<\n".utf8).contains($0)
    }
    guard let end, text[end] == UInt8(ascii: "\""), byte(end + 1) == UInt8(ascii: ")") else {
      return nil
    }
    return end + 2
  }
}
