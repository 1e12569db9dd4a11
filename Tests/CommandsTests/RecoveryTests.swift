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
      _ = try earlier.bench.saveState(left.path, log: earlier.context.log)
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

  @Test func withoutTheStateOtherMomentsAreThereAgain() throws {
    try withTemporaryFolder { folder in
      let (mark, left) = try abandon(
        ["autosave every=3steps", "step 4", "undo", "step 1"], in: folder)
      let state = try TrainedSession()
      for line in Self.setup + ["step 4"] { _ = try state.output(line) }
      _ = try state.bench.saveState(left.path, log: state.context.log)
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
      _ = try session.bench.saveState(left.path, log: log)
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
