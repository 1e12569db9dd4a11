/// Text as HTML.
enum HTMLText {
  /// Text in an element or an attribute: nothing in it is markup.
  static func escaped(_ text: some StringProtocol) -> String {
    String(decoding: escaped(text.utf8), as: UTF8.self)
  }

  /// The same for UTF-8.
  static func escaped(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.underestimatedCount)
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "&"): result += Array("&amp;".utf8)
      case UInt8(ascii: "<"): result += Array("&lt;".utf8)
      case UInt8(ascii: ">"): result += Array("&gt;".utf8)
      case UInt8(ascii: "\""): result += Array("&quot;".utf8)
      case UInt8(ascii: "'"): result += Array("&#39;".utf8)
      default: result.append(byte)
      }
    }
    return result
  }
}
