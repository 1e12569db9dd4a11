import Datasets
import Layers
import Methods
import TestSupport
import Testing

@testable import Sessions

/// Going back and sideways gives the bits of a straight run.
@Suite struct TimelineTests {
  static let methods: [(MethodName, Int)] = [
    (.simsiam, 1), (.simsiamMulti, 1), (.simsiamMulti, 2), (.simclr, 1), (.simclrAttn, 1),
  ]

  /// A session of 6 steps an epoch; with a bank it is used from the second epoch on.
  private static func make(_ method: MethodName, stages: Int) throws -> Workbench {
    try SmallSession.make(method, n: 100) {
      if method == .simsiamMulti {
        $0.start = 1
        $0.stages = stages
      }
    }
  }

  /// The fingerprints of a straight run, after each number of steps.
  private static func straight(_ method: MethodName, _ stages: Int, steps: Int) throws -> [String] {
    let bench = try make(method, stages: stages)
    _ = try bench.model()
    var out = [try #require(bench.fingerprint).description]
    for _ in 0..<steps {
      _ = try bench.train(steps: 1)
      out.append(try #require(bench.fingerprint).description)
    }
    return out
  }

  @Test(arguments: methods)
  func everyMomentIsThatOfAStraightRun(method: MethodName, stages: Int) throws {
    let expected = try Self.straight(method, stages, steps: 20)
    let bench = try Self.make(method, stages: stages)
    let timeline = Timeline(bench)
    _ = try bench.model()
    _ = try bench.train(steps: 20)
    timeline.note(command: "step 20", attachment: nil)
    timeline.close(command: "step 20")
    for step in [13, 6, 0, 20, 7, 19, 12, 3] {
      let arrival = try timeline.rewind(to: .branch("main", .step(step)))
      timeline.close(command: "rewind")
      _ = try bench.model()
      #expect(arrival.step == step && bench.fingerprint?.description == expected[step])
      // Training on gives the same bits, on a branch of its own.
      let more = min(4, 20 - step)
      if more > 0 { _ = try bench.train(steps: more) }
      timeline.note(command: "step", attachment: nil)
      timeline.close(command: "step")
      #expect(bench.fingerprint?.description == expected[step + more])
      let result = try timeline.compare(.branch("main", .step(step + more)), nil)
      #expect(result.isIdentical && result.firstStep == nil)
      #expect(result.commonSteps == step + more)
    }
    #expect(timeline.branches.count == 8)
    _ = try timeline.switchTo("main")
    #expect(bench.fingerprint?.description == expected[20])
    #expect(bench.metrics.records.map(\.step) == Array(1...20))
  }

  @Test func statesThatWereDroppedAreComputedAgain() throws {
    let expected = try Self.straight(.simsiamMulti, 1, steps: 30)
    let bench = try Self.make(.simsiamMulti, stages: 1)
    let timeline = Timeline(bench)
    timeline.budget = 0
    _ = try bench.model()
    for _ in 0..<30 {
      _ = try bench.train(steps: 1)
      timeline.note(command: "step", attachment: nil)
      timeline.close(command: "step")
    }
    // Beside the first and the last state nothing may be held.
    #expect(timeline.summary.map(\.step) == [0, 30])
    let arrival = try timeline.rewind(to: .back(11))
    #expect(arrival.recomputed == 19 && bench.fingerprint?.description == expected[19])
    timeline.close(command: "rewind")
    #expect(bench.metrics.records.count == 19)
    for step in [30, 29, 28] {
      _ = try timeline.undo()
      timeline.close(command: "undo")
      #expect(bench.fingerprint?.description == expected[step])
    }
    _ = try timeline.redo()
    timeline.close(command: "redo")
    #expect(bench.fingerprint?.description == expected[29])
  }

  @Test func theBudgetHolds() throws {
    let bench = try Self.make(.simclr, stages: 1)
    let timeline = Timeline(bench)
    _ = try bench.train(steps: 1)
    timeline.note(command: "step", attachment: nil)
    timeline.close(command: "step")
    let one = timeline.byteCount
    timeline.budget = 6 * one
    for i in 1...40 {
      // Each change of choices is a moment that cannot be computed from an earlier one.
      var optimizer = OptimizerChoice(.sgd)
      optimizer.lr = Double(i)
      try bench.configure { $0.optimizer = optimizer }
      timeline.note(command: "optim", attachment: nil)
      _ = try bench.train(steps: 1)
      timeline.note(command: "step", attachment: nil)
      timeline.close(command: "both")
      #expect(timeline.byteCount <= timeline.budget)
    }
    let mark = bench.mark
    // What was dropped says so; what is held comes back.
    #expect(throws: SessionError.self) { _ = try timeline.rewind(to: .step(12)) }
    #expect(bench.mark == mark)
    _ = try timeline.undo()
    timeline.close(command: "undo")
    #expect(bench.summary.step == 40)
    _ = try timeline.redo()
    #expect(bench.mark == mark)
  }

  /// With no memory at all every change of choices, end of a branch and name is on disk.
  @Test(arguments: methods)
  func whatMemoryHasNoRoomForComesBackFromDisk(method: MethodName, stages: Int) throws {
    let bench = try Self.make(method, stages: stages)
    let timeline = Timeline(bench)
    timeline.budget = 0
    timeline.spillLimit = 1 << 30
    var expected: [String] = []
    func train(_ steps: Int, rate: Double) throws {
      var optimizer = OptimizerChoice(.sgd)
      optimizer.lr = rate
      try bench.configure { $0.optimizer = optimizer }
      timeline.note(command: "optim", attachment: nil)
      timeline.close(command: "optim")
      _ = try bench.train(steps: steps)
      timeline.note(command: "step", attachment: nil)
      timeline.close(command: "step")
    }
    _ = try bench.train(steps: 3)
    timeline.note(command: "step", attachment: nil)
    timeline.close(command: "step")
    _ = try timeline.snap("named")
    let named = try #require(bench.fingerprint).description
    // The fork is before the bank is used, the ends are after it.
    for i in 1...6 {
      _ = try timeline.rewind(to: .name("named"))
      timeline.close(command: "rewind")
      #expect(bench.fingerprint?.description == named)
      try train(6, rate: Double(i) / 100)
      expected.append(try #require(bench.fingerprint).description)
    }
    #expect(timeline.diskByteCount > 0 && timeline.spillFailure == nil)
    let names = timeline.branches.map(\.name)
    #expect(names.count == 6)
    for i in [4, 0, 5, 2, 3, 1] {
      // In the middle of a branch it is computed from the change of choices at its beginning.
      let arrival = try timeline.rewind(to: .branch(names[i], .step(7)))
      timeline.close(command: "rewind")
      #expect(arrival.recomputed == 4 && bench.configuration.optimizer?.lr == Double(i + 1) / 100)
      _ = try timeline.switchTo(names[i])
      timeline.close(command: "switch")
      #expect(bench.fingerprint?.description == expected[i])
      let other = try timeline.workbench(at: .name(names[(i + 1) % 6]), withBatch: true)
      #expect(other.fingerprint?.description == expected[(i + 1) % 6] && other.holdsBatch)
      #expect(try timeline.compare(.name(names[i]), nil).isIdentical)
      let differing = try timeline.compare(.name(names[i]), .name(names[(i + 1) % 6]))
      #expect(!differing.isIdentical && !differing.tensors.isEmpty)
    }
    // In memory is the present state at most.
    #expect(timeline.summary.filter { $0.diskBytes == 0 && $0.bytes > 0 }.count <= 1)
  }

  @Test func choicesAreUndone() throws {
    let bench = try Self.make(.simclr, stages: 1)
    let timeline = Timeline(bench)
    func did(_ command: String) {
      timeline.note(command: command, attachment: nil)
      timeline.close(command: command)
    }
    _ = try bench.train(steps: 3)
    did("step 3")
    let trained = bench.mark
    try bench.configure { $0.method?.temperature = 0.1 }
    did("method")
    #expect(bench.mark != trained && bench.summary.step == 0)
    _ = try bench.train(steps: 2)
    did("step 2")
    let other = bench.mark
    _ = try bench.setSeed(9)
    did("seed 9")
    #expect(try timeline.undo().commands == ["seed 9"])
    timeline.close(command: "undo")
    #expect(bench.mark == other)
    #expect(throws: SessionError.self) { _ = try timeline.undo(4) }
    #expect(try timeline.undo(2).commands == ["step 2", "method"])
    timeline.close(command: "undo")
    #expect(bench.mark == trained && bench.metrics.records.count == 3)
    #expect(try timeline.redo(2).commands == ["method", "step 2"])
    timeline.close(command: "redo")
    #expect(bench.mark == other && bench.metrics.records.count == 2)
    let result = try timeline.compare(.branch("main", .step(2)), nil)
    #expect(result.isIdentical)
  }

  @Test func whatIsNotThereIsSaid() throws {
    let bench = try Self.make(.simclr, stages: 1)
    let timeline = Timeline(bench)
    _ = try bench.train(steps: 3)
    timeline.note(command: "step 3", attachment: nil)
    timeline.close(command: "step 3")
    let mark = bench.mark
    for name in [
      MomentName.step(4), .epoch(1), .back(4), .name("none"), .branch("none", .step(1)),
      .epoch(.max),
    ] {
      #expect(throws: SessionError.self) { _ = try timeline.rewind(to: name) }
    }
    #expect(throws: SessionError.self) { try timeline.openBranch("main") }
    #expect(throws: SessionError.self) { _ = try timeline.snap("s3") }
    #expect(throws: SessionError.self) { _ = try timeline.switchTo("x") }
    #expect(bench.mark == mark && timeline.branches.count == 1)
    // A stopped computation leaves the session where it was.
    timeline.budget = 0
    #expect(throws: SessionError.self) {
      _ = try timeline.rewind(to: .step(2), Timeline.Watcher(isCancelled: { true }))
    }
    #expect(bench.mark == mark)
    _ = try bench.train(steps: 1)
  }
}
