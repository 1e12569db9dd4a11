/// A line that begins or ends a block of code: three or more backticks or tildes.
struct Fence {
  /// The backtick or the tilde.
  let mark: UInt8
  /// How many of them.
  let length: Int
  /// The spaces before them.
  let indent: Int
  /// What stands after the marks, without the spaces before it.
  let info: ArraySlice<UInt8>

  /// Reads a line; nil when it is no fence.
  init?(_ line: String) { self.init(Array(line.utf8)[...]) }

  /// Reads a line, or what stands in it after the marks of lists and quotes.
  ///
  /// Bytes, not characters: a mark with an accent on it is a mark to readers of Markdown.
  init?(_ line: ArraySlice<UInt8>) {
    let rest = line.drop { $0 == UInt8(ascii: " ") }
    indent = line.count - rest.count
    guard indent <= 3, let mark = rest.first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~")
    else { return nil }
    self.mark = mark
    length = rest.prefix { $0 == mark }.count
    info = rest.dropFirst(length).drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard length >= 3, mark == UInt8(ascii: "~") || !info.contains(UInt8(ascii: "`")) else {
      return nil
    }
  }

  /// Whether this line ends a block that another began.
  func closes(_ open: Fence) -> Bool {
    mark == open.mark && length >= open.length
      && info.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  /// The line that ends a block which this one began.
  var text: String {
    String(repeating: Character(Unicode.Scalar(mark)), count: length)
  }
}
