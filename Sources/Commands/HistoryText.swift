/// Entries ↔ lines of the history file.
///
/// An entry of one line is its own line. One of several lines begins with a mark that no entry can
/// begin with; in it, `\n` stands for a new line and `\\` for a backslash.
public enum HistoryText {
  private static let mark = "\\+ "

  /// The line of an entry.
  public static func line(of entry: String) -> String {
    guard entry.contains(where: \.isNewline) || entry.hasPrefix(mark) else { return entry }
    return mark
      + entry.replacing("\\", with: "\\\\").replacing("\r", with: "\\r")
      .replacing("\r\n", with: "\\r\\n").replacing("\n", with: "\\n")
  }

  /// The entry of a line; a line of an older file is an entry as it stands.
  public static func entry(of line: String) -> String {
    guard line.hasPrefix(mark) else { return line }
    var entry = ""
    var rest = line.dropFirst(mark.count)
    while let character = rest.popFirst() {
      guard character == "\\", let escaped = rest.popFirst() else {
        entry.append(character)
        continue
      }
      switch escaped {
      case "n": entry.append("\n")
      case "r": entry.append("\r")
      default: entry.append(escaped)
      }
    }
    return entry
  }
}
