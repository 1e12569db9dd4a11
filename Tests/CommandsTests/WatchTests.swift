import CommandLanguage
import Commands
import Sessions
import Testing

/// Conditions that training looks at.
@Suite struct WatchTests {
  private static let setup = [
    "seed 3", "data demo n=60", "backbone small width=2", "method simclr batch=20 proj=[8,4]",
  ]

  /// The losses of a straight run.
  private static func losses(_ steps: Int) throws -> [Double] {
    let session = try TrainedSession(setup, steps: steps)
    return session.bench.metrics.records.map { $0.values[.loss] ?? .nan }
  }

  @Test func aBreakStopsWhereItsConditionBecomesTrue() throws {
    let losses = try Self.losses(12)
    let bound = losses.sorted()[5]
    // True at a step and false at the one before, the first of all counted as before-false.
    let expected = losses.indices.filter {
      losses[$0] < bound && ($0 == 0 || losses[$0 - 1] >= bound)
    }
    let session = try TrainedSession(Self.setup)
    _ = try session.output("break loss < \(bound)")
    var stops: [Int] = []
    while session.bench.summary.step < 12 {
      let text = session.text("step \(12 - session.bench.summary.step)")
      if text.contains("by break") { stops.append(session.bench.summary.step - 1) }
    }
    #expect(stops == expected && !stops.isEmpty)
    let straight = try TrainedSession(Self.setup, steps: 12)
    #expect(session.bench.fingerprint == straight.bench.fingerprint)
  }

  @Test func aWatchActsBetweenTwoSteps() throws {
    let session = try TrainedSession(Self.setup)
    _ = try session.output("watch step == 4 then { snap four; optim sgd lr=0.5 }")
    _ = try session.output("step 7")
    #expect(session.bench.summary.step == 7)
    let other = try TrainedSession(Self.setup, steps: 4)
    _ = try other.output("optim sgd lr=0.5; step 3")
    #expect(session.bench.fingerprint == other.bench.fingerprint)
    // The log has the command that trained; run again it acts again.
    let again = try TrainedSession()
    #expect(again.interpreter.runScript(SourceText(session.context.log.text)) { _ in } == nil)
    #expect(again.bench.mark == session.bench.mark)
    #expect(again.context.timeline.snapshotNames == ["four"])
    _ = try session.output("undo")
    #expect(session.bench.summary.step == 0 && session.context.shell.watches.count == 1)
    _ = try session.output("undo")
    #expect(session.context.shell.watches.isEmpty)
  }

  @Test func aBlockThatFailsStopsTrainingAndLosesNothing() throws {
    let session = try TrainedSession(Self.setup)
    _ = try session.output("watch step == 3 then { stats z9 }")
    let text = session.text("step 9")
    #expect(
      text.contains("stopped after 3 of 9 steps: what the watch runs failed: unknown reference"))
    #expect(session.bench.summary.step == 3)
    // A script ends there, with what was trained.
    let again = try TrainedSession()
    let script = SourceText(session.context.log.text + "step 9\n")
    let error = try #require(again.interpreter.runScript(script) { _ in })
    #expect(error.message.contains("training ended: what the watch runs failed"))
    #expect(again.bench.mark == session.bench.mark)
  }

  @Test func runningUntil() throws {
    let session = try TrainedSession(Self.setup)
    #expect(session.text("run until step >= 5").contains("reached after 5 steps"))
    #expect(session.text("run until loss < -1 max=4steps").contains("not reached in 4 steps"))
    #expect(session.bench.summary.step == 9)
    _ = try session.output("run until knn > 0 max=2epochs")
    #expect(
      session.bench.summary.step == 12 && session.bench.metrics.records.last?.values[.knn] != nil)
    #expect(session.text("step 1000000 limit=0.001s").contains("by limit="))
    #expect(session.bench.summary.step < 1000)
  }

  /// What metrics are measured against is 1/√d, ln(2B − 1) and the smaller of d and B.
  @Test func yardsticksOfTheMethod() throws {
    let session = try TrainedSession([
      "data demo n=60", "backbone small width=2", "method simclr batch=20 proj=[16,9]",
    ])
    let yard = "print z_std_even ; print erank_max ; print chance_loss"
    #expect(session.text(yard) == "  z_std_even = 0.3333  erank_max = 9  chance_loss = 3.664")
    _ = try session.output("watch z_std < 2 * z_std_even then { note narrow } ; step")
    #expect(session.text("print z_std / z_std_even").contains("= "))
    _ = try session.output("swap method batch=6")
    #expect(session.text("print erank_max").hasSuffix("= 6"))
    _ = try session.output("swap method simsiam batch=20 proj=[16,4] pred=4")
    #expect(session.text("print z_std_even").hasSuffix("= 0.5"))
    #expect(session.text("print chance_loss").contains("unknown metric"))
    #expect(session.text("watch z_std < 0.3 * zz").contains("\n                      ^^"))
  }

  @Test(arguments: [
    ("watch nope > 2", "unknown metric 'nope'"), ("break", "break needs CONDITION"),
    ("watch loss < 1 then", "expected '{' after 'then'"),
    ("watch loss < 1 then { note a } b", "nothing may follow the '}'"),
    ("break loss < 1 then { note a }", "break takes only CONDITION"),
    ("watch off 3", "there are 0 conditions, got 3"),
    ("run until loss < 1 max=0steps", "at least 1"),
    ("run", "run needs one of until"), ("step 5 limit=0s", "a time like 90s"),
  ])
  func mistakes(line: String, message: String) throws {
    let session = try TrainedSession(Self.setup)
    let text = session.text(line)
    #expect(text.contains("error: ") && text.contains(message), "\(text)")
    #expect(session.context.shell.watches.isEmpty && !session.bench.hasModel)
  }
}
