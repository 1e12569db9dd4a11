import CommandLanguage
import Commands
import Sessions
import Testing

/// Changes in mid-run, and pinned batches.
@Suite struct SwapTests {
  private static let setup = [
    "seed 3", "data demo n=60", "backbone small width=2", "method simclr batch=20 proj=[8,4]",
    "optim sgd lr=0.1", "schedule const",
  ]

  /// A swap to what is there already is a straight run.
  @Test(arguments: [
    "swap method", "swap method simclr", "swap optim", "swap optim sgd lr=0.1",
    "swap schedule const",
    "swap method simclr-attn; swap method simclr",
  ])
  func aSwapOfNothingChangesNothing(_ swap: String) throws {
    let session = try TrainedSession(Self.setup, steps: 4)
    _ = try session.output(swap)
    _ = try session.output("step 3")
    #expect(
      session.bench.fingerprint == (try TrainedSession(Self.setup, steps: 7)).bench.fingerprint)
  }

  /// Another temperature goes on with the same images, weights and momentum: the first loss after it
  /// is NT-Xent of the same z at the new temperature.
  @Test func anotherTemperatureGoesOn() throws {
    let session = try TrainedSession(Self.setup, steps: 4)
    let text = session.text("swap method temp=0.1")
    #expect(text.contains("kept backbone, projector, optimizer state") && !text.contains("step 0"))
    _ = try session.output("step 1")
    #expect(session.bench.summary.step == 5)
    let straight = try TrainedSession(Self.setup, steps: 5)
    #expect(session.text("tensor z1").contains(straight.text("tensor z1").dropFirst(80)))
    _ = try session.output(
      "let loss5 = mean(log(sum(exp((sim - 1) / 0.1), 1) - exp((sim[0, 0] - 1) / 0.1)) + 10)")
    _ = try session.output("let positive = mean(cos(z1, z2)) / 0.1")
    _ = try session.output("let error = abs($loss5 - $positive - loss)")
    _ = try session.output("expect $error < 1e-4")
  }

  /// What does not fit is named; the counters go on.
  @Test func whatDoesNotFitIsNamed() throws {
    let session = try TrainedSession(Self.setup, steps: 4)
    let text = session.text("swap method simsiam-multi pred=2 start=0epochs")
    #expect(text.contains("kept backbone") && text.contains("new "))
    #expect(text.contains("bank") && text.contains("start=2epochs waits"), "\(text)")
    #expect(session.bench.summary.step == 4 && session.bench.summary.epoch == 1)
    _ = try session.output("step 3")
    #expect(session.bench.summary.step == 7)
    let back = session.text("swap method simclr batch=12")
    #expect(back.contains("without predictor") && back.contains("bank"), "\(back)")
    #expect(back.contains("epoch 2, from its first step"), "\(back)")
    #expect(session.bench.summary.stepInEpoch == 0 && session.bench.summary.step == 7)
    _ = try session.output("undo 3")
    #expect(session.bench.summary.step == 4)
    #expect(
      session.bench.fingerprint == (try TrainedSession(Self.setup, steps: 4)).bench.fingerprint)
  }

  /// Adam's bias correction counts from where its state began: a first step of a parameter is
  /// −lr g/(|g| + ε), that is lr in size, also in mid-run.
  @Test func adamBeginsWithItsState() throws {
    let session = try TrainedSession(Self.setup, steps: 4)
    _ = try session.output("swap optim adam lr=0.001 wd=0; step 1")
    let name = "backbone.conv1.weight"
    _ = try session.output("let moved = max(abs(w:\(name) - w:\(name)@s4))")
    _ = try session.output("expect abs($moved - 0.001) < 1e-5")
    // It survives a save and a load.
    _ = try session.output("step 1")
    let straight = session.bench.fingerprint
    _ = try session.output("rewind @s5; branch b; step 1")
    #expect(session.bench.fingerprint == straight)
  }

  @Test func aPinnedBatchIsTakenAgain() throws {
    let session = try TrainedSession(Self.setup, steps: 2)
    let images = session.text("tensor x1"), ids = session.text("batch ids")
    #expect(session.text("batch pin").contains("batch 1 of epoch 0"))
    _ = try session.output("step 4")
    #expect(session.bench.summary.step == 6 && session.bench.summary.epoch == 2)
    #expect(session.text("batch ids") == ids)
    #expect(images.dropFirst(70) == session.text("tensor x1").dropFirst(70))
    // Learning one batch by heart is quick.
    let losses = session.bench.metrics.records.map { $0.values[.loss] ?? .nan }
    #expect(losses[5] < losses[2])
    let pinned = session.bench.fingerprint
    _ = try session.output("rewind @s3; step 3")
    #expect(session.bench.fingerprint == pinned)
    #expect(session.text("batch free").contains("in order again"))
    _ = try session.output("step 1")
    let straight = try TrainedSession(Self.setup, steps: 7)
    #expect(session.text("batch ids") == straight.text("batch ids"))
    #expect(session.text("batch free").contains("no batch was pinned"))
  }

  /// A pinned batch and the start of the optimizer's state are saved with the session.
  @Test func savedWithTheSession() throws {
    let session = try TrainedSession(Self.setup, steps: 3, redirectsFiles: true)
    _ = try session.output("swap optim adam lr=0.01; batch pin; step 2; save session s")
    let other = try TrainedSession()
    other.context.shell.files.redirection = session.context.shell.files.redirection
    _ = try other.output("load session s")
    _ = try session.output("step 2")
    _ = try other.output("step 2")
    #expect(other.bench.fingerprint == session.bench.fingerprint)
    #expect(other.bench.pinnedBatch == session.bench.pinnedBatch && other.bench.pinnedBatch != nil)
  }
}
