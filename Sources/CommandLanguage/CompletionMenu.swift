/// What Tab does with candidates: insert what is certain, else list.
public struct CompletionMenu: Sendable, Equatable {
  /// What replaces the completion's range; nil when nothing more is certain.
  public let insertion: String?
  /// What a second Tab lists.
  public let choices: [String]

  /// Decides for the text that stands in a completion's range.
  public init(_ completion: Completion, typed: String) {
    let candidates = completion.candidates
    choices = candidates.map(\.display)
    if candidates.count == 1 {
      let text = candidates[0].text + (candidates[0].endsWord ? " " : "")
      insertion = text == typed ? nil : text
    } else {
      let common = completion.commonPrefix
      // A shorter prefix than what is typed appears when only some candidates need quotes.
      insertion = common.utf8.count > typed.utf8.count && common != typed ? common : nil
    }
  }

  /// The choices in columns, top to bottom, as wide as a terminal allows; at most 200.
  public func columns(width: Int) -> String {
    let shown = choices.prefix(200).map(Diagnostic.oneLine)
    let cell = (shown.map(\.count).max() ?? 0) + 2
    let perRow = max(1, width / max(cell, 1))
    let rows = (shown.count + perRow - 1) / max(perRow, 1)
    var lines: [String] = []
    for row in 0..<rows {
      var line = ""
      for index in stride(from: row, to: shown.count, by: rows) {
        line += shown[index] + String(repeating: " ", count: cell - shown[index].count)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      lines.append(line)
    }
    if choices.count > shown.count { lines.append("… and \(choices.count - shown.count) more") }
    return lines.joined(separator: "\n")
  }
}
