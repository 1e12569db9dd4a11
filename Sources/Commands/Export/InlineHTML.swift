import Foundation

/// Markdown inside a paragraph → HTML: code, strong, emphasis, links, escapes.
///
/// Everything else is text. What ends a span is looked for a limited way ahead, so that hostile text
/// takes no longer than other text.
struct InlineHTML {
  private static let reach = 400
  private static let maxDepth = 4

  private let bytes: [UInt8]
  private let depth: Int
  private var html: [UInt8] = []
  private var at = 0
  /// Whether this is the text of a link, which has no links inside.
  private var isInLink = false
  /// The next `](`, as far as it was looked for.
  private var middle = -1

  private init(_ bytes: some Collection<UInt8>, depth: Int) {
    self.bytes = Array(bytes)
    self.depth = depth
  }

  /// Returns a paragraph's text as HTML.
  static func text(_ markdown: String) -> String {
    String(decoding: render(markdown.utf8, depth: 0), as: UTF8.self)
  }

  private static func render(
    _ bytes: some Collection<UInt8>, depth: Int, isInLink: Bool = false
  ) -> [UInt8] {
    var reader = InlineHTML(bytes, depth: depth)
    reader.isInLink = isInLink
    while reader.at < reader.bytes.count { reader.next() }
    return reader.html
  }

  private mutating func next() {
    let byte = bytes[at]
    switch byte {
    case UInt8(ascii: "\\") where at + 1 < bytes.count && Self.isPunctuation(bytes[at + 1]):
      html += HTMLText.escaped([bytes[at + 1]])
      at += 2
    case UInt8(ascii: "`"): code()
    case UInt8(ascii: "*"), UInt8(ascii: "_"): emphasis(byte)
    case UInt8(ascii: "["), UInt8(ascii: "!"): link()
    case UInt8(ascii: "<"): bracketedLink()
    case UInt8(ascii: "h"), UInt8(ascii: "H"): bareLink()
    case UInt8(ascii: " ") where bytes[at...].starts(with: [0x20, 0x20, 0x0A]):
      html += Array("<br>\n".utf8)
      at += 3
    default: text(1)
    }
  }

  private mutating func text(_ count: Int) {
    html += HTMLText.escaped(bytes[at..<at + count])
    at += count
  }

  private mutating func code() {
    let run = bytes[at...].prefix { $0 == UInt8(ascii: "`") }.count
    let begin = at + run
    var end = begin
    while end < min(bytes.count, begin + Self.reach) {
      guard bytes[end] == UInt8(ascii: "`") else {
        end += 1
        continue
      }
      let marks = bytes[end...].prefix { $0 == UInt8(ascii: "`") }.count
      if marks == run {
        var inner = bytes[begin..<end]
        if inner.first == 0x20, inner.last == 0x20, inner.count > 2 {
          inner = inner.dropFirst().dropLast()
        }
        html += Array("<code>".utf8) + HTMLText.escaped(inner) + Array("</code>".utf8)
        at = end + run
        return
      }
      end += marks
    }
    text(run)
  }

  /// `*emphasis*` and `**strong**`; the marks touch the text inside, `_` no letter outside.
  private mutating func emphasis(_ mark: UInt8) {
    let run = bytes[at...].prefix { $0 == mark }.count
    let length = min(run, 2)
    let begin = at + length
    let isInWord = mark == UInt8(ascii: "_") && at > 0 && Self.isWord(bytes[at - 1])
    guard run <= 2, depth < Self.maxDepth, !isInWord, begin < bytes.count,
      !Self.isSpace(bytes[begin]), let end = closing(mark, length, from: begin)
    else { return text(run) }
    let name = length == 2 ? "strong" : "em"
    html +=
      Array("<\(name)>".utf8)
      + Self.render(bytes[begin..<end], depth: depth + 1, isInLink: isInLink)
      + Array("</\(name)>".utf8)
    at = end + length
  }

  private func closing(_ mark: UInt8, _ length: Int, from begin: Int) -> Int? {
    var end = begin + 1
    while end < min(bytes.count, begin + Self.reach) {
      guard bytes[end] == mark else {
        end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        continue
      }
      let marks = bytes[end...].prefix { $0 == mark }.count
      let after = end + marks
      let isInWord =
        mark == UInt8(ascii: "_") && after < bytes.count && Self.isWord(bytes[after])
      if marks == length, !Self.isSpace(bytes[end - 1]), !isInWord { return end }
      end += marks
    }
    return nil
  }

