import Methods
import Sessions
import Testing

/// A step that the user gives up leaves the state before it, wherever in the step that happens.
@Suite struct AbortedStepTests {
  /// Says yes from some question on, and counts the questions.
  private final class Key {
    let pressedAt: Int
    var asked = 0
    init(at pressedAt: Int) { self.pressedAt = pressedAt }
    func isPressed() -> Bool {
      asked += 1
      return asked > pressedAt
    }
  }

  @Test(arguments: [MethodName.simclrAttn, .simsiamMulti])
  func theStateIsTheOneBefore(method: MethodName) throws {
    let straight = try SmallSession.make(method, steps: 6)
    let counting = Key(at: .max)
    let bench = try SmallSession.make(method, steps: 3)
    let before = bench.fingerprint
    // The number of questions in a step, asked of another session.
    _ = try SmallSession.make(method, steps: 3).train(steps: 1, isAborted: counting.isPressed)
    #expect(counting.asked > 20)
    for at in [0, 1, counting.asked / 2, counting.asked - 1] {
      let key = Key(at: at)
      let report = try bench.train(steps: 2, isAborted: key.isPressed)
      #expect(report.steps == 0 && report.wasCancelled && report.wasAborted && key.asked == at + 1)
      #expect(bench.fingerprint == before)
      #expect(throws: SessionError.self) { try bench.lastBatchIDs() }
    }
    _ = try bench.train(steps: 3)
    #expect(bench.fingerprint == straight.fingerprint)
  }

  @Test func theStepsBeforeItStand() throws {
    let counting = Key(at: .max)
    _ = try SmallSession.make(.simclr).train(steps: 1, isAborted: counting.isPressed)
    let bench = try SmallSession.make(.simclr)
    let key = Key(at: 2 * counting.asked + 3)
    let report = try bench.train(steps: 5, isAborted: key.isPressed)
    #expect(report.steps == 2 && report.wasCancelled)
    #expect(bench.fingerprint == (try SmallSession.make(.simclr, steps: 2)).fingerprint)
  }
}
