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
  /// The next `](` and the `)` after it, as far as they were looked for.
  private var middle = -1
  private var close = -1

  private init(_ bytes: some Collection<UInt8>, depth: Int) {
    self.bytes = Array(bytes)
    self.depth = depth
  }

  /// Returns a paragraph's text as HTML.
  static func text(_ markdown: String) -> String {
    String(decoding: render(markdown.utf8, depth: 0), as: UTF8.self)
  }

  private static func render(_ bytes: some Collection<UInt8>, depth: Int) -> [UInt8] {
    var reader = InlineHTML(bytes, depth: depth)
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
      Array("<\(name)>".utf8) + Self.render(bytes[begin..<end], depth: depth + 1)
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

  /// `[text](address)`; an image is its text, since only figures of the session are inside.
  private mutating func link() {
    let isImage = bytes[at] == UInt8(ascii: "!")
    let open = isImage ? at + 1 : at
    guard open < bytes.count, bytes[open] == UInt8(ascii: "["), depth < Self.maxDepth else {
      return text(1)
    }
    let limit = min(bytes.count, open + Self.reach)
    findLink(from: open + 1)
    guard close < limit else { return text(1) }
    let label = Self.render(bytes[(open + 1)..<middle], depth: depth + 1)
    let address = String(decoding: bytes[(middle + 2)..<close], as: UTF8.self)
    at = close + 1
    guard !isImage, LinkTarget.isSafe(address.utf8) else {
      html += label + Array(" (".utf8) + HTMLText.escaped(address.utf8) + Array(")".utf8)
      return
    }
    html +=
      Array("<a href=\"\(HTMLText.escaped(address))\" rel=\"noreferrer\">".utf8) + label
      + Array("</a>".utf8)
  }

  /// Moves `middle` and `close` on to the next link, or to the end; each byte is looked at once.
  private mutating func findLink(from start: Int) {
    while middle < start
      || middle + 1 < bytes.count
        && !(bytes[middle] == UInt8(ascii: "]") && bytes[middle + 1] == UInt8(ascii: "("))
    { middle = max(middle + 1, start) }
    if middle + 1 >= bytes.count {
      close = bytes.count
      return
    }
    if close < middle + 2 { close = middle + 2 }
    while close < bytes.count, bytes[close] != UInt8(ascii: ")") { close += 1 }
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
