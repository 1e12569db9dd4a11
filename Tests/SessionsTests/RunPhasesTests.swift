import Methods
import Testing

@testable import Sessions

/// With what choices steps were taken, against a plain list of one entry a step.
@Suite struct RunPhasesTests {
  private static func method(batch: Int, temperature: Double) -> MethodConfiguration {
    MethodConfiguration(
      name: .simclr, batch: batch, temperature: temperature, projectorHidden: 8, projectorOut: 4,
      predictorHidden: 0, alpha: 0.5, start: 51, stages: 1, normalize: false, attention: .h,
      classes: 0)
  }

  /// An option that is not always there, as `pred` is not.
  private static func choices(_ batch: Int, _ temperature: Double, _ rate: Int) -> [RunChoice] {
    let all = [
      RunChoice(part: "method", name: "batch", value: "\(batch)"),
      RunChoice(part: "method", name: "temp", value: "\(temperature)"),
      RunChoice(part: "optim", name: "lr", value: "\(rate)"),
    ]
    return rate == 0 ? Array(all.dropLast()) : all
  }

  @Test func theyAreWhatAListOfStepsWouldBe() {
    var random = SystemRandomNumberGenerator()
    var phases = RunPhases()
    var plain: [(method: MethodConfiguration, choices: [RunChoice])] = []
    for _ in 0..<400 {
      if Int.random(in: 0..<12, using: &random) == 0 {
        let step = Int.random(in: max(0, plain.count - 9)...plain.count, using: &random)
        phases.cut(after: step)
        plain.removeLast(plain.count - step)
      } else {
        let (batch, temperature) = (
          Bool.random(using: &random) ? 16 : 32, Bool.random(using: &random) ? 0.5 : 0.1
        )
        let rate = Int.random(in: 0...2, using: &random)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          plain.append(
            (
              Self.method(batch: batch, temperature: temperature),
              Self.choices(batch, temperature, rate)
            ))
          phases.take(
            plain[plain.count - 1].method, plain[plain.count - 1].choices, at: plain.count)
        }
      }
      // What a file keeps of them says the same.
      #expect(RunPhases(phases.list) == phases)
    }
    for step in 1...max(1, plain.count) where !plain.isEmpty {
      let now = plain[step - 1]
      #expect(phases.phase(of: step)?.method == now.method)
      #expect(phases.choices(of: step) == now.choices)
      let held = now.choices.filter { choice in
        plain[(step - 1)...].allSatisfy { $0.choices.contains(choice) }
      }
      #expect(phases.choices(from: step) == held)
      let start = plain[..<step].lastIndex { !$0.method.hasObjective(of: now.method) }
      let first = phases.objectiveStart(of: step) ?? 0
      #expect(first == (start ?? -1) + 2)
    }
    #expect(zip(phases.list, phases.list.dropFirst()).allSatisfy { $0.start < $1.start })
  }

  @Test func beforeTheFirstStepThereIsNone() {
    var phases = RunPhases()
    #expect(phases.phase(of: 1) == nil && phases.objectiveStart(of: 1) == nil)
    phases.take(Self.method(batch: 16, temperature: 0.5), Self.choices(16, 0.5, 1), at: 1)
    #expect(phases.phase(of: 0) == nil && phases.phase(of: 9)?.start == 1)
    phases.cut(after: 0)
    #expect(phases == RunPhases())
  }

  /// A figure's label says what a reader must know first, and that there is more.
  @Test(arguments: [
    ("method temp 0.05", "swap temp 0.05"), ("method batch 64", "swap batch 64"),
    ("method name simclr-attn, method on h, method batch 64", "swap simclr-attn, batch 64"),
    ("method name simsiam, optim lr 0.1, optim wd 0", "swap simsiam, lr 0.1"),
    ("optim name adam, optim lr 0.01, optim wd 0", "optim adam, lr 0.01"),
    ("schedule name const, schedule total", "schedule const"),
    ("optim lr 1, optim wd 0, optim momentum 0", "optim lr 1, wd 0, …"),
    ("augment preset none, augment pipeline ab", "augment none"),
    ("augment pipeline ab", "other views"),
    ("method temp 1, augment preset none", "swap temp 1, …"),
    ("seed seed 4", "other options"),
  ])
  func summary(_ changes: String, _ label: String) {
    let list = changes.split(separator: ", ").map { change in
      let words = change.split(separator: " ").map(String.init)
      return RunChoice(part: words[0], name: words[1], value: words.count > 2 ? words[2] : nil)
    }
    let phase = RunPhase(
      start: 5, method: Self.method(batch: 16, temperature: 1), changes: list)
    #expect(phase.summary == label)
  }
}
