import Foundation
import Sessions

/// A comment that begins a cell: `#%% title`, or `#%% [markdown]` for a cell of prose.
struct CellMarker {
  private static let prose = "[markdown]"

  /// What stands after `#%%`.
  let text: String
  /// Whether the comments that follow are prose.
  let isProse: Bool

  /// Reads a comment; nil when it begins no cell.
  init?(_ comment: String) {
    guard comment.hasPrefix("#%%") else { return nil }
    text = comment.dropFirst(3).trimmingCharacters(in: .whitespaces)
    isProse = text.hasPrefix(Self.prose)
  }

  /// The cell's title; empty when it has none.
  var title: String {
    (isProse ? String(text.dropFirst(Self.prose.count)) : text)
      .trimmingCharacters(in: .whitespaces)
  }

  /// Whether a comment in a cell of prose is a line of it: dyad's own lines are not.
  static func isProse(_ comment: String) -> Bool {
    !["#=", "#>", "#%%", FailureNote.prefix].contains { comment.hasPrefix($0) }
  }

  /// The text of a line of prose.
  static func prose(of comment: String) -> String {
    let rest = comment.dropFirst()
    return String(rest.first == " " ? rest.dropFirst() : rest)
  }
}

/// The comment that the log keeps of a command that failed.
enum FailureNote {
  static let prefix = "# failed: "

  /// The comment.
  static func comment(_ command: String, _ message: String) -> String {
    HarmlessText.line(prefix + command + " — " + message)
  }
}
