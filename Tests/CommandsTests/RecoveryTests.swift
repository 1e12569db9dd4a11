import CommandLanguage
import Foundation
import Sessions
import TestSupport
import Testing

@testable import Commands

/// A session that ended without being saved comes back, bit for bit.
@Suite struct RecoveryTests {
  private static let setup = [
    "seed 3", "data demo n=60", "backbone small width=2",
    "method simsiam-multi batch=20 proj=[8,4] pred=2 start=1epochs",
  ]

  /// Runs lines with a journal and gives it up as a killed process does.
  private func abandon(
    _ lines: [String], in folder: String
  ) throws -> (mark: SessionLog.Mark?, left: Journal.Abandoned) {
    let session = try TrainedSession()
    _ = session.context.beginJournal(in: folder)
    for line in Self.setup + lines { _ = try session.output(line) }
    let mark = session.bench.mark
    session.context.journal = nil
    return (mark, try #require(Journal.abandoned(in: folder).first))
  }

  private func recovered(_ left: Journal.Abandoned) throws -> (TrainedSession, Recovery.Result) {
    let session = try TrainedSession()
    let result = Recovery(session.interpreter).run(left)
    #expect(result.shortfall == nil)
    return (session, result)
  }

  @Test func everyCommandIsRunAgainWithoutAState() throws {
    try withTemporaryFolder { folder in
      let (mark, left) = try abandon(
        [
          "step 5", "optim sgd lr=0.3", "save session \(folder)/s", "repeat 2 { step 2 }",
        ], in: folder)
      let (session, result) = try recovered(left)
      #expect(session.bench.mark == mark && result.rerun == 8 && result.step == 9)
      #expect(session.context.log == left.log)
      // The commands can be undone as if they had been typed.
      _ = try session.output("undo 2; step 1")
      #expect(session.bench.summary.step == 6)
    }
  }

  /// Killed in the middle of a block, the commands that were done in it come back.
  @Test(arguments: ["", "autosave every=3steps"]) func whatABlockHasDoneIsKept(
    autosave: String
  ) throws {
    try withTemporaryFolder { folder in
      let session = try TrainedSession()
      _ = session.context.beginJournal(in: folder + "/j")
      let lines = Self.setup + (autosave.isEmpty ? [] : [autosave])
      for line in lines { _ = try session.output(line) }
      let block = "for i in [0.1,0.2,0.3] { step 2; swap optim lr=$i; try step 0 }"
      var replies = 0
      session.interpreter.run(block) { _ in
        replies += 1
        guard replies == 5 else { return }
        // As if it were killed here, in the second turn.
        try? FileManager.default.copyItem(atPath: folder + "/j", toPath: folder + "/k")
      }
      let left = try #require(Journal.abandoned(in: folder + "/k").first)
      let (other, result) = try recovered(left)
      #expect(result.step == 4 && other.bench.summary.step == 4)
      #expect(result.isFromState == !autosave.isEmpty)
      let straight = try TrainedSession()
      for line in Self.setup + ["step 2", "swap optim lr=0.1", "step 2", "swap optim lr=0.2"] {
        _ = try straight.output(line)
      }
      #expect(other.bench.mark == straight.bench.mark)
      #expect(other.context.shell.variables["i"] != nil)
      // The block that has ended is one command again.
      session.context.journal = nil
      let whole = try #require(Journal.abandoned(in: folder + "/j").first)
      #expect(whole.log == session.context.log)
      if autosave.isEmpty { #expect(whole.log.commands.last == block) }
    }
  }

  /// Running every command again comes as far as the state of the middle of the last one.
  @Test func runningAllAgainComesToTheAutosave() throws {
    try withTemporaryFolder { folder in
      let (_, left) = try abandon(["autosave every=2steps", "step 4"], in: folder)
      // As if the process had been killed in a later `epoch 60`.
      let midway = try TrainedSession()
      _ = midway.context.beginJournal(in: folder + "/other")
      for line in Self.setup + ["autosave every=2steps", "step 4", "step 7"] {
        _ = try midway.output(line)
      }
      try midway.bench.saveState(left.path, log: midway.context.log)
      let session = try TrainedSession()
      let result = Recovery(session.interpreter).run(
        left, usesState: false, forgetsAtRecoveries: false)
      #expect(result.shortfall == nil && result.step == 11 && !result.isFromState)
      #expect(session.bench.mark == midway.bench.mark)
      _ = try session.output("undo")
      #expect(session.bench.summary.step == 4)
    }
  }

  /// Rows that only the metric log has are counted on.
  @Test func recordingsWithoutFilesKeepTheirCount() throws {
    try withTemporaryFolder { folder in
      let (_, left) = try abandon(["track loss", "autosave every=3steps", "step 3"], in: folder)
      let (session, result) = try recovered(left)
      #expect(result.isFromState)
      _ = try session.output("step 2")
      #expect(try #require(session.table("track list").rows.first).last == .int(5))
    }
  }

  @Test func aSavedSessionIsNotCalledLost() throws {
    try withTemporaryFolder { folder in
      let (_, left) = try abandon(
        ["step 2", "save session \"\(folder)/a b\"", "show state"], in: folder + "/j")
      #expect(left.saved == folder + "/a b")
      #expect(
        left.announcement
          == "a session of 7 commands was saved and then ended without 'quit': "
          + "load session \"\(folder)/a b\"")
      left.remove()
      let (_, more) = try abandon(
        ["step 2", "save session \"\(folder)/c\"", "step"], in: folder + "/j")
      #expect(more.saved == nil && more.announcement.contains("without being saved"))
      more.remove()
      // A log alone, and files that are gone, are nothing to load.
      let (_, log) = try abandon(
        ["step 2", "save session \"\(folder)/d\" state=off"], in: folder + "/j")
      #expect(!log.isSaved && log.announcement.contains("without being saved"))
      log.remove()
      let (_, gone) = try abandon(["step 2", "save session \"\(folder)/e\""], in: folder + "/j")
      #expect(gone.isSaved)
      try FileManager.default.removeItem(atPath: folder + "/e.safetensors")
      #expect(!gone.isSaved && gone.announcement.contains("dyad --recover"))
    }
  }

  @Test func theStateThatWasSavedLastIsLoaded() throws {
    try withTemporaryFolder { folder in
      let (mark, left) = try abandon(["autosave every=4steps", "step 5", "step 3"], in: folder)
      #expect(left.hasState)
      let (session, result) = try recovered(left)
      // Saved after `step 5`; only what followed is run again.
      #expect(session.bench.mark == mark && result.rerun == 1 && result.step == 8)
      let entries = session.context.log.entries
      let place = try #require(
        entries.firstIndex(of: .comment(SessionLog.loadedHere("of the journal"))))
      #expect(place == 5 && Array(entries[..<5] + entries[6...]) == left.log.entries)
    }
  }

