import CommandLanguage
import Sessions

/// Compares what commands reply with the `#> ` lines that follow them in a script.
///
/// `…` in an expected line, or in what a reply leaves open, stands for any text. Commands on one line are compared as one; a command
/// without such lines is not compared.
struct ReplyCheck {
  /// What a comparison came to.
  enum Outcome: Equatable {
    /// No line was expected.
    case nothingExpected
    case same
    /// The first difference, at `file:line`.
    case differs(place: String, text: String)
  }

  let source: SourceText
  let items: [ScriptItem]
  private var found = StoredOutput()

  /// Reads the expected lines from a script's items.
  init(source: SourceText, items: [ScriptItem]) {
    self.source = source
    self.items = items
  }

  /// A command is to be run: what it replies belongs to the line that it stands on.
  mutating func begin(at index: Int) {
    if !isOnLine(ofItemBefore: index) { found = StoredOutput() }
  }

  /// A command replied.
  mutating func take(_ text: String) { found.append(StoredOutput(text)) }

  /// Compares the replies of the line that ends with a command.
  func compare(after index: Int) -> Outcome {
    var expected = StoredOutput()
    var offsets: [Int] = []
    scan: for item in items[(index + 1)...] {
      switch item {
      case .command: break scan
      case .comment(let text, let range):
        if CellMarker(text) != nil { break scan }
        guard StoredOutput.line(of: text) != nil else { continue }
        expected.read(text)
        offsets.append(range.lowerBound)
      }
    }
    guard let last = offsets.last else { return .nothingExpected }
    func place(_ line: Int) -> String {
      let offset = offsets.indices.contains(line) ? offsets[line] : last
      return "\(source.name ?? "session"):\(source.position(of: offset).line)"
    }
    func difference(_ line: Int, _ text: String) -> Outcome {
      let command = Diagnostic.quote(self.command(index))
      return .differs(place: place(line), text: "in the reply of \(command) " + text)
    }
    for (line, (pattern, text)) in zip(expected.lines, found.lines).enumerated()
    where !ExpectedLine(pattern).matches(text) && !ExpectedLine(text).matches(pattern) {
      return difference(line, "expected '\(pattern)', found '\(text)'")
    }
    if expected.count == found.count { return .same }
    let line = min(expected.lines.count, found.lines.count)
    if expected.lines.count > line {
      return difference(line, "expected '\(expected.lines[line])', found no more lines")
    }
    if found.lines.count > line, expected.omitted == 0 {
      return difference(line, "expected no more lines, found '\(found.lines[line])'")
    }
    return difference(line, "expected \(expected.count) lines, found \(found.count)")
  }

  private func command(_ index: Int) -> String {
    if case .command(let statement) = items[index] { statement.text } else { "" }
  }

  private func isOnLine(ofItemBefore index: Int) -> Bool {
    guard index > 0, case .command(let before) = items[index - 1],
      case .command(let statement) = items[index]
    else { return false }
    let between = before.range.upperBound..<statement.range.lowerBound
    return !source.bytes[between].contains(UInt8(ascii: "\n"))
  }
}

/// A line of expected output, in which `…` stands for any text and for the spaces around it.
struct ExpectedLine {
  private let parts: [[UInt8]]

  /// Reads a pattern.
  init(_ pattern: String) {
    let pieces = pattern.split(separator: "…", omittingEmptySubsequences: false)
    parts = pieces.enumerated().map { index, piece in
      var piece = piece.utf8[...]
      if index > 0 { piece = piece.drop { $0 == UInt8(ascii: " ") } }
      if index < pieces.count - 1 {
        while piece.last == UInt8(ascii: " ") { piece.removeLast() }
      }
      return Array(piece)
    }
  }

  /// Whether a line is as expected.
  func matches(_ line: String) -> Bool {
    let bytes = Array(line.utf8)
    guard let first = parts.first, let last = parts.last else { return bytes.isEmpty }
    if parts.count == 1 { return bytes == first }
    guard bytes.starts(with: first), bytes.count >= first.count + last.count,
      bytes.suffix(last.count).elementsEqual(last)
    else { return false }
    var rest = bytes[first.count..<(bytes.count - last.count)]
    for part in parts[1..<(parts.count - 1)] where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}
