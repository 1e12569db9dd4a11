/// `[a, b]` or `a,b` → the texts of the elements.
enum ListSplitter {
  /// The most elements of one list.
  static let maxCount = 100_000

  /// Splits at commas outside quotes and brackets; an empty `[]` has no elements.
  static func items(of raw: RawValue) throws -> [RawValue] {
    let bytes = Array(raw.text.utf8)
    var range = 0..<bytes.count
    let isBracketed = bytes.first == UInt8(ascii: "[") && closes(bytes)
    if isBracketed { range = 1..<bytes.count - 1 }
    if bytes[range].allSatisfy({ $0 <= 0x20 }) { return [] }
    var items: [RawValue] = []
    var start = range.lowerBound
    var depth = 0
    var isInString = false
    var at = range.lowerBound
    while at <= range.upperBound {
      let isEnd = at == range.upperBound
      let byte = isEnd ? UInt8(ascii: ",") : bytes[at]
      if isInString, !isEnd {
        if byte == UInt8(ascii: "\\") { at += 1 }
        if byte == UInt8(ascii: "\"") { isInString = false }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "["), UInt8(ascii: "("): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: ")"): depth -= 1
        case UInt8(ascii: ",") where isEnd || depth == 0:
          items.append(try item(raw, bytes, start..<at))
          start = at + 1
        default: break
        }
      }
      at += 1
    }
    if items.count > maxCount {
      throw Diagnostic(
        "a list may have at most \(maxCount) items, got \(items.count)", at: raw.range)
    }
    return items
  }

  /// Whether the first bracket closes at the last byte, so that `[1],[2]` is two elements.
  private static func closes(_ bytes: [UInt8]) -> Bool {
    var depth = 0
    var isInString = false
    var isEscaped = false
    for (at, byte) in bytes.enumerated() {
      if isEscaped {
        isEscaped = false
        continue
      }
      if byte == UInt8(ascii: "\"") { isInString.toggle() }
      if isInString {
        isEscaped = byte == UInt8(ascii: "\\")
        continue
      }
      if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "(") { depth += 1 }
      if byte == UInt8(ascii: "]") || byte == UInt8(ascii: ")") {
        depth -= 1
        if depth == 0 { return at == bytes.count - 1 && byte == UInt8(ascii: "]") }
      }
    }
    return false
  }

  private static func item(
    _ raw: RawValue, _ bytes: [UInt8], _ range: Range<Int>
  ) throws -> RawValue {
    var range = range.clamped(to: 0..<bytes.count)
    while let first = bytes[range].first, first <= 0x20 { range = range.dropFirst() }
    while let last = bytes[range].last, last <= 0x20 { range = range.dropLast() }
    let place = raw.place(range)
    if range.isEmpty {
      throw Diagnostic("a list has an empty item", at: place, help: "remove a comma")
    }
    var item = RawValue(
      text: String(decoding: bytes[range], as: UTF8.self), range: place,
      offset: raw.offset.map { $0 + range.lowerBound })
    if item.text.hasPrefix("\""), item.text.hasSuffix("\""), item.text.utf8.count > 1 {
      item.text = try Quoting.content(of: item.text) { "${" + $0 + "}" }
      item.offset = nil
      item.isQuoted = true
    }
    return item
  }
}