  @Test func aLookAtTheLastBatchIsPassedOver() throws {
    try withTemporaryFolder { folder in
      let (mark, left) = try abandon(
        ["autosave every=1steps", "step 3", "stats z1", "step 2"], in: folder)
      // As if the process had been killed before the second autosave.
      let earlier = try TrainedSession()
      for line in Self.setup + ["step 3"] { _ = try earlier.output(line) }
      try earlier.bench.saveState(left.path, log: earlier.context.log)
      let (session, result) = try recovered(left)
      #expect(session.bench.mark == mark && result.isFromState && result.rerun == 2)
      #expect(result.notes.contains { $0.hasPrefix("  not shown again: 'stats z1': the batch") })
      let entries = session.context.log.entries
      guard case .command("step 2", _, _) = entries.last else {
        Issue.record("the last entry is \(entries.last.map { "\($0)" } ?? "none")")
        return
      }
      #expect(
        entries.dropLast().last
          == .comment(
            "# failed: stats z1 — the batch of step 3 is not here, nor the step before it, as "
              + "after 'load'"))
    }
  }

  /// What `autosave` keeps beside the journal is what `save session` keeps.
  @Test(arguments: ["autosave every=1steps", "autosave FOLDER/nn every=1steps"])
  func theAutosaveHasNamedMomentsAndBranches(autosave: String) throws {
    try withTemporaryFolder { folder in
      let lines = [
        "step 3", "snap a", "step 2", "rewind @a", "branch zz", "step 4",
        autosave.replacing("FOLDER", with: folder), "step 5",
      ]
      let (mark, left) = try abandon(lines, in: folder + "/j")
      let (session, result) = try recovered(left)
      #expect(result.isFromState && result.rerun == 0 && session.bench.mark == mark)
      #expect(result.others == "with the states of @a @main")
      #expect(result.notes == ["  autosave is on again: 'autosave show'"])
      _ = session.context.beginJournal(in: folder + "/j")
      let hasMoments = session.context.takeMoments(of: left)
      #expect(hasMoments)
      left.remove(withMoments: hasMoments)
      let straight = try TrainedSession()
      for line in Self.setup + lines.filter({ !$0.hasPrefix("autosave") }) {
        _ = try straight.output(line)
      }
      for line in ["rewind @a", "step", "switch main", "step 2", "switch zz", "step 1"] {
        #expect(
          session.text(line).split(separator: "\n").first
            == straight.text(line).split(separator: "\n").first, "\(line)")
        #expect(session.bench.mark == straight.bench.mark, "\(line)")
      }
      // Autosave went on, with the files of before the crash or the new journal's.
      let place = autosave.contains("nn") ? folder + "/nn" : session.context.journal?.path ?? ""
      let again = try TrainedSession()
      _ = try again.output("load session \(place)")
      #expect(again.bench.mark == straight.bench.mark)
      // Without the state, as the journal of the recovered session has it all.
      let journal = try #require(session.context.journal?.path)
      session.context.journal = nil
      let second = try #require(Journal.abandoned(in: folder + "/j").first)
      #expect(second.path == journal)
      let third = try TrainedSession()
      let all = Recovery(third.interpreter).run(
        second, usesState: false, forgetsAtRecoveries: false)
      #expect(all.shortfall == nil && third.bench.mark == straight.bench.mark)
      #expect(third.text("rewind @s1").contains("step 1"))
      second.remove()
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/j")
      #expect(files.isEmpty, "\(files)")
    }
  }

  /// Without a journal to move them to, moments stay where the recovered session finds them.
  @Test func momentsThatCannotBeMovedStay() throws {
    try withTemporaryFolder { folder in
      let (_, left) = try abandon(
        ["step 3", "snap a", "autosave every=1steps", "step 2"], in: folder)
      let (session, result) = try recovered(left)
      #expect(result.others == "with the states of @a")
      let hasMoments = session.context.takeMoments(of: left)
      #expect(!hasMoments)
      left.remove(withMoments: hasMoments)
      _ = try session.output("rewind @a")
      #expect(session.bench.summary.step == 3)
    }
  }

  /// A named autosave in the middle of a command has more than the journal.
  @Test func aNamedAutosaveIsRecovered() throws {
    try withTemporaryFolder { folder in
      let (_, left) = try abandon(
        ["step 3", "autosave \(folder)/nn every=1steps", "step 1"], in: folder + "/j")
      let path = left.path + ".dyad"
      let before = try String(contentsOfFile: path, encoding: .utf8)
      let session = try TrainedSession()
      for line in Self.setup + ["step 3", "step 1", "step 5"] { _ = try session.output(line) }
      try session.bench.saveState(folder + "/nn", log: session.context.log)
      let found = try #require(Journal.abandoned(in: folder + "/j").first)
      #expect(found.running.autosave == Journal.Saving(pace: "steps=1", path: folder + "/nn"))
      let (again, result) = try recovered(found)
      #expect(result.isFromState && result.step == 9 && result.rerun == 0)
      #expect(again.bench.mark == session.bench.mark)
      // One of another session is passed over.
      for line in ["undo", "step 2", "optim sgd lr=0.3"] { _ = try session.output(line) }
      try session.bench.saveState(folder + "/nn", log: session.context.log)
      try before.replacing("step 1\n", with: "step 2\n").write(
        toFile: path, atomically: true, encoding: .utf8)
      let other = try #require(Journal.abandoned(in: folder + "/j").first)
      let third = try TrainedSession()
      #expect(!Recovery(third.interpreter).run(other).isFromState)
    }
  }

  /// A state from before another session was loaded is not of what the journal has.
  @Test func aStateOfTheSessionBeforeALoadIsPassedOver() throws {
    try withTemporaryFolder { folder in
      let (mark, left) = try abandon(
        [
          "step 1", "save session \(folder)/a", "autosave every=1steps", "step 5",
          "autosave off", "save session \(folder)/b", "load session \(folder)/a",
          // The session that was left goes, as it does with the process.
          "set spill 0", "set snapshots 0",
        ], in: folder + "/j")
      #expect(left.hasState && mark?.fingerprint != nil)
      let (session, result) = try recovered(left)
      #expect(session.bench.mark == mark && result.step == 1)
    }
  }

  /// Autosave before there is a model, as after an undo, leaves the journal what it is.
  @Test func autosaveWithoutAModel() throws {
    try withTemporaryFolder { folder in
      let (mark, left) = try abandon(
        ["autosave every=3steps", "step 4", "undo", "step 1"], in: folder)
      let (session, result) = try recovered(left)
      #expect(result.commands == Self.setup.count + 3 && session.bench.mark == mark)
      #expect(result.step == 1)
    }
  }

  @Test func withoutTheStateOtherMomentsAreThereAgain() throws {
    try withTemporaryFolder { folder in
      let (mark, left) = try abandon(
        ["autosave every=3steps", "step 4", "undo", "step 1"], in: folder)
      let state = try TrainedSession()
      for line in Self.setup + ["step 4"] { _ = try state.output(line) }
      try state.bench.saveState(left.path, log: state.context.log)
      let session = try TrainedSession()
      let first = Recovery(session.interpreter).run(left)
      #expect(first.isFromState && first.shortfall?.hasPrefix("'undo' failed: nothing") == true)
      let other = try TrainedSession()
      let second = Recovery(other.interpreter).run(left, usesState: false)
      #expect(second.shortfall == nil && !second.isFromState && other.bench.mark == mark)
      #expect(other.context.log == left.log)
    }
  }

  @Test func aStateOfTheMiddleOfACommandCounts() throws {
    try withTemporaryFolder { folder in
      let (_, left) = try abandon(["autosave every=2steps", "step 5"], in: folder)
      // As if the process had been killed inside a last `step 6`, before it was in the journal.
      let session = try TrainedSession()
      for line in Self.setup + ["step 5"] { _ = try session.output(line) }
      var log = session.context.log
      _ = try session.output("step 4")
      log.append("step 4", mark: session.bench.mark)
      try session.bench.saveState(left.path, log: log)
      let (again, result) = try recovered(left)
      #expect(again.bench.mark == session.bench.mark && result.step == 9 && result.rerun == 0)
    }
  }

  @Test func aStateThatIsDamagedOrDoesNotFitIsPassedOver() throws {
    try withTemporaryFolder { folder in
      let (mark, left) = try abandon(["autosave every=1step", "step 5"], in: folder)
      let path = left.path + ".safetensors"
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes[bytes.count - 5] ^= 0xFF
      try bytes.write(to: URL(fileURLWithPath: path))
      let (session, result) = try recovered(left)
      #expect(session.bench.mark == mark && result.rerun == 5)
      try Data("no state".utf8).write(to: URL(fileURLWithPath: path))
      #expect(try recovered(left).0.bench.mark == mark)
    }
  }

  @Test func theJournalStaysOnlyForWhatWasNotSaved() throws {
    try withTemporaryFolder { folder in
      let session = try TrainedSession(redirectsFiles: true)
      _ = session.context.beginJournal(in: folder)
      #expect(session.context.endJournal() == nil)
      session.context.journal = nil
      #expect(Journal.abandoned(in: folder).isEmpty)
      _ = session.context.beginJournal(in: folder)
      for line in Self.setup { _ = try session.output(line) }
      #expect(session.context.endJournal()?.contains("dyad --recover") == true)
      _ = try session.output("save session s")
      #expect(session.context.endJournal() == nil)
    }
  }
}
