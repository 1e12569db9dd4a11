import Foundation

/// A named piece of text that tokens and diagnostics point into with byte offsets (UTF-8).
public struct SourceText: Sendable, Equatable {
  /// The file that the text came from; nil for a line typed at the prompt.
  public let name: String?
  /// The text as UTF-8; once it is lexed, a `\` that continues a line is a space in it.
  public let bytes: [UInt8]
  /// The number that the first line has in messages.
  public let firstLine: Int
  /// The text as it was written, which messages show.
  private let written: [UInt8]

  /// Creates a source from a string.
  public init(_ text: String, name: String? = nil, firstLine: Int = 1) {
    self.name = name
    self.bytes = Array(text.utf8)
    self.written = bytes
    self.firstLine = firstLine
  }

  /// The same text for what reads the inside of values, where a line that goes on is like a space.
  ///
  /// Offsets and line numbers stay what they were.
  init(_ source: SourceText, continuedAt backslashes: [Int]) {
    var bytes = source.bytes
    for offset in backslashes { bytes[offset] = UInt8(ascii: " ") }
    name = source.name
    self.bytes = bytes
    written = source.written
    firstLine = source.firstLine
  }

  /// Two sources are equal when they were written alike.
  public static func == (a: SourceText, b: SourceText) -> Bool {
    a.name == b.name && a.firstLine == b.firstLine && a.written == b.written
  }

  /// Returns the text in a byte range; offsets outside the source are clamped.
  public func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
  }

  /// Returns the text in a byte range as it was written; offsets outside are clamped.
  func writtenText(_ range: Range<Int>) -> String {
    String(decoding: written[range.clamped(to: 0..<written.count)], as: UTF8.self)
  }

  /// The line (as numbered in messages) and 1-based column, in characters, of a byte offset.
  public func position(of offset: Int) -> (line: Int, column: Int) {
    let offset = min(max(offset, 0), bytes.count)
    let start = lineStart(before: offset)
    var line = firstLine
    for byte in bytes[..<start] where byte == UInt8(ascii: "\n") { line += 1 }
    return (line, text(start..<offset).count + 1)
  }

  /// The line that holds an offset, cut to a window, with carets under the range.
  ///
  /// Lines longer than the window are shortened with `…`, so that one entry of a megabyte still
  /// gives a readable message. With a width they fit into so many columns of a terminal, so that the
  /// carets stand below what they point at; else 96 characters are shown.
  func excerpt(of range: Range<Int>, width: Int? = nil) -> [String] {
    // The margin and the two '…' are besides the window.
    let window = width.map { max(16, $0 - 4) } ?? 96
    let size: (Character) -> Int =
      width == nil ? { _ in 1 } : { $0 == "\t" ? 8 : DisplayWidth.of(Self.visible($0)) }
    func count(_ characters: [Character]) -> Int { characters.reduce(0) { $0 + size($1) } }
    /// As many characters as find room.
    func prefix(_ characters: [Character], _ room: Int) -> [Character] {
      var left = room
      return Array(
        characters.prefix {
          left -= size($0)
          return left >= 0
        })
    }
    let text = writtenText
    let range = range.clamped(to: 0..<bytes.count)
    let start = lineStart(before: range.lowerBound)
    var end = bytes[range.lowerBound...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    if end > range.upperBound, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    // Only the neighbourhood of the range is decoded: the line may be very long.
    let near = max(start, range.lowerBound - 4 * window)
    let far = min(end, max(range.lowerBound, near) + 8 * window)
    var before = Array(text(near..<range.lowerBound))
    var inside = Array(text(range.lowerBound..<min(max(range.upperBound, range.lowerBound), far)))
    var after = Array(text(min(max(range.upperBound, range.lowerBound), far)..<far))
    var isCutLeft = near > start
    if count(before) > window / 2 {
      before = prefix(before.reversed(), window / 2).reversed()
      isCutLeft = true
    }
    if isCutLeft { before.insert("…", at: 0) }
    if count(before) + count(inside) > window {
      inside = prefix(inside, window - count(before)) + ["…"]
      after = []
    } else if count(before) + count(inside) + count(after) > window {
      after = prefix(after, window - count(before) - count(inside)) + ["…"]
    }
    let line = (before + inside + after).map(Self.visible)
    let padding = before.map {
      $0 == "\t" ? "\t" : String(repeating: " ", count: DisplayWidth.of(Self.visible($0)))
    }
    let columns = DisplayWidth.of(inside.map(Self.visible).joined())
    let carets = String(repeating: "^", count: max(1, columns))
    return ["  " + line.joined(), "  " + padding.joined() + carets]
  }

  private func lineStart(before offset: Int) -> Int {
    (bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
  }

  /// Control characters would move the cursor or colour the terminal; a message shows `?` instead.
  private static func visible(_ character: Character) -> String {
    if character == "\t" { return "\t" }
    let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    return isControl ? "?" : String(character)
  }
}

extension String {
  /// The text with its lines joined by single spaces, as the log writes a value of several lines.
  public var onOneLine: String {
    split(whereSeparator: \.isNewline).map { String($0).trimmingSpaces() }
      .filter { !$0.isEmpty }.joined(separator: " ")
  }
}
