import Kernels
import Testing

@testable import Tensors

/// y = 2x with one parameter that it only names, so that it has a backward pass.
private final class Doubling: Operation {
  let kind: String
  let weight: Parameter
  let marks: Bool

  init(_ kind: String, _ weight: Parameter, marks: Bool = false) {
    self.kind = kind
    self.weight = weight
    self.marks = marks
  }

  var parameters: [Parameter] { [weight] }

  func forward(_ c: OperationContext) { c.output()[0] = 2 * c.input()[0] }

  func backward(_ c: OperationContext) {
    if marks { c.profile?.mark(.weights) }
    guard let dy = c.outputGradient(), let dx = c.inputGradient() else { return }
    dx[0] = 2 * dy[0]
  }
}

@Suite struct PlanProfileTests {
  private func plan() -> (plan: Plan, input: Value, output: Value) {
    let layout = StateLayout()
    let weight = layout.parameter("w", shape: [1], .constant(1))
    let builder = PlanBuilder(isTraining: true)
    let x = builder.input("x", shape: [1])
    let first = builder.scope("first") { builder.add(Doubling("a", weight), [x], shape: [1]) }
    let second = builder.scope("second") {
      builder.add(Doubling("b", weight, marks: true), [first], shape: [1])
    }
    builder.addLoss(second)
    builder.keep(second)
    let plan = Plan(
      builder, model: ModelState(layout), workers: Workers(threads: 1), computesGradients: true)
    return (plan, x, second)
  }

  /// A clock that goes on by one second whenever it is read.
  private func profile() -> PlanProfile {
    var reads = 0.0
    return PlanProfile {
      reads += 1
      return reads
    }
  }

  @Test func everyOperationAndPassIsCharged() {
    let (plan, input, output) = plan()
    let profile = profile()
    plan.profile = profile
    plan.data(input)[0] = 3
    plan.forward()
    plan.backward()
    plan.commit()
    #expect(plan.data(output)[0] == 12)
    // One reading at the beginning and one at the end of each part is one second; a mark splits.
    let expected: [PlanProfile.Part: Double] = [
      .init(name: "first", kind: "a", pass: .forward): 1,
      .init(name: "second", kind: "b", pass: .forward): 1,
      .init(name: "first", kind: "a", pass: .backward): 1,
      .init(name: "second", kind: "b", pass: .weights): 1,
      .init(name: "second", kind: "b", pass: .backward): 1,
      .init(name: "", kind: "statistics", pass: .commit): 1,
    ]
    #expect(profile.seconds == expected)
    plan.forward()
    #expect(profile.seconds[.init(name: "first", kind: "a", pass: .forward)] == 2)
    profile.reset()
    #expect(profile.seconds.isEmpty)
  }

  @Test func aPlanWithoutAProfileReadsNoClock() {
    let (plan, input, output) = plan()
    let profile = profile()
    plan.profile = profile
    plan.profile = nil
    plan.data(input)[0] = 3
    plan.forward()
    plan.backward()
    #expect(plan.data(output)[0] == 12 && profile.seconds.isEmpty)
  }
}
