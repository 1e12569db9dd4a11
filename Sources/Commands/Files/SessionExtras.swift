import CommandLanguage
import Files
import Sessions

/// What a session file keeps besides the model, and how a session goes on with it.
extension CommandContext {
  /// Variables, definitions, conditions, preferences, branches and recordings as they are now, with
  /// the moments that were stored.
  func extras(stored: Timeline.Stored = Timeline.Stored()) -> SessionExtras {
    var lines: [String] = []
    for (name, value) in shell.settings.logged.sorted(by: { $0.key < $1.key })
    where name != Settings.convolution.parameter.name {
      lines.append("set \(name) \(value.canonicalText)")
    }
    for (name, value) in shell.variables.sorted(by: { $0.key < $1.key }) {
      lines.append("let \(name) = \(value.canonicalText)")
    }
    lines += shell.definitions.sorted { $0.key < $1.key }.map(\.value.text)
    lines += shell.watches.map(\.text)
    return SessionExtras(
      shell: lines, held: conditionsThatHold, timeline: timeline, stored: stored)
  }

  /// Goes on with a session that the workbench has loaded: its log, shell and branches replace
  /// those that were there.
  ///
  /// - Parameters:
  ///   - loaded: What the session's file has besides the model.
  ///   - path: Where its files are, without ending.
  ///   - name: What the user calls it, if it has a name.
  /// - Returns: What of the shell could not be made again.
  func goOn(
    with loaded: Workbench.LoadedSession, at path: String, named name: String?
  ) -> [String] {
    log = SessionLog(text: loaded.log)
    logWasReplaced = true
    shell.variables = shell.givenVariables
    shell.definitions = [:]
    shell.watches = []
    // The convolution belongs to the model's configuration, which older files say twice.
    let convolution = "set \(Settings.convolution.parameter.name) "
    shell.settings.follow(workbench)
    let notes =
      runUnrecorded((loaded.extras?.shell ?? []).filter { !$0.hasPrefix(convolution) })
      + Self.notes(loaded.resumed, loaded.lostFiles)
    shell.heldConditions = Set(loaded.extras?.held ?? [])
    timeline.adopt(
      loaded.extras?.timeline, folder: path + Timeline.storedEnding, from: name)
    timeline.begin(with: ShellMoment(self))
    return notes
  }

  /// Writes the session: its log and, with `state`, the present state and those of other moments.
  ///
  /// Without `writesLog` the state is written beside a log that is there: the journal's.
  /// - Returns: The files, and the number of other states.
  /// Throws: `FileError`, or `SessionError` when the user stopped; then old files are as they were.
  func saveSession(
    at path: String, log: SessionLog, state: Bool = true, moments: Bool = true,
    writesLog: Bool = true,
    _ watcher: Timeline.Watcher = Timeline.Watcher()
  ) throws -> (files: [String], moments: Int) {
    guard state else {
      return (try workbench.saveSession(path, log: log, state: false), 0)
    }
    let folder = path + Timeline.storedEnding
    let stored =
      moments ? try timeline.store(in: folder, watcher) : Timeline.Stored()
    do {
      var files: [String] = []
      if writesLog {
        files = try workbench.saveSession(
          path, log: log, state: true, extras: extras(stored: stored))
      } else {
        try workbench.saveState(path, log: log, extras: extras(stored: stored))
      }
      timeline.removeStored(but: stored, in: folder)
      return (files, stored.count)
    } catch {
      stored.discard()
      throw error
    }
  }

  /// The conditions of watches and breaks that hold now.
  private var conditionsThatHold: [String] {
    shell.watches.filter { watch in
      let known = (try? Condition.state(watch.condition, self)) ?? nil
      return known ?? shell.heldConditions.contains(watch.text)
    }.map(\.text)
  }

  /// Says what going on with recordings did to their files.
  static func notes(_ resumed: [TrackResumption], _ lost: [FileError]) -> [String] {
    func rows(_ count: Int) -> String { "\(count) row\(count == 1 ? "" : "s")" }
    let done = resumed.filter { $0.cut > 0 || $0.added > 0 }.map {
      "  '\($0.path)' goes on from the step of the session: "
        + ($0.cut > 0 ? "\(rows($0.cut)) of later steps cut" : "\(rows($0.added)) written again")
    }
    return (done + lost.map { "  a recording goes on without its file: " + $0.message })
      .map { HarmlessText.line($0) }
  }

  /// Does to branches and undo what loading a session saved here does: a replay passes such a place.
  func forgetOtherStates(at comment: String) {
    shell.heldConditions = Set(conditionsThatHold)
    timeline.forgetMoments(keepingNamed: SessionLog.hasMoments(comment))
    timeline.begin(with: ShellMoment(self))
    log.append(comment: comment)
  }

  /// Whether commands that changed the state were run since the last save.
  var hasUnsavedChanges: Bool {
    log.entries.dropFirst(savedEntries).contains {
      if case .command(_, _?, _) = $0 { true } else { false }
    }
  }

  /// Leaves the journal of unsaved work behind and begins another one beside it; true when there was
  /// some.
  ///
  /// Where none can be begun, the present one goes on and the caller says that the work is gone.
  func leaveJournal() -> Bool {
    guard let journal, hasUnsavedChanges,
      let fresh = try? Journal(in: PathText.folder(of: journal.path))
    else { return false }
    self.journal = fresh
    return true
  }
}
