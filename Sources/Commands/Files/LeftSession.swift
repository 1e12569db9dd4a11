import CommandLanguage
import Sessions

/// What of a session is not in its timeline, kept while another session is loaded in its place.
final class LeftSession {
  private let log: SessionLog
  private let savedEntries: Int
  private let savedAs: String?
  private let moment: ShellMoment
  private let heldWhenSaved: Set<String>
  private let autosave: Autosave?
  /// The journal, whose lock it keeps.
  private let journal: Journal?

  /// Keeps what a context has.
  init(_ context: CommandContext) {
    log = context.log
    savedEntries = context.savedEntries
    savedAs = context.savedAs
    moment = ShellMoment(context)
    heldWhenSaved = context.shell.heldWhenSaved
    autosave = context.autosave
    journal = context.journal
  }

  /// Gives it back to the context.
  func restore(_ context: CommandContext) throws {
    context.log = log
    context.savedEntries = savedEntries
    context.savedAs = savedAs
    context.shell.heldWhenSaved = heldWhenSaved
    context.autosave = autosave
    if let journal, context.journal !== journal {
      context.journal?.remove()
      context.journal = journal
    } else {
      context.logWasReplaced = true
    }
    try moment.restore(context)
  }
}

extension CommandContext {
  /// Undoes `load session`: the session that was left goes on as if nothing had been loaded.
  func comeBack() throws -> Output {
    let (owner, arrival, files) = try timeline.comeBack()
    try (owner as? LeftSession)?.restore(self)
    var output = TimeTravel.output(arrival, self)
    let notes = Self.notes(files.resumed, files.lost)
    output.content = .text(
      (["  undid 'load session'", output.stableText] + notes).joined(separator: "\n"))
    output.replacesLog = true
    return output
  }
}
