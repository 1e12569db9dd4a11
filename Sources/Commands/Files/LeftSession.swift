import CommandLanguage
import Files
import Sessions

/// What of a session is not in its timeline, kept while another session is in its place.
final class LeftSession {
  private let log: SessionLog
  private let savedEntries: Int
  private let savedAs: String?
  private let moment: ShellMoment
  private let heldConditions: Set<String>
  private let autosave: Autosave?
  /// The journal, whose lock it keeps.
  private let journal: Journal?

  /// Keeps what a context has.
  init(_ context: CommandContext) {
    log = context.log
    savedEntries = context.savedEntries
    savedAs = context.savedAs
    moment = ShellMoment(context)
    heldConditions = context.shell.heldConditions
    autosave = context.autosave
    journal = context.journal
  }

  /// Gives it back to the context.
  ///
  /// - Parameters:
  ///   - context: What commands work on.
  ///   - kept: The journal of the session that is left for it, when that has work which was not
  ///     saved: it stays as it is.
  /// - Throws: `Diagnostic` when a setting cannot be had any more.
  func restore(_ context: CommandContext, keeping kept: Journal?) throws {
    context.log = log
    context.savedEntries = savedEntries
    context.savedAs = savedAs
    context.shell.heldConditions = heldConditions
    context.autosave = autosave
    if let journal, journal !== kept, journal !== context.journal {
      if context.journal !== kept { context.journal?.remove() }
      context.journal = journal
    } else {
      // Both sessions had one; where no other can be begun, it becomes this one's.
      if let kept, kept === context.journal,
        let fresh = try? Journal(in: PathText.folder(of: kept.path))
      {
        context.journal = fresh
      }
      context.logWasReplaced = true
    }
    try moment.restore(context)
  }
}

extension CommandContext {
  /// Undoes `load session`: the session that was left goes on as if nothing had been loaded.
  func comeBack() throws -> Output {
    try exchange("undid") { try timeline.comeBack(leaving: $0) }
  }

  /// Brings back what `load session` loaded, with what can be redone in it.
  func goForward() throws -> Output {
    try exchange("redid") { try timeline.goForward(leaving: $0) }
  }

  private func exchange(
    _ verb: String, _ change: (LeftSession) throws -> Timeline.Exchange
  ) throws -> Output {
    let kept = hasUnsavedChanges ? journal : nil
    let saved = autosave != nil
    let (owner, arrival, files) = try change(LeftSession(self))
    try (owner as? LeftSession)?.restore(self, keeping: kept)
    var output = TimeTravel.output(arrival, self)
    var notes = Self.notes(files.resumed, files.lost)
    if saved != (autosave != nil) {
      notes.append("  autosave is \(saved ? "off" : "on"), as it was in this session")
    }
    output.content = .text(
      (["  \(verb) 'load session'", output.stableText] + notes).joined(separator: "\n"))
    output.replacesLog = true
    return output
  }
}
