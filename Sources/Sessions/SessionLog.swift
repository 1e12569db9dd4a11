import Files

/// The log of a session: every command that succeeded, each state change with its fingerprint.
///
/// It is a script: `NAME.dyad`. Lines that begin `#=` are written by dyad only; those that begin
/// `#>` are what the command before them replied.
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

  /// The last line of a saved log: without it a file that was cut would look whole.
  public struct Closing: Sendable, Hashable {
    /// The number of commands.
    public var commands: Int
    /// Eight hexadecimal digits over all commands.
    public var hash: String

    /// The line, for example `#= end 17 log=f6c287cc`.
    public var text: String { "#= end \(commands) log=\(hash)" }

    /// Makes the line of a number of commands.
    init(commands: Int, hash: String) {
      self.commands = commands
      self.hash = hash
    }

    /// Reads a line that begins `#= end`; nil when it is not one.
    public init?(_ line: String) {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 4, words[0] == "#=", words[1] == "end", let count = Int(words[2]),
        words[3].hasPrefix("log=")
      else { return nil }
      commands = count
      hash = String(words[3].dropFirst(4))
    }
  }

  /// The last line of the log as it would be saved now.
  public var closing: Closing { Closing(commands: commandCount, hash: commandHash) }

  /// One line of the log.
  public enum Entry: Sendable, Equatable {
    /// A command that succeeded, with its mark when it changed state, and what it replied.
    case command(String, Mark?, output: StoredOutput = StoredOutput())
    /// A comment, a cell marker, or a command that failed (with `#` before it).
    case comment(String)
  }

  /// The most bytes of output that a log keeps; of later replies only the number of lines.
  public static let maxOutputBytes = 16 << 20

  /// The entries in order.
  public internal(set) var entries: [Entry] = []
  var outputBytes = 0

  /// Whether the last entry is a command with a mark.
  public var lastIsMarked: Bool {
    if case .command(_, _?, _)? = entries.last { true } else { false }
  }

  /// The commands in order.
  public var commands: [String] {
    entries.compactMap { if case .command(let text, _, _) = $0 { text } else { nil } }
  }

  /// The number of commands.
  public var commandCount: Int {
    entries.reduce(0) { if case .command = $1 { $0 + 1 } else { $0 } }
  }

  /// Makes an empty log.
  public init() {}

  /// Eight hexadecimal digits over every command so far, comments left out.
  ///
  /// A mark records it, so that a replay finds a changed line that changes no state.
  public var commandHash: String {
    var hash = ContentHash(seed: 3)
    for case .command(let text, _, _) in entries { hash.update(text) }
    let digits = String(UInt32(truncatingIfNeeded: hash.finalize()), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// Gives the last command a mark, unless it has one.
  public mutating func close(with mark: Mark?) {
    let last = entries.lastIndex { if case .command = $0 { true } else { false } }
    guard let mark, let last, case .command(let text, nil, let output) = entries[last] else {
      return
    }
    entries[last] = .command(text, stamped(mark), output: output)
  }

  /// Returns a mark that also records the commands so far.
  public func stamped(_ mark: Mark) -> Mark {
    var mark = mark
    mark.notes.append("log=" + commandHash)
    return mark
  }

  /// Adds a command that succeeded; its mark, if any, is stamped with the commands so far.
  public mutating func append(
    _ command: String, mark: Mark?, output: StoredOutput = StoredOutput()
  ) {
    let isTooMuch = outputBytes + output.bytes > Self.maxOutputBytes
    let output = isTooMuch ? .omitting(output.count) : output
    outputBytes += output.bytes
    entries.append(.command(command, nil, output: output))
    close(with: mark)
  }

  /// Makes the entries from an index on into one command, with their last mark, the files that all
  /// of them read and what they replied in order.
  public mutating func join(from begin: Int, into command: String) {
    var marks: [Mark] = []
    var replies = StoredOutput()
    for case .command(_, let mark, let output) in entries.dropFirst(begin) {
      if let mark { marks.append(mark) }
      replies.append(output)
      outputBytes -= output.bytes
    }
    entries.removeSubrange(min(begin, entries.count)...)
    var last = marks.last
    last?.notes.removeAll { $0.hasPrefix("log=") || $0.hasPrefix("reads=") }
    last?.notes += marks.flatMap(\.notes).filter { $0.hasPrefix("reads=") }
    append(command, mark: last, output: replies)
  }

  /// Adds the entries of another log from an index on.
  public mutating func append(_ other: SessionLog, from begin: Int) {
    entries += other.entries.dropFirst(begin)
  }

  /// Forgets the entries from an index on.
  public mutating func removeEntries(from begin: Int) {
    entries.removeSubrange(min(begin, entries.count)...)
  }

  /// Adds a comment; it must begin with `#`.
  public mutating func append(comment: String) {
    precondition(comment.hasPrefix("#"), "a comment begins with #")
    entries.append(.comment(comment))
  }

  private static let loadedEnding = " loaded here"
  private static let withMoments = " loaded here with its moments"

  /// The comment where a saved session was loaded: a replay forgets there the states of other
  /// moments, but for those that were stored with it.
  public static func loadedHere(_ name: String, hasMoments: Bool = false) -> String {
    "# session \(name)" + (hasMoments ? withMoments : loadedEnding)
  }

  /// Whether a comment is that of a loaded session.
  public static func isLoadedHere(_ comment: String) -> Bool {
    comment.hasPrefix("# session ")
      && (comment.hasSuffix(loadedEnding) || comment.hasSuffix(withMoments))
  }

  /// Whether the loaded session of such a comment had named moments and ends of branches.
  public static func hasMoments(_ comment: String) -> Bool { comment.hasSuffix(withMoments) }

  /// Commands and comments in order, without replies and marks.
  public var lines: [String] {
    entries.map {
      switch $0 {
      case .command(let text, _, _): text
      case .comment(let text): text
      }
    }
  }

  /// The log as a script.
  public var text: String { "version 1\n" + text(from: 0) }

  /// The log as a script with its last line, for a file.
  public var closedText: String { text + closing.text + "\n" }

  /// The entries from an index on as lines of a script, with what commands replied unless not asked
  /// for.
  public func text(from begin: Int, withReplies: Bool = true) -> String {
    var lines: [String] = []
    for entry in entries.dropFirst(begin) {
      switch entry {
      case .command(let text, let mark, let output):
        lines.append(text)
        if withReplies { lines += output.comments }
        if let mark { lines.append(mark.text) }
      case .comment(let text): lines.append(text)
      }
    }
    return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
  }
}
