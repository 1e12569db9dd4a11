import CommandLanguage
import Sessions
import Foundation
import TestSupport
import Testing

/// What is left of time travel when memory is nearly nothing: the right state, or an error.
@Suite struct SnapshotBudgetTests {
  private static let setup = [
    "seed 1", "data demo n=100", "backbone small width=4", "method simclr batch=32 proj=[16,8]",
    "optim sgd lr=0.1",
  ]

  @Test func undoComesToTheChoicesOfTheMoment() throws {
    let session = try TrainedSession(["set snapshots 400KB"] + Self.setup + ["epoch"])
    let before = session.bench.mark
    // The end of the epoch was kept in the middle of the command, and is thinned away.
    _ = try session.output("swap optim lr=0.3")
    _ = try session.output("repeat 7 { epoch }")
    _ = try session.output("undo ; undo")
    #expect(session.bench.mark == before && session.bench.summary.step == 3)
    #expect(session.bench.resolution?.optimizer?.lr == 0.1)
    _ = try session.output("redo")
    #expect(session.bench.resolution?.optimizer?.lr == 0.3)
  }

  @Test(arguments: ["knn", "params", "show model"])
  func aModelThatALookDrewIsDrawnAgain(look: String) throws {
    let session = try TrainedSession(
      ["set snapshots 100KB"] + Self.setup + [look, "step 2"])
    let before = session.bench.mark
    _ = try session.output("swap optim lr=0.3")
    _ = try session.output("undo")
    #expect(session.bench.mark?.fingerprint == before?.fingerprint)
    _ = try session.output("step 3 ; step 3")
    _ = try session.output("rewind @s2")
    #expect(session.bench.mark?.fingerprint == before?.fingerprint)
  }

  /// What a command measured is known at its step, also where only a later moment's log is left.
  @Test func whatWasMeasuredIsKnownAtADroppedMoment() throws {
    let setup = Self.setup + ["step 2", "knn", "step 2", "knn k=3", "step 2"]
    let roomy = try TrainedSession(setup)
    let tight = try TrainedSession(["set snapshots 50KB"] + setup)
    let expected = try roomy.output("compare @-4 @-2").stableText
    #expect(expected.contains("knn") && !expected.contains("not measured"))
    #expect(try tight.output("compare @-4 @-2").stableText == expected)
    try withTemporaryFolder { folder in
      _ = try tight.output("save session \(folder)/s")
      let replay = tight.text("replay \(folder)/s.dyad --verify --outputs")
      #expect(!replay.contains("error") && replay.contains("0 differ"), "\(replay)")
      _ = try tight.output("load session \(folder)/s")
      #expect(tight.bench.metrics.evaluations[.knn]?.map(\.step) == [2, 4])
    }
  }

  @Test func undoBringsADrawnModelBack() throws {
    let session = try TrainedSession(
      ["set snapshots 100KB"] + Self.setup + ["stats w:backbone.conv1.weight"])
    let before = session.bench.mark
    _ = try session.output("method simsiam batch=32 proj=[16,8] pred=8")
    _ = try session.output("undo")
    #expect(before?.fingerprint != nil && session.bench.mark == before)
  }

  /// Weights that were taken over into a new run are not drawn again from the seed.
  @Test func inheritedWeightsAreNotTakenForDrawnOnes() throws {
    let session = try TrainedSession(
      ["set snapshots 100KB"] + Self.setup + [
        "step 5", "method simclr batch=32 proj=[16,8] temp=0.1",
      ])
    let begin = session.bench.mark
    _ = try session.output("step 4 ; swap optim lr=0.3 ; step 4")
    let last = session.bench.mark
    // Either it is held, or it is said that it is not and nothing moves.
    do {
      _ = try session.output("rewind @s0")
      #expect(begin?.fingerprint != nil && session.bench.mark?.fingerprint == begin?.fingerprint)
    } catch let error as Diagnostic {
      #expect(error.message == "step 0 of 'main' is not held any more")
      #expect(session.bench.mark == last)
    }
  }

  /// Whether the batch was kept or its step is taken again, looks find the same one.
  @Test(arguments: ["4GB", "100KB"])
  func theBatchOfAnEarlierStepIsThere(budget: String) throws {
    let looks = ["batch ids", "batch show", "collapse on=batch", "show health", "stats z1"]
    let session = try TrainedSession(["set snapshots \(budget)"] + Self.setup + ["step 2"])
    let before = looks.map { session.text($0) }
    _ = try session.output("step ; undo")
    #expect(looks.map { session.text($0) } == before)
    _ = try session.output("swap optim lr=0.3 ; step ; undo 2")
    #expect(looks.map { session.text($0) } == before)
    #expect(!before.contains { $0.contains("error") })
  }

  /// A model that nobody trained is shared by branches and named; it is drawn again, not lost.
  @Test func aDrawnModelOfTwoBranchesStays() throws {
    let session = try TrainedSession(
      [
        "set snapshots 10KB", "seed 1", "data demo n=60", "backbone small width=2",
        "method simclr batch=20 proj=[8,4]", "params", "snap start", "branch other", "step 3",
      ])
    for line in ["switch main", "rewind @start", "rewind @e0", "rewind @main"] {
      #expect(!session.text(line).contains("error"), "\(line)")
    }
    #expect(session.bench.summary.step == 0)
  }

  /// Where the session is already, it keeps the gradients of its last step.
  @Test func switchingToThePresentKeepsTheBatch() throws {
    let session = try TrainedSession(
      [
        "set spill 0", "set snapshots 20KB", "seed 1", "data demo n=60", "backbone small width=2",
        "method simclr batch=20 proj=[8,4]", "step 4", "swap optim lr=0.1", "step 2",
        "swap optim lr=0.3", "step 2",
      ])
    let before = session.text("params")
    #expect(before.contains("grad"))
    _ = try session.output("switch main")
    #expect(session.text("params") == before)
  }
}
