import Sessions
import TestSupport
import Testing

@testable import Commands

/// What was measured at a state is known where the state comes back, whatever memory there is.
@Suite struct MeasuredAgainTests {
  private static let setup = [
    "seed 1", "data demo n=150", "backbone small width=8", "method simclr batch=50 proj=[16,16]",
    "optim sgd lr=0.1",
  ]

  /// A condition measures erank after every step; going back finds the step's own value.
  @Test func whatAConditionMeasuredComesBack() throws {
    let session = try TrainedSession(Self.setup + ["step 11", "break erank < 0.1", "step 1"])
    let own = session.bench.latest(.erank)
    _ = try session.output("step 2")
    let single = try TrainedSession(Self.setup + ["step 11"])
    _ = try single.output("step 1")
    #expect(own != nil && single.bench.latest(.erank) == own)
    _ = try session.output("rewind @s12")
    #expect(session.bench.latest(.erank) == own)
    #expect(session.text("compare @s12 @s13").contains("metric   erank   A "))
    #expect(!session.text("compare @s12 @s13").contains("not measured"))
  }

  @Test(arguments: ["20%", "200KB", "0"]) func anEvaluationIsOfItsBranch(budget: String) throws {
    let session = try TrainedSession(
      Self.setup + [
        "set snapshots \(budget)", "step 7", "branch a", "step 9", "knn", "step 9", "rewind @s18",
        "knn",
      ])
    let own = session.bench.latest(.knn)
    _ = try session.output("swap optim lr=0.05; step 5; switch a; rewind @s18")
    #expect(session.bench.latest(.knn) == own)
    #expect(session.bench.metrics.evaluations[.knn]?.map(\.step) == [16, 18])
    #expect(!session.text("compare @a/s18 @main-2/s18").contains("knn"))
  }

  /// The same steps on another branch were not measured there.
  @Test(arguments: ["20%", "0"]) func branchesDoNotShareWhatComesAfterTheirFork(
    budget: String
  ) throws {
    let session = try TrainedSession(
      Self.setup + [
        "set snapshots \(budget)", "step 3", "knn", "rewind @s1", "step 3", "rewind @-1",
      ])
    #expect(session.context.timeline.branch == "main-2" && session.bench.latest(.knn) == nil)
    #expect(session.text("compare @s3 @main/s3").contains("erank   A not measured"))
    #expect(session.text("compare @main/s3 @s3").contains("erank   A 1"))
  }

  /// Where a branch ends is known without any memory for its state.
  @Test(arguments: ["repeat 1 { step 50; rewind @s9 }", "def f { step 50; rewind @s9 }; f"])
  func aBranchEndsWhereItWasTrainedTo(block: String) throws {
    let session = try TrainedSession(
      Self.setup + ["set snapshots 0", "set spill 0", "step 10"])
    _ = try session.output(block)
    let row = try #require(session.context.timeline.branchSummary.first)
    #expect(row.step == 60 && row.loss != nil)
    _ = try session.output("rewind @main")
    #expect(session.bench.summary.step == 60)
  }

  /// The last command can be undone, and a block that fails is taken back, without room for more.
  @Test(arguments: ["0", "50KB"]) func theLastCommandIsAlwaysUndone(budget: String) throws {
    let session = try TrainedSession(
      Self.setup + ["set snapshots \(budget)", "set spill 0", "step 2", "swap optim lr=0.02"])
    let mark = session.bench.mark
    let failure = session.text("repeat 2 { step 2 ; swap optim lr=0.03 ; print nope }")
    #expect(failure.contains("2 commands before it ran and were taken back"), "\(failure)")
    #expect(session.bench.mark == mark)
    _ = session.text("for t in @e0..@e1 { rewind $t ; let a = 1 ; print nope }")
    #expect(session.bench.mark == mark)
    _ = try session.output("step 3; undo")
    #expect(session.bench.mark == mark)
  }

  /// A branch comes from where it did, also when the session was loaded in between.
  @Test func aLoadedBranchKeepsItsOrigin() throws {
    let session = try TrainedSession(
      Self.setup + ["step 3", "rewind @s2", "step 5", "rewind @s0", "snap o"],
      redirectsFiles: true)
    _ = try session.output("save session s; load session s; step 1")
    let origins = session.context.timeline.branchSummary.map { $0.origin?.branch }
    #expect(origins == [nil, "main", "main"])
  }

  /// A condition that held all along does not fire where it cannot be looked at for a while.
  @Test(arguments: ["20%", "0"]) func aConditionStaysWhatItWas(budget: String) throws {
    let session = try TrainedSession(
      Self.setup + [
        "set snapshots \(budget)", "set spill 0", "step 11", "break norm(z1) > 0", "snap b",
        "swap optim lr=0.05", "step 2", "swap method batch=30", "step 2",
      ])
    #expect(session.bench.summary.step == 15)
  }

  @Test func aSwapNamesWhatFollowsTheMethod() throws {
    let session = try TrainedSession(Self.setup + ["step 1"])
    let text = session.text("swap method simsiam pred=4")
    #expect(
      text.contains(
        "  not set, so the method's own now: optim wd 1e-06 → 1e-05, "
          + "optim scale_lr off → on, optim exclude bn → none, schedule name warmup-anneal → cosine"
      ), "\(text)")
    #expect(!session.text("swap method batch=30").contains("not set"))
  }
}
