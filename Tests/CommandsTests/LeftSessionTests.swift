import Foundation
import Sessions
import TestSupport
import Testing

@testable import Commands

/// `undo` right after `load session` goes back to the session that was left.
@Suite struct LeftSessionTests {
  private static let setup = [
    "seed 3", "data demo n=60", "backbone small width=2",
    "method simsiam-multi batch=20 proj=[8,4] pred=4 start=1epochs", "optim sgd lr=0.1",
  ]

  private func rows(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  @Test func allOfItComesBack() throws {
    try withTemporaryFolder { folder in
      let lines =
        Self.setup + [
          "track loss -> \(folder)/t.jsonl", "let k = 3", "step 4", "save session \(folder)/s",
          "step 1", "snap a", "step 3", "branch b", "step 2", "rewind @a",
        ]
      let session = try TrainedSession()
      let straight = try TrainedSession()
      _ = session.context.beginJournal(in: folder + "/j")
      let journal = try #require(session.context.journal?.path)
      for line in lines { _ = try session.output(line) }
      for line in lines {
        _ = try straight.output(
          line.replacing(folder + "/t", with: folder + "/u").replacing("/s", with: "/z"))
      }
      let branches = session.text("branch list")
      let log = session.context.log.text
      let found = session.text("load session \(folder)/s")
      #expect(
        found.hasSuffix(
          "the session before it was not saved: 'undo' goes back to it, after 'quit' dyad "
            + "--recover brings it back"), "\(found)")
      #expect(session.context.journal?.path != journal)
      // The loaded session cut the rows after its step.
      #expect(try rows(folder + "/t.jsonl").count == 4)
      _ = try session.output("let k = 5; swap optim lr=0.3; step 2")
      #expect(session.text("undo").contains("undid 'step 2'"))
      #expect(session.text("undo 2").contains("undid 'let k = 5'"))
      #expect(session.text("undo").hasPrefix("  undid 'load session'\n  branch b   step 5"))
      #expect(session.context.log.text == log)
      #expect(session.text("branch list") == branches)
      #expect(session.context.journal?.path == journal)
      #expect(session.bench.mark == straight.bench.mark)
      // What was not saved of the session that was loaded is kept for redo, and after it.
      #expect(Journal.abandoned(in: folder + "/j").isEmpty)
      let more = ["stats z1", "step 3", "compare @b", "switch b", "step", "undo 3", "print $k"]
      for line in more { #expect(session.text(line) == straight.text(line), "\(line)") }
      let gone = try #require(Journal.abandoned(in: folder + "/j").first)
      #expect(gone.log.commands.suffix(2) == ["undo", "undo 2"])
      // Rows of other lines of time than the present one are not known any more.
      #expect(
        try rows(folder + "/t.jsonl").map { $0.prefix(9) }
          == [1, 2, 3, 4, 5, 6, 7, 8, 11].map {
            "{\"step\":\($0)".prefix(9)
          })
      _ = try session.output("save session \(folder)/t")
      let replay = session.text("replay \(folder)/t.dyad --verify --outputs")
      #expect(replay.contains("0 differ") && !replay.contains("error"), "\(replay)")
    }
  }

  /// A step to where the session was before the load is a change all the same.
  @Test func theFirstStepAfterALoadHasAMark() throws {
    let session = try TrainedSession(
      Self.setup + ["step 2", "save session s", "step 1", "load session s", "step 1"],
      redirectsFiles: true)
    guard case .command(_, let mark, _)? = session.context.log.entries.last else {
      Issue.record("the step is not logged")
      return
    }
    #expect(mark?.fingerprint == session.bench.mark?.fingerprint)
  }

  /// Each load is undone in its turn; a named autosave is of the session that it was begun in.
  @Test func severalLoadsAreUndone() throws {
    let session = try TrainedSession(
      Self.setup + [
        "step 2", "save session s", "save session z", "autosave n every=1steps", "step 1",
      ], redirectsFiles: true)
    let mark = session.bench.mark
    #expect(session.text("load session s").contains("' is off: it is of the session before"))
    _ = try session.output("step 3; load session z")
    #expect(session.context.autosave == nil)
    #expect(session.text("undo").contains("undid 'load session'"))
    #expect(session.bench.summary.step == 5)
    _ = try session.output("undo")
    #expect(session.text("undo").contains("undid 'load session'"))
    #expect(session.bench.mark == mark && session.context.autosave != nil)
    #expect(session.text("redo").contains("autosave is off, as it was in this session"))
  }

  /// `redo` after the undo of a load goes on in the session that was loaded.
  @Test(arguments: ["20%", "0"]) func redoBringsTheLoadedSessionBack(budget: String) throws {
    let session = try TrainedSession(
      Self.setup + [
        "step 2", "save session s", "set snapshots \(budget)", "step 3", "load session s", "step 4",
        "snap q", "step 1",
      ], redirectsFiles: true)
    let (mark, log) = (session.bench.mark, session.context.log)
    #expect(session.text("undo 4").contains("undid 'load session'"))
    #expect(session.bench.summary.step == 5)
    #expect(session.text("redo").contains("redid 'load session'"))
    #expect(session.bench.summary.step == 2 && session.text("redo 9").contains("only 3 commands"))
    _ = try session.output("redo 3")
    #expect(session.bench.mark == mark)
    #expect(session.context.log.commands == log.commands + ["undo 3", "redo 3"])
    // All at once, and with something older to redo in the session before.
    _ = try session.output("undo 4; undo; redo 1; undo")
    #expect(session.bench.summary.step == 2)
    #expect(session.text("redo; redo 4").contains("redid 'load session'"))
    #expect(session.bench.mark == mark)
    _ = try session.output("rewind @q; save session t")
    let replay = session.text("replay t.dyad --verify --outputs")
    #expect(replay.contains("0 differ") && !replay.contains("error"), "\(replay)")
    // Another change ends it.
    _ = try session.output("undo 5; step 1")
    #expect(session.text("redo").contains("nothing to redo"))
  }

  @Test func withoutMemoryForBothItIsGone() throws {
    let session = try TrainedSession(
      Self.setup + ["step 2", "save session s", "step 1"], redirectsFiles: true)
    _ = try session.output("load session s; load session s")
    #expect(session.text("undo").contains("undid 'load session'"))
    #expect(session.text("undo").contains("undid 'load session'"))
    _ = try session.output("step 1; set spill 0; set snapshots 0")
    #expect(session.text("load session s").hasSuffix("not saved: that is gone"))
    #expect(session.text("undo").contains("nothing to undo"))
    #expect(session.text("repeat 1 { undo }").contains("cannot run in a block"))
  }
}
