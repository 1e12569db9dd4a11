import Foundation

/// What was pasted → text that may stand in the line: several lines stay several lines.
public enum PastedText {
  /// The largest paste, in bytes; what is longer belongs into a file.
  public static let maxBytes = 1 << 16
  /// What is said of a longer one.
  public static let tooLong =
    "a paste may have at most \(maxBytes) bytes, this one has more and was left out: put it into "
    + "a file and use 'source FILE'"

  /// Removes what may not be in a line: escape sequences, control characters, marks that show
  /// text in another order than it has, the prompts of a transcript with what stands before and
  /// between them, the fences of Markdown around it all, and the end of the last line, so that
  /// nothing runs before Enter.
  public static func cleaned(_ pasted: String) -> String {
    let text = visible(withoutSequences(pasted))
    var lines = trimmed(
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    if let first = lines.first, isFence(first) { lines.removeFirst() }
    if let last = lines.last, isFence(last) { lines.removeLast() }
    return withoutReplies(trimmed(lines)).joined(separator: "\n")
  }

  private static func trimmed(_ lines: [String]) -> [String] {
    var lines = lines[...]
    while let last = lines.last, isBlank(last) { lines.removeLast() }
    while let first = lines.first, isBlank(first) { lines.removeFirst() }
    return Array(lines)
  }

  private static func isBlank(_ line: String) -> Bool { line.allSatisfy(\.isWhitespace) }

  /// Whether a line is the edge of a block of Markdown: three backticks, maybe with a language.
  private static func isFence(_ line: String) -> Bool {
    matches(line, "^ *`{3,}[^`]*$")
  }

  /// Whether a line before the first prompt shows how dyad was started, so that it is no command.
  private static func isLaunch(_ line: String) -> Bool {
    isBlank(line) || isFence(line) || matches(line, "^\\$( |$)")
      || matches(line, "^dyad [0-9]+(\\.[0-9]+)+[^ ]* · ")
  }

  private static func matches(_ line: String, _ pattern: String) -> Bool {
    line.range(of: pattern, options: .regularExpression) != nil
  }

  /// The first line of a transcript: one that begins with a prompt; nil where there is none.
  private static func transcriptStart(_ lines: [String]) -> Int? {
    if let first = lines.first, TypedText.withoutPrompts(first).hadPrompt { return 0 }
    return lines.firstIndex { $0.hasPrefix("dyad") && TypedText.withoutPrompts($0).hadPrompt }
  }

  /// In a transcript a line without a prompt is a reply, unless it goes on with an entry that is
  /// not finished; before its first prompt, one is what started dyad or was meant as a command.
  private static func withoutReplies(_ lines: [String]) -> [String] {
    guard let start = transcriptStart(lines) else { return lines }
    var kept = lines[..<start].filter { !isLaunch($0) }
    var entry = ""
    for line in lines[start...] {
      let (text, hadPrompt) = TypedText.withoutPrompts(line)
      let goesOn = !entry.isEmpty && TypedText.isUnfinished(entry)
      guard hadPrompt || goesOn else { continue }
      entry = goesOn ? entry + "\n" + text : text
      if !isBlank(text) { kept.append(text) }
    }
    return kept
  }

  /// Drops ESC with what belongs to it: CSI up to its final byte, strings up to their end.
  private static func withoutSequences(_ text: String) -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar.value {
      case 0x1B:
        guard let kind = rest.first else { break }
        switch kind {
        case "[":
          rest.removeFirst()
          dropControlSequence(&rest)
        case "]", "P", "_", "^", "X":
          rest.removeFirst()
          dropString(&rest)
        default: if kind.value < 0x7F, kind.value >= 0x20 { rest.removeFirst() }
        }
      case 0x9B: dropControlSequence(&rest)
      case 0x90, 0x98, 0x9D, 0x9E, 0x9F: dropString(&rest)
      default: result.append(scalar)
      }
    }
    return result
  }

  private static func dropControlSequence(_ rest: inout Substring.UnicodeScalarView) {
    while let next = rest.first, (0x20...0x7E).contains(next.value) {
      rest.removeFirst()
      if next.value >= 0x40 { return }
    }
  }

  /// A string that is not ended within its line is text that someone cut: only its begin goes.
  private static func dropString(_ rest: inout Substring.UnicodeScalarView) {
    let line = rest.prefix { $0 != "\n" && $0 != "\r" }
    guard let end = line.firstIndex(where: { [0x07, 0x1B, 0x9C].contains($0.value) }) else {
      return
    }
    let isLong = line[end] == "\u{1B}"
    rest = rest[rest.index(after: end)...]
    if isLong, rest.first == "\\" { rest.removeFirst() }
  }

  private static func visible(_ scalars: String.UnicodeScalarView) -> String {
    var result = String.UnicodeScalarView()
    var previous: Unicode.Scalar = " "
    for scalar in scalars {
      switch scalar.value {
      case 0x0A where previous == "\r": break
      case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: result.append("\n")
      case 0x09: result.append(contentsOf: "  ".unicodeScalars)
      case 0xA0, 0x202F: result.append(" ")
      case 0..<0x20, 0x7F..<0xA0: break
      case 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060, 0x2066...0x2069, 0xFEFF: break
      default: result.append(scalar)
      }
      previous = scalar
    }
    return String(result)
  }
}
