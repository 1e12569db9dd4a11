import Commands
import Foundation
import Sessions
import Testing

/// A loss belongs to the objective of its own step, in `show health` and `compare`.
@Suite struct ObjectiveTests {
  private static let setup = [
    "seed 3", "data demo n=100", "backbone small width=2", "method simclr batch=20 proj=[8,4]",
    "optim sgd lr=0.1", "schedule const",
  ]

  @Test func theHealthIsThatOfTheStepsOwnObjective() throws {
    let session = try TrainedSession(Self.setup + ["step 3"])
    func first(_ step: Int) throws -> String {
      let losses = session.bench.metrics.series(.loss)
      return String(format: "%.3f at step %d", losses[step - 1].value, step)
    }
    func text() throws -> String { session.text("show health") }
    #expect(try text().contains("; " + first(1)) && !text().contains("first of this"))
    // The swap shows from the next step on.
    let measured = try text()
    _ = try session.output("swap method batch=40")
    #expect(try text().contains("chance ln 39 ") && text().contains("; " + first(1)))
    #expect(try text().hasPrefix(measured.prefix(60)))
    #expect(try text().contains("step 3 was taken with simclr, batch 20, temp 0.7"))
    _ = try session.output("swap method batch=20 temp=0.1; step 2")
    #expect(try text().contains("; " + first(4) + ", the first of this objective"))
    #expect(try !text().contains("was taken with"))
    // Other rates are no other objective.
    _ = try session.output("swap optim lr=0.2; step 1")
    #expect(try text().contains("; " + first(4) + ", the first of this objective"))
  }

  @Test func lossesOfTwoObjectivesAreSaidToBe() throws {
    let session = try TrainedSession(
      Self.setup + ["step 3", "swap method temp=0.1", "step 3", "swap optim lr=0.2", "step 1"])
    let note = "the losses are of two objectives (method temp differs)"
    #expect(session.text("compare @s3 @s6").contains(note))
    #expect(!session.text("compare @s4 @s7").contains("two objectives"))
    // Chosen, but no step taken with it.
    _ = try session.output("swap method temp=0.5")
    let text = session.text("compare @s6")
    #expect(text.contains("choice   method temp   A 0.1   B 0.5"), "\(text)")
    #expect(!text.contains("two objectives"), "\(text)")
  }
}
