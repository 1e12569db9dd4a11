/// What a link of a document may lead to; the one place that decides, for every format.
///
/// An address is judged as it is written: what only decoding would make harmless is not.
enum LinkTarget {
  private static let schemes = ["https://", "http://", "mailto:"]

  /// Whether the address leads to a page, to mail, or to a file or place beside the document.
  static func isSafe(_ address: some Collection<UInt8>) -> Bool {
    guard isPlain(address) else { return false }
    let start = String(decoding: address.prefix(8), as: UTF8.self).lowercased()
    return schemes.contains { start.hasPrefix($0) && address.count > $0.utf8.count }
      || isLocal(address)
  }

  /// The address of a text that begins `<https://…>` or `<mailto:…>`, of plain characters only: one
  /// who takes the brackets for a tag must find nothing in it.
  static func bracketed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let address = text.dropFirst().prefix(maxBareLength).prefix { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
        || "-._~:/?#@%&+,;=".utf8.contains(byte)
    }
    guard text.first == UInt8(ascii: "<"), address.endIndex < text.endIndex,
      text[address.endIndex] == UInt8(ascii: ">"), isSafe(address), !isLocal(address)
    else { return nil }
    return address
  }

  /// The address that a text begins with, `https://…`, without the marks that end a sentence.
  static func bare(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var address = text.prefix(maxBareLength).prefix { $0 > 0x20 && $0 != UInt8(ascii: "<") }
    while let last = address.last, "?!.,:;*_~'\"".utf8.contains(last) || isOpenEnd(address) {
      address = address.dropLast()
    }
    let start = String(decoding: address.prefix(8), as: UTF8.self).lowercased()
    guard start.hasPrefix("https://") || start.hasPrefix("http://"), isSafe(address) else {
      return nil
    }
    return address
  }

  /// Whether it ends with a `)` that was not opened in it.
  private static func isOpenEnd(_ address: ArraySlice<UInt8>) -> Bool {
    address.last == UInt8(ascii: ")")
      && address.count { $0 == UInt8(ascii: ")") } > address.count { $0 == UInt8(ascii: "(") }
  }

  private static let maxBareLength = 400

  /// Whether the address is a path from the document: what it names is not loaded from elsewhere.
  static func isBeside(_ address: some Collection<UInt8>) -> Bool {
    isPlain(address) && isLocal(address)
  }

  /// A scheme ends before the first slash, and two slashes begin a host.
  ///
  /// `&` may stand for either, and where an address ends that has a `(` depends on the reader.
  private static func isLocal(_ address: some Collection<UInt8>) -> Bool {
    let head = address.prefix {
      $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
    }
    guard !head.contains(where: { Array(":&(".utf8).contains($0) }) else { return false }
    let rest = address.dropFirst(head.count)
    guard head.isEmpty, rest.first == UInt8(ascii: "/"), let next = rest.dropFirst().first else {
      return true
    }
    return next != UInt8(ascii: "/") && next != UInt8(ascii: "&")
  }

  /// Whether nothing in the address is quoted, escaped, empty or removed by some reader.
  private static func isPlain(_ address: some Collection<UInt8>) -> Bool {
    guard !address.isEmpty else { return false }
    return String(decoding: address, as: UTF8.self).unicodeScalars.allSatisfy { scalar in
      switch scalar {
      case "\"", "<", ">", "\\", "`": false
      default:
        !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
          && scalar.properties.generalCategory != .format
      }
    }
  }
}
