import CommandLanguage
import Files
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
    /// Which other moments that state came with; nil when there are none.
    public var others: String?
    /// The number of completed steps.
    public var step = 0
    /// What of the shell could not be made again.
    public var notes: [String] = []
    /// Why it is not all, when it is not.
    public var shortfall: String?
  }

  /// What the log calls the session of a journal.
  private static let journalName = "of the journal"

  private let interpreter: Interpreter
  private var context: CommandContext { interpreter.context }

  /// Recovers into the session of an interpreter, which should be a new one.
  public init(_ interpreter: Interpreter) { self.interpreter = interpreter }

  /// Loads the state that was saved last and runs the commands after it again, each fingerprint
  /// compared; without a state that fits, or not to use it, every command is run again.
  ///
  /// - Parameters:
  ///   - abandoned: The journal.
  ///   - usesState: Whether a state may stand for commands.
  ///   - forgetsAtRecoveries: Whether moments are gone where an earlier recovery had not all.
  ///   - progress: Receives each command that is run again.
  /// - Returns: What was brought back.
  public func run(
    _ abandoned: Journal.Abandoned, usesState: Bool = true, forgetsAtRecoveries: Bool = true,
    progress: (String) -> Void = { _ in }
  ) -> Result {
    let journal = abandoned.log.commands
    var result = Result()
    var done = 0
    let files = context.shell.files
    // What the commands write again stays away from the user's files, those of recordings too.
    let folder =
      FileManager.default.temporaryDirectory.path + "/dyad-recover-\(UUID().uuidString)"
    files.redirection = folder
    defer {
      try? FileManager.default.removeItem(atPath: folder)
      files.redirection = nil
    }
    if usesState, let saved = savedState(of: abandoned),
      let loaded = try? context.workbench.loadSession(saved.path, leavingTracks: true)
    {
      let shape = loaded.extras?.timeline
      result.isFromState = true
      result.others = shape?.storedText
      result.notes = context.goOn(with: loaded, at: saved.path, named: nil)
      context.log.append(
        comment: SessionLog.loadedHere(Self.journalName, hasMoments: shape?.hasStored == true))
      done = min(saved.log.commandCount, journal.count)
      result.commands = saved.log.commandCount
    }
    var log = abandoned.log
    if !usesState, let saved = savedState(of: abandoned) {
      // What the command that was not over had done when the state was written.
      log.append(saved.log, from: log.entries.count)
    }
    result.shortfall = rerun(
      log, from: done, forgetsAtRecoveries, &result, progress
    ).map(
      files.withGivenPaths)
    resumeTracks(of: abandoned, &result)
    if result.shortfall == nil { resumeAutosave(of: abandoned, &result) }
    result.step = context.workbench.summary.step
    return result
  }

  /// The state that fits the journal and has most of its commands, or more than it: one of the
  /// middle of a command ends in steps that the journal does not have.
  private func savedState(
    of abandoned: Journal.Abandoned
  ) -> (path: String, log: SessionLog)? {
    // Comments count too: where a session was loaded, another one began.
    let journal = abandoned.log.lines
    let named = abandoned.running.autosave?.path
    let paths = (named.map { [$0] } ?? []) + (abandoned.hasState ? [abandoned.path] : [])
    let fitting = paths.compactMap { path -> (path: String, log: SessionLog)? in
      guard let saved = try? context.workbench.logOfState(path) else { return nil }
      let lines = saved.lines
      let count = min(lines.count, journal.count)
      guard count > 0, lines.prefix(count) == journal.prefix(count) else { return nil }
      return (path, saved)
    }
    return fitting.max { $0.log.commandCount < $1.log.commandCount }
  }

  /// Turns autosave on again as it was.
  private func resumeAutosave(of abandoned: Journal.Abandoned, _ result: inout Result) {
    guard let saving = abandoned.running.autosave, let pace = Autosave.Pace(noted: saving.pace)
    else { return }
    context.autosave = Autosave(
      pace, path: saving.path, step: context.workbench.summary.step)
    // Its files are this session's own.
    for ending in [".safetensors", ".dyad"] {
      if let path = saving.path { context.shell.files.didWrite(path + ending) }
    }
    result.notes.append("  autosave is on again: 'autosave show'")
  }

  /// Lets the recordings go on with the user's files, which end with the last recovered step then.
  ///
  /// A session that came back in part leaves them: the whole one may still be recovered.
  private func resumeTracks(of abandoned: Journal.Abandoned, _ result: inout Result) {
    let bench = context.workbench
    let files = context.shell.files
    var copies: [String: [UInt8]] = [:]
    for path in bench.tracks.compactMap(\.path) {
      let copy = files.readPath(path)
      if copy != path { copies[path] = try? ByteFile.contents(of: copy, limit: 1 << 30) }
    }
    files.redirection = nil
    guard result.shortfall == nil else {
      let lost = bench.leaveTrackFiles("is left as it is, for not all came back")
      result.notes += CommandContext.notes([], lost)
      return
    }
    let (resumed, lost) = bench.resumeTracks(
      copy: { track in track.path.flatMap { copies[$0] } },
      firstLine: { track in track.path.flatMap { abandoned.running.recordings[$0] } })
    for track in bench.tracks where !track.isWithoutFile {
      if let path = track.path { files.didWrite(path) }
    }
    result.notes += CommandContext.notes(resumed, lost)
  }

  /// Runs the commands of a log from one on; returns why it stopped before the end.
  private func rerun(
    _ log: SessionLog, from done: Int, _ forgetsAtRecoveries: Bool, _ result: inout Result,
    _ progress: (String) -> Void
  ) -> String? {
    var index = 0
    for entry in log.entries {
      if case .comment(let text) = entry, SessionLog.isLoadedHere(text), index > done,
        forgetsAtRecoveries
          || text != SessionLog.loadedHere(Self.journalName)
            && text != SessionLog.loadedHere(Self.journalName, hasMoments: true)
      {
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
      if context.cancellation.isRequested { return "the user stopped it in '\(text)'" }
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

  /// Goes to the folder that a journal's session ran in: its paths start there.
  ///
  /// - Returns: What to tell the user when that is another folder than the present one.
  /// - Throws: `Diagnostic` when the folder cannot be gone to.
  public static func enterFolder(of abandoned: Journal.Abandoned) throws -> String? {
    let manager = FileManager.default
    guard let folder = abandoned.folder, folder != manager.currentDirectoryPath else { return nil }
    guard manager.changeCurrentDirectoryPath(folder) else {
      throw Diagnostic(
        "the session ran in \(Diagnostic.quote(folder)), which "
          + (manager.fileExists(atPath: folder) ? "cannot be entered" : "is not there any more")
          + ": its files are looked for there; the journal stays in '\(abandoned.path).dyad'",
        help: "dyad --recover, once the folder is there again")
    }
    return "  in \(Diagnostic.quote(folder)), the folder of that session"
  }
}

extension CommandContext {
  /// Begins the journal of a prompt; without a place to write it there is none.
  ///
  /// - Parameters:
  ///   - folder: Where journals are.
  ///   - part: The journal of which only a part came back, when the session begins with that.
  /// - Returns: What to tell the user when there is none.
  public func beginJournal(
    in folder: String = Journal.standardFolder, after part: Journal.Abandoned? = nil
  ) -> String? {
    do {
      let fresh = try Journal(in: folder, after: part)
      try fresh.keep(log)
      journal = fresh
      keepRunning()
      return nil
    } catch {
      return "  no journal: \(Interpreter.diagnostic(error).message)"
    }
  }

  /// Goes on with the moments that the state of a journal came with.
  ///
  /// - Returns: Whether this session's journal has them; else they are used where they are, and must
  ///   stay there.
  public func takeMoments(of abandoned: Journal.Abandoned) -> Bool {
    guard let journal else { return false }
    do {
      try timeline.moveStored(
        from: abandoned.path + Timeline.storedEnding, to: journal.path + Timeline.storedEnding)
      return true
    } catch {
      return false
    }
  }

  /// Lets the journal know what runs beside the commands: recordings, also those that begin in the
  /// middle of a long command, and autosave.
  func keepRunning() {
    guard let journal else { return }
    var running = Journal.Running()
    for track in workbench.tracks where !track.isWithoutFile {
      if let path = track.path { running.recordings[path] = track.firstLine }
    }
    running.autosave = autosave.map { Journal.Saving(pace: $0.pace.noted, path: $0.path) }
    journal.keep(running)
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

extension Journal.Abandoned {
  /// Whether the files that the session was saved to are there.
  public var isSaved: Bool {
    guard let saved else { return false }
    let path = saved.hasPrefix("/") ? saved : (folder ?? "") + "/" + saved
    return Workbench.isState(path + ".safetensors")
  }

  /// What a new prompt says of it.
  public var announcement: String {
    let count = log.commandCount
    let session = "a session of \(count) command\(count == 1 ? "" : "s")"
    guard let saved, isSaved else {
      return "\(session) ended without being saved: dyad --recover goes on with it"
    }
    let place = HarmlessText.line(Quoting.quoted(saved))
    let isElsewhere =
      !saved.hasPrefix("/") && folder != FileManager.default.currentDirectoryPath
    return "\(session) was saved and then ended without 'quit': load session \(place)"
      + (isElsewhere ? folder.map { ", in \(Diagnostic.quote($0))" } ?? "" : "")
  }
}
