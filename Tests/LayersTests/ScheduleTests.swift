import Files
import Layers
import TestSupport
import Testing

@Suite struct ScheduleTests {
  private static func curve(_ s: JSONValue) throws -> (Schedule.Curve, [Schedule.Group]) {
    let bases = s["base_lrs"]?.array?.compactMap(\.double) ?? []
    var groups = bases.enumerated().map { Schedule.Group(name: "g\($0)", baseLR: $1) }
    func number(_ key: String) throws -> Double { try #require(s[key]?.double, "\(key)") }
    switch s["kind"]?.string {
    case "LinearWarmupCosineAnnealingLR":
      return (
        .cosine(
          warmup: try number("warmup_epochs"), total: try number("max_epochs"),
          startLR: try number("warmup_start_lr"), minLR: try number("eta_min")), groups
      )
    case "LinearWarmupAndCosineAnneal":
      let total = try #require(s["iters"]?.int)
      let warmup = Schedule.warmupSteps(fraction: try number("warmup"), total: total)
      return (.warmupAnneal(warmup: warmup, total: total), groups)
    case "LinearLR": return (.linear(total: try #require(s["num_epochs"]?.int)), groups)
    case "MultiStepLR":
      return (
        .step(milestones: try #require(s["milestones"]?.ints), gamma: try number("gamma")), groups
      )
    default:
      let lr = try number("lr")
      let steps = try number("steps_per_epoch")
      groups = [
        Schedule.Group(name: "backbone", baseLR: lr),
        Schedule.Group(name: "classifier", baseLR: try number("classifier_lr")),
        Schedule.Group(name: "projector", baseLR: lr),
        Schedule.Group(name: "predictor", baseLR: lr, isConstant: true),
      ]
      if s["scheduler"]?.string == "step" {
        return (.step(milestones: try #require(s["lr_decay_steps"]?.ints), gamma: 0.1), groups)
      }
      return (
        .cosine(
          warmup: try number("warmup_epochs") * steps, total: try number("max_epochs") * steps,
          startLR: try number("warmup_start_lr"), minLR: try number("min_lr")), groups
      )
    }
  }

  @Test(arguments: try GoldenSet.cases(families: ["schedule"]))
  func matchesPublishedSequences(_ golden: GoldenCase) throws {
    let rel = try #require(golden.tolerance["lr_rel"]?.double)
    let abs = try #require(golden.tolerance["lr_abs"]?.double)
    let sequences = try #require(golden.scalars["sequences"]?.array)
    #expect(sequences.count >= 14)
    for (number, sequence) in sequences.enumerated() {
      let (curve, groups) = try Self.curve(sequence)
      var cursor = ScheduleCursor(try Schedule(curve, groups: groups))
      let rows = try #require(sequence["lrs"]?.array)
      for (step, row) in rows.enumerated() {
        let want = row.array?.compactMap(\.double) ?? []
        let got = cursor.rates(step: step)
        try #require(got.count == want.count)
        for (a, b) in zip(got, want) {
          #expect(
            Swift.abs(a - b) <= rel * Swift.abs(b) + abs,
            "sequence \(number) step \(step): \(a) \(b)")
        }
      }
    }
  }

  @Test func askingForAnEarlierStepGivesTheSameBits() throws {
    let schedule = try Schedule(
      .cosine(warmup: 10.5, total: 200, startLR: 1e-4, minLR: 1e-3),
      groups: [.init(name: "a", baseLR: 0.5), .init(name: "p", baseLR: 0.5, isConstant: true)])
    var walked = ScheduleCursor(schedule)
    let all = (0..<220).map { walked.rates(step: $0) }
    for step in [0, 150, 3, 219, 10, 11, 12, 1] {
      #expect(walked.rates(step: step) == all[step])
      var fresh = ScheduleCursor(schedule)
      #expect(fresh.rates(step: step) == all[step])
    }
  }

  @Test func constantGroupCanBeConstantFromTheFirstStep() throws {
    var cursor = ScheduleCursor(
      try Schedule(
        .cosine(warmup: 4, total: 8, startLR: 0.1, minLR: 0),
        groups: [.init(name: "p", baseLR: 0.5, isConstant: true)],
        constantGroupsFollowFirstStep: false))
    #expect(cursor.rates(step: 0) == [0.5])
  }

  @Test func ratesStayFiniteAfterTheEndAndWithoutRoomToAnneal() throws {
    let curves: [Schedule.Curve] = [
      .warmupAnneal(warmup: 2, total: 5), .warmupAnneal(warmup: 5, total: 5),
      .cosine(warmup: 5, total: 5, startLR: 0, minLR: 0), .linear(total: 3), .constant,
      .cosine(warmup: 9, total: 5, startLR: 0, minLR: 0), .warmupAnneal(warmup: 0, total: 0),
    ]
    for curve in curves {
      var cursor = ScheduleCursor(try Schedule(curve, groups: [.init(name: "g", baseLR: 1)]))
      for step in 0..<40 { #expect(cursor.rates(step: step)[0].isFinite, "\(curve) \(step)") }
    }
  }

  @Test func negativeOrInfiniteNumbersAreRefused() {
    let group = Schedule.Group(name: "g", baseLR: 1)
    #expect(throws: ScheduleError.rate(name: "total", found: -1)) {
      try Schedule(.cosine(warmup: 0, total: -1, startLR: 0, minLR: 0), groups: [group])
    }
    #expect(throws: ScheduleError.self) {
      try Schedule(.constant, groups: [.init(name: "g", baseLR: .infinity)])
    }
    #expect(throws: ScheduleError.self) { try Schedule(.linear(total: 0), groups: [group]) }
  }
}
