import CommandLanguage
import Foundation
import Sessions

/// Brings back a session whose process ended without saving.
public struct Recovery {
  /// What was brought back.
  public struct Result: Sendable, Equatable {
    /// The commands that are in the session again.
    public var commands = 0
    /// How many of them were run again rather than loaded.
    public var rerun = 0
    /// Whether they were loaded from the state that `autosave` wrote.
    public var isFromState = false
    /// The number of completed steps.
    public var step = 0
    /// What of the shell could not be made again.
    public var notes: [String] = []
    /// Why it is not all, when it is not.
    public var shortfall: String?
  }

  private let interpreter: Interpreter
  private var context: CommandContext { interpreter.context }

  /// Recovers into the session of an interpreter, which should be a new one.
  public init(_ interpreter: Interpreter) { self.interpreter = interpreter }

  /// Loads the state that was saved last and runs the commands after it again, each fingerprint
  /// compared; without a state that fits, or not to use it, every command is run again.
  public func run(
    _ abandoned: Journal.Abandoned, usesState: Bool = true,
    progress: (String) -> Void = { _ in }
  ) -> Result {
    let journal = Self.commands(abandoned.log)
    var result = Result()
    var done = 0
    if usesState, abandoned.hasState,
      let log = try? context.workbench.logOfState(abandoned.path)
    {
      let saved = Self.commands(log)
      // A state of the middle of a command ends in steps that the journal does not have.
      let isAhead = saved.count >= journal.count && saved.prefix(journal.count) == journal[...]
      let isBefore = journal.prefix(saved.count) == saved[...]
      if isAhead || isBefore, let loaded = try? context.workbench.loadSession(abandoned.path) {
        result.isFromState = true
        result.notes = context.goOn(with: loaded, at: abandoned.path, named: nil)
        context.log.append(comment: SessionLog.loadedHere("of the journal"))
        done = min(saved.count, journal.count)
        result.commands = saved.count
      }
    }
    context.shell.files.redirection =
      FileManager.default.temporaryDirectory.path + "/dyad-recover-\(getpid())"
    defer {
      if let folder = context.shell.files.redirection {
        try? FileManager.default.removeItem(atPath: folder)
      }
      context.shell.files.redirection = nil
    }
    result.shortfall = rerun(abandoned.log, from: done, &result, progress)
    result.step = context.workbench.summary.step
    return result
  }

  /// Runs the commands of a log from one on; returns why it stopped before the end.
  private func rerun(
    _ log: SessionLog, from done: Int, _ result: inout Result, _ progress: (String) -> Void
  ) -> String? {
    var index = 0
    for entry in log.entries {
      if case .comment(let text) = entry, SessionLog.isLoadedHere(text), index > done {
        context.forgetOtherStates(at: text)
      }
      guard case .command(let text, let mark, _) = entry else { continue }
      defer { index += 1 }
      if index < done { continue }
      progress(text)
      let items = (try? Lexer.items(of: SourceText(text))) ?? []
      for case .command(let statement) in items {
        guard let error = interpreter.runReplayed(statement) else { continue }
        // A look that needs what no file holds, as the batch of the last step, changes nothing; the
        // log has it as one that failed, for a replay would not find the batch either.
        guard mark == nil, result.isFromState else {
          return "'\(text)' failed: \(error.message)"
        }
        result.notes.append("  not shown again: '\(text)': \(error.message)")
      }
      result.commands += 1
      result.rerun += 1
      let now = context.workbench.mark
      if let expected = mark?.fingerprint, expected != now?.fingerprint {
        return "after '\(text)' the fingerprint is \(now?.fingerprint ?? "none"), "
          + "it was \(expected)"
      }
    }
    return nil
  }

  private static func commands(_ log: SessionLog) -> [String] {
    log.entries.compactMap { if case .command(let text, _, _) = $0 { text } else { nil } }
  }
}

extension CommandContext {
  /// Begins the journal of a prompt; without a place to write it there is none.
  ///
  /// - Returns: What to tell the user when there is none.
  public func beginJournal(in folder: String = Journal.standardFolder) -> String? {
    do {
      let fresh = try Journal(in: folder)
      try fresh.keep(log)
      journal = fresh
      return nil
    } catch {
      return "  no journal: \(Interpreter.diagnostic(error).message)"
    }
  }

  /// Ends the journal: it stays when the session has changes that were not saved.
  ///
  /// - Returns: What to tell the user about it.
  public func endJournal() -> String? {
    guard let journal else { return nil }
    guard hasUnsavedChanges else {
      journal.remove()
      return nil
    }
    do { try journal.keep(log) } catch {
      return "  not saved, and the journal is not whole: \(Interpreter.diagnostic(error).message)"
    }
    return "  not saved: dyad --recover brings this session back"
  }
}
