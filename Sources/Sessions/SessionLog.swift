import Files

/// The log of a session: every command that succeeded, each state change with its fingerprint.
///
/// It is a script: `NAME.dyad`. Lines that begin `#=` are written by dyad only.
public struct SessionLog: Sendable, Equatable {
  /// What a state-changing command left behind.
  public struct Mark: Sendable, Hashable {
    /// The number of completed steps.
    public var step: Int
    /// The fingerprint, or nil where there is no model yet.
    public var fingerprint: String?
    /// What else was recorded: `data=HASH`, `reads=PATH:SIZE:HASH`.
    public var notes: [String]

    /// Makes a mark.
    public init(step: Int, fingerprint: String?, notes: [String]) {
      self.step = step
      self.fingerprint = fingerprint
      self.notes = notes
    }

    /// The line, for example `#= 40 7ad90c41c0115e9d`.
    public var text: String {
      (["#=", "\(step)", fingerprint ?? "-"] + notes).joined(separator: " ")
    }

    /// Reads a line that begins `#=`; nil when it is not one.
    public init?(_ line: String) {
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 3, words[0] == "#=", let step = Int(words[1]) else { return nil }
      self.step = step
      fingerprint = words[2] == "-" ? nil : words[2]
      notes = Array(words.dropFirst(3))
    }
  }

  /// One line of the log.
  public enum Entry: Sendable, Equatable {
    /// A command that succeeded, with its mark when it changed state.
    case command(String, Mark?)
    /// A comment, a cell marker, or a command that failed (with `#` before it).
    case comment(String)
  }

  /// The entries in order.
  public internal(set) var entries: [Entry] = []

  /// Makes an empty log.
  public init() {}

  /// Adds a command that succeeded.
  public mutating func append(_ command: String, mark: Mark?) {
    entries.append(.command(command, mark))
  }

  /// Adds a comment; it must begin with `#`.
  public mutating func append(comment: String) {
    precondition(comment.hasPrefix("#"), "a comment begins with #")
    entries.append(.comment(comment))
  }

  /// The log as a script.
  public var text: String {
    var lines = ["version 1"]
    for entry in entries {
      switch entry {
      case .command(let text, let mark):
        lines.append(text)
        if let mark { lines.append(mark.text) }
      case .comment(let text): lines.append(text)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
