/// The stable lines of a reply as the log keeps them, in `#> ` lines below the command.
///
/// What is longer than the limits is cut; how many lines are missing is kept.
public struct StoredOutput: Sendable, Equatable {
  /// The most lines that one entry of the log keeps.
  public static let maxLines = 200
  /// The most bytes that one entry of the log keeps.
  public static let maxBytes = 64 << 10
  /// What begins a line of output in a script.
  public static let prefix = "#>"

  /// The lines, harmless and without spaces at their ends.
  public private(set) var lines: [String] = []
  /// How many lines follow those that are kept.
  public private(set) var omitted = 0
  /// The bytes of the lines that are kept.
  private(set) var bytes = 0

  /// Makes an output without lines.
  public init() {}

  /// Keeps a reply's text.
  public init(_ text: String) {
    if text.isEmpty { return }
    let parts = text.utf8.split(
      separator: UInt8(ascii: "\n"), maxSplits: Self.maxLines, omittingEmptySubsequences: false)
    for part in parts.prefix(Self.maxLines) {
      let isDOS = part.last == UInt8(ascii: "\r")
      append(HarmlessText.line(Substring(isDOS ? part.dropLast() : part)))
    }
    if parts.count > Self.maxLines {
      omitted += parts[Self.maxLines].count { $0 == UInt8(ascii: "\n") } + 1
    }
  }

  /// An output of which nothing but the number of lines is kept.
  static func omitting(_ count: Int) -> StoredOutput {
    var output = StoredOutput()
    output.omitted = count
    return output
  }

  /// How many lines the reply had.
  public var count: Int { lines.count + omitted }

  /// Adds what a later command replied; once a line is missing, all after it are.
  public mutating func append(_ other: StoredOutput) {
    for line in other.lines { append(line) }
    omitted += other.omitted
  }

  private mutating func append(_ line: String) {
    let size = line.utf8.count + 1
    guard omitted == 0, lines.count < Self.maxLines, bytes + size <= Self.maxBytes else {
      omitted += 1
      return
    }
    lines.append(line)
    bytes += size
  }

  /// The lines and, when some are missing, one that says how many.
  public var shownLines: [String] { omitted > 0 ? lines + [Self.more(omitted)] : lines }

  /// The lines as comments of a script.
  var comments: [String] {
    shownLines.map { $0.isEmpty ? Self.prefix : Self.prefix + " " + $0 }
  }

  /// Takes a `#> ` line of a script, however many there are.
  public mutating func read(_ comment: String) {
    guard let line = Self.line(of: comment) else { return }
    if omitted > 0 {
      // What looked like the last line was none.
      take(Self.more(omitted))
      omitted = 0
    }
    if let count = Self.count(ofMore: line) { omitted = count } else { take(line) }
  }

  private mutating func take(_ line: String) {
    lines.append(line)
    bytes += line.utf8.count + 1
  }

  /// The line of output that a comment holds; nil when it is another comment.
  public static func line(of comment: String) -> String? {
    // Bytes: a combining mark joins the space before it to one character.
    guard comment.utf8.starts(with: prefix.utf8) else { return nil }
    let rest = comment.utf8.dropFirst(prefix.utf8.count)
    return HarmlessText.line(Substring(rest.first == UInt8(ascii: " ") ? rest.dropFirst() : rest))
  }

  private static func more(_ count: Int) -> String {
    "… \(count) line\(count == 1 ? "" : "s") more"
  }

  private static func count(ofMore line: String) -> Int? {
    let words = line.split(separator: " ")
    guard words.count == 4, let count = Int(words[1]), count > 0, line == more(count) else {
      return nil
    }
    return count
  }
}