  /// `<https://…>`, an address as a link.
  private mutating func bracketedLink() {
    let inner = bytes[(at + 1)...].prefix(Self.reach)
    guard let end = inner.firstIndex(of: UInt8(ascii: ">")),
      let address = LinkTarget.bare(inner[..<end]) ?? LinkTarget.bracketed(bytes[at...]),
      address.endIndex == end
    else { return text(1) }
    anchor(address, Self.escaped(address))
    at = end + 1
  }

  /// `https://…` as it is written.
  private mutating func bareLink() {
    let isInWord = at > 0 && Self.isWord(bytes[at - 1])
    guard !isInWord, !isInLink, let address = LinkTarget.bare(bytes[at...]) else { return text(1) }
    anchor(address, Self.escaped(address))
    at = address.endIndex
  }

  private mutating func anchor(_ address: some Collection<UInt8>, _ label: [UInt8]) {
    html +=
      Array("<a href=\"".utf8) + Self.escaped(address) + Array("\" rel=\"noreferrer\">".utf8)
      + label + Array("</a>".utf8)
  }

  private static func escaped(_ bytes: some Collection<UInt8>) -> [UInt8] {
    HTMLText.escaped(bytes)
  }

  /// `[text](address "title")`; an image is its text, since only figures of the session are inside.
  private mutating func link() {
    let isImage = bytes[at] == UInt8(ascii: "!")
    let open = isImage ? at + 1 : at
    guard open < bytes.count, bytes[open] == UInt8(ascii: "["), depth < Self.maxDepth else {
      return text(1)
    }
    findMiddle(from: open + 1)
    guard middle < min(bytes.count, open + Self.reach), let (address, end) = target(middle + 2)
    else { return text(1) }
    let label = Self.render(bytes[(open + 1)..<middle], depth: depth + 1, isInLink: true)
    at = end
    if !isImage, LinkTarget.isSafe(address) { return anchor(address, label) }
    html += label + Array(" (".utf8) + Self.escaped(address) + Array(")".utf8)
  }

  /// Moves `middle` on to the next `](`, or to the end; each byte is looked at once.
  private mutating func findMiddle(from start: Int) {
    while middle < start
      || middle < bytes.count
        && !(bytes[middle] == UInt8(ascii: "]") && middle + 1 < bytes.count
          && bytes[middle + 1] == UInt8(ascii: "("))
    { middle = max(middle + 1, start) }
  }

  /// The address that begins at a place, up to a blank or a `)` that was not opened in it, and
  /// where its link ends.
  private func target(_ start: Int) -> (address: ArraySlice<UInt8>, end: Int)? {
    var end = start
    var depth = 0
    let limit = min(bytes.count, start + Self.reach)
    if bytes[start..<limit].first == UInt8(ascii: "<") {
      guard let close = bytes[start..<limit].firstIndex(of: UInt8(ascii: ">")),
        let end = endOfTitle(close + 1, limit)
      else { return nil }
      return (bytes[(start + 1)..<close], end)
    }
    while end < limit, !Self.isSpace(bytes[end]) {
      if bytes[end] == UInt8(ascii: "(") { depth += 1 }
      if bytes[end] == UInt8(ascii: ")") {
        if depth == 0 { break }
        depth -= 1
      }
      end += 1
    }
    return endOfTitle(end, limit).map { (bytes[start..<end], $0) }
  }

  /// Where a link ends whose address ends at a place: behind a title, if there is one, and the `)`.
  private func endOfTitle(_ end: Int, _ limit: Int) -> Int? {
    var rest = bytes[end..<limit].drop(while: Self.isSpace)
    if let mark = rest.first, "\"'(".utf8.contains(mark), rest.startIndex > end {
      let closing = mark == UInt8(ascii: "(") ? UInt8(ascii: ")") : mark
      guard let close = rest.dropFirst().firstIndex(of: closing) else { return nil }
      rest = rest[(close + 1)...].drop(while: Self.isSpace)
    }
    guard rest.first == UInt8(ascii: ")") else { return nil }
    return rest.startIndex + 1
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 9 }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isPunctuation(_ byte: UInt8) -> Bool {
    (0x21..<0x7F).contains(byte) && !isWord(byte)
  }
}
