import CommandLanguage
import Files
import Foundation
import Sessions

/// Runs a recorded session again in a session of its own and compares every mark.
struct Replay {
  /// What a replay found.
  struct Result {
    var commands = 0
    var marks = 0
    var matching = 0
    /// How many commands, or lines of several, had their replies compared.
    var outputs = 0
    /// Where the first difference is, as `file:line`, and what it is.
    var difference: (place: String, text: String)?
  }

  let source: SourceText
  let isVerified: Bool
  /// Whether replies are compared with the `#> ` lines after their commands.
  let comparesOutputs: Bool
  let threads: Int
  let memoryLimit: Int
  /// How many replays this one runs in.
  let depth: Int
  let cancellation: any Cancellation

  /// Runs the session; outputs are written under a temporary folder that is removed afterwards.
  ///
  /// `progress` hears of each command that begins, and how far a long one is.
  /// Throws: `Diagnostic` of the first command that fails.
  func run(progress: @escaping (WorkProgress) -> Void) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("dyad-replay-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let context = CommandContext(
      cancellation: cancellation, workbench: Workbench(threads: threads))
    context.workbench.memoryLimit = memoryLimit
    context.replayDepth = depth + 1
    context.onProgress = { state in if case .line = state { return } else { progress(state) } }
    context.shell.files.redirection = folder.path
    let interpreter = Interpreter(context)
    SessionRecorder.attach(to: interpreter)
    return try run(interpreter, context, progress)
  }

  private func run(
    _ interpreter: Interpreter, _ context: CommandContext, _ progress: (WorkProgress) -> Void
  ) throws -> Result {
    let items: [ScriptItem]
    do {
      items = try Lexer.items(of: source)
    } catch let error as Diagnostic {
      var located = error.located(in: source)
      if isVerified { located.exitStatus = 2 }
      throw located
    }
    var result = Result()
    var isClosed = false
    /// Whether the last command has had its mark.
    var isMarked = true
    var replies = ReplyCheck(source: source, items: items)
    let record = interpreter.hooks.didReply
    interpreter.hooks.didReply = { text, isLogged in
      record(text, isLogged)
      // The log has no reply of what it does not have; alone on a line it may be expected.
      if isLogged || interpreter.isAtTopLevel {
        replies.take(context.shell.files.withGivenPaths(text))
      }
    }
    let count = items.count { if case .command = $0 { true } else { false } }
    for (i, item) in items.enumerated() {
      switch item {
      case .command(let statement):
        if statement.text.hasPrefix("version ") {
          try interpreter.checkLanguageVersion(statement)
          continue
        }
        if isVerified, let mark = mark(after: i, in: items),
          let changed = SessionRecorder.changedFile(mark, files: context.shell.files)
        {
          result.difference = (place(statement.range.lowerBound), changed)
          return result
        }
        if isVerified, isClosed {
          result.difference = (
            place(statement.range.lowerBound), "'\(statement.text)' stands after the closing line"
          )
          return result
        }
        progress(.status("  \(result.commands + 1)/\(count)  \(statement.text)"))
        replies.begin(at: i)
        if let error = interpreter.runReplayed(statement) {
          guard isVerified, !cancellation.isRequested else { throw error }
          result.difference = (
            place(statement.range.lowerBound), "'\(statement.text)' failed: \(error.message)"
          )
          return result
        }
        result.commands += 1
        isMarked = false
        if isVerified, context.log.lastIsMarked, mark(after: i, in: items) == nil {
          result.difference = (
            place(statement.range.lowerBound),
            "'\(statement.text)' changed the state or read a file, expected its '#=' line after it"
          )
          return result
        }
        guard comparesOutputs else { continue }
        switch replies.compare(after: i) {
        case .nothingExpected: break
        case .same: result.outputs += 1
        case .differs(let place, let text):
          result.difference = (place, text)
          return result
        }
      case .comment(let text, let range):
        if SessionLog.isLoadedHere(text) { context.forgetOtherStates(at: text) }
        guard text.hasPrefix("#=") else { continue }
        if let closing = SessionLog.Closing(text) {
          let found = context.log.closing
          guard isVerified else { continue }
          if closing != found || isClosed {
            result.difference = (
              place(range.lowerBound),
              isClosed
                ? "the closing line stands there twice"
                : "the end: expected \(closing.text), found \(found.text)"
            )
            return result
          }
          if !isMarked, context.workbench.mark != nil {
            result.difference = (
              place(range.lowerBound), "expected the last command's '#=' line before the end"
            )
            return result
          }
          isClosed = true
          continue
        }
        guard let mark = SessionLog.Mark(text) else {
          guard isVerified else { continue }
          result.difference = (
            place(range.lowerBound), "expected a fingerprint, found '\(text.prefix(60))'"
          )
          return result
        }
        result.marks += 1
        guard isVerified else { continue }
        if isMarked {
          result.difference = (place(range.lowerBound), "a fingerprint that belongs to no command")
          return result
        }
        isMarked = true
        let now = context.workbench.mark.map(context.log.stamped)
        if let difference = compare(mark, now) {
          let command = lastCommand(before: i, in: items)
          result.difference = (
            place(range.lowerBound), "after '\(command)' \(difference)"
          )
          return result
        }
        result.matching += 1
      }
    }
    if isVerified, result.marks > 0, !isClosed {
      result.difference = (
        place(source.bytes.count), "expected '#= end …' as the last line, found the end of the file"
      )
    }
    return result
  }

  private func lastCommand(before index: Int, in items: [ScriptItem]) -> String {
    for case .command(let statement) in items[..<index].reversed() { return statement.text }
    return "the beginning"
  }

  private func mark(after index: Int, in items: [ScriptItem]) -> SessionLog.Mark? {
    // The stored reply stands between a command and its mark.
    for item in items[(index + 1)...] {
      guard case .comment(let text, _) = item else { return nil }
      if !text.hasPrefix("#>") { return SessionLog.Mark(text) }
    }
    return nil
  }

  private func place(_ offset: Int) -> String {
    "\(source.name ?? "session"):\(source.position(of: offset).line)"
  }

  private func compare(_ recorded: SessionLog.Mark, _ now: SessionLog.Mark?) -> String? {
    guard let now else { return "expected \(recorded.text), found no state" }
    if recorded.step != now.step {
      return "step: expected \(recorded.step), found \(now.step)"
    }
    func note(_ mark: SessionLog.Mark, _ name: String) -> String {
      mark.notes.first { $0.hasPrefix(name) } ?? name + "none"
    }
    if note(recorded, "config=") != note(now, "config=") {
      return "configuration: expected \(note(recorded, "config=")), "
        + "found \(note(now, "config="))"
    }
    if recorded.fingerprint != now.fingerprint {
      return "fingerprint: expected \(recorded.fingerprint ?? "none"), "
        + "found \(now.fingerprint ?? "none")"
    }
    if note(recorded, "log=") != "log=none", note(recorded, "log=") != note(now, "log=") {
      return "the commands since the mark before are not those that were recorded: expected "
        + "\(note(recorded, "log=")), found \(note(now, "log="))"
    }
    return nil
  }
}
