import CommandLanguage
import Commands
import Foundation
import Testing

@testable import Sessions

/// Curves, health and comparisons of a run whose objective changed on the way.
@Suite struct CurvesAfterSwapTests {
  private static let setup = [
    "seed 3", "data demo n=100", "backbone small width=2", "method simclr batch=20 proj=[8,4]",
    "optim sgd lr=0.1", "schedule const",
  ]
  /// Five steps an epoch, then two.
  private static let swapped = setup + ["step 3", "swap method batch=40", "epoch 2"]

  private func level(_ value: Double, first: Int? = nil, last: Int? = nil) -> MetricCurve.Level {
    MetricCurve.Level(name: "chance", value: value, first: first, last: last)
  }

  private func curves(_ session: TrainedSession, _ names: [String] = ["loss", "lr"]) throws
    -> CurvesData
  {
    try session.bench.curves(names)
  }

  @Test func aRunWithoutBranchesHasNoTrunk() throws {
    let session = try TrainedSession(Self.setup + ["track knn every=1epoch", "epoch 1"])
    for data in [
      try curves(session, ["loss", "knn"]),
      try session.bench.curves(["knn"], branches: session.context.timeline.metrics(of: ["main"])),
    ] {
      let line = try #require(data.curves.last?.lines.first)
      #expect(line.steps == [0, 5] && line.trunk == 0 && line.lead == 0 && line.breaks == [])
      #expect(data.events == [] && data.subject == "simclr, seed 3")
    }
    // A branch without values of the metric parts from nothing.
    _ = try session.output("branch b; track off; swap optim lr=0.2; step 1; switch main; epoch 1")
    let both = try session.context.timeline.metrics(of: ["main", "b"])
    let data = try session.bench.curves(["knn", "loss"], branches: both)
    #expect(data.curves[0].lines.map(\.branch) == ["main"] && data.curves[0].lines[0].trunk == 0)
    #expect(data.curves[1].lines.map(\.trunk) == [5, 0])
  }

  @Test func epochsLevelsAndLinesAreThoseOfTheirSteps() throws {
    let data = try curves(try TrainedSession(Self.swapped))
    #expect(data.epochEnds.map(\.step) == [5, 7] && data.epochEnds.map(\.epoch) == [1, 2])
    #expect(
      data.curves[0].levels == [level(log(39), last: 3), level(log(79), first: 4)])
    #expect(data.curves[0].lines[0].breaks == [4] && data.curves[1].lines[0].breaks == [])
    #expect(
      data.events == [CurvesData.Event(step: 4, name: "swap batch 40", isChange: true)])
    // Chosen and chosen back before a step is no change.
    let other = try TrainedSession(
      Self.setup + ["step 3", "swap method temp=0.1", "swap method temp=0.7", "step 1"])
    #expect(try curves(other).events == [])
  }

  /// The last epoch's tick is there when it ended, not when as many steps were taken.
  @Test func anEpochThatBeganAnewHasNotEnded() throws {
    let session = try TrainedSession(
      Self.setup + ["step 3", "swap method batch=40", "swap method batch=20", "step 2"])
    #expect(session.bench.summary.epoch == 0)
    #expect(try curves(session).epochEnds == [])
    _ = try session.output("step 3")
    #expect(try curves(session).epochEnds.map(\.step) == [8])
  }

  @Test func anotherMethodBreaksTheLine() throws {
    let session = try TrainedSession(
      Array(Self.setup.prefix(3)) + [
        "method simsiam-multi batch=20 proj=[8,4] pred=2 start=1epochs", "optim sgd lr=0.1",
        "schedule const", "step 7", "swap method simclr batch=20", "step 2", "swap optim lr=0.3",
        "step 2", "swap method temp=0.05", "step 2",
      ])
    let data = try curves(session, ["loss", "contrast_acc", "class_loss", "knn"].dropLast())
    #expect(data.subject == "simsiam-multi to step 7, then simclr, seed 3")
    #expect(data.curves[0].lines[0].breaks == [8, 12])
    #expect(data.curves[0].levels == [level(0, last: 7), level(log(39), first: 8)])
    #expect(data.curves[1].levels == [level(1.0 / 39, first: 8)])
    #expect(data.curves[2].levels.map(\.last) == [7])
    #expect(data.events.map(\.step) == [6, 8, 10, 12])
    #expect(data.events.map(\.name).first == "bank in use")
    #expect(data.events.map(\.name).suffix(2) == ["optim lr 0.3", "swap temp 0.05"])
  }

  /// Whatever led to a state, its figure is the same.
  @Test func itDependsOnTheStepsAlone() throws {
    let straight = try curves(try TrainedSession(Self.swapped))
    let session = try TrainedSession(
      ["set snapshots 1B"] + Self.swapped + ["step 4", "rewind @s6", "step 1"],
      redirectsFiles: true)
    #expect(try curves(session) == straight)
    _ = try session.output("swap method temp=0.1; step 2; undo 2; save session s")
    #expect(try curves(session) == straight)
    _ = try session.output("rewind @s3; step 1; switch main")
    _ = try session.output("rewind @s7")
    #expect(try curves(session) == straight)
    let loaded = try TrainedSession()
    loaded.context.shell.files.redirection = session.context.shell.files.redirection
    _ = try loaded.output("load session s")
    #expect(try curves(loaded) == straight)
    _ = try loaded.output("step 1")
    #expect(try curves(loaded).events == straight.events)
    #expect(loaded.text("replay s.dyad --verify --outputs").contains("error") == false)
  }

  /// A file from before choices were kept: without a swap in its log all steps were taken with the
  /// present ones, else how they were taken is not known and nothing is claimed of it.
  @Test(arguments: [false, true])
  func anOlderFileLoads(_ swaps: Bool) throws {
    let session = try TrainedSession(
      Self.setup + (swaps ? ["step 1", "swap method temp=0.2"] : []) + [
        "step 3", "save session o",
      ],
      redirectsFiles: true)
    let state = URL(fileURLWithPath: session.context.shell.files.readPath("o.safetensors"))
    var bytes = try Data(contentsOf: state)
    for (old, new) in [("phases", "fhases"), ("dyad.checksum", "dyad.checksun")] {
      bytes.replaceSubrange(try #require(bytes.range(of: Data(old.utf8))), with: Data(new.utf8))
    }
    try bytes.write(to: state)
    let loaded = try TrainedSession()
    loaded.context.shell.files.redirection = session.context.shell.files.redirection
    _ = try loaded.output("load session o")
    if swaps {
      #expect(try curves(loaded).curves[0].levels == [])
      #expect(try curves(loaded).subject == "steps of an older file, seed 3")
      #expect(!loaded.text("show health").contains(" at step "))
    } else {
      #expect(try curves(loaded) == curves(session))
    }
    _ = try loaded.output("swap method temp=0.1; step 2; save session p overwrite=on")
    let data = try curves(loaded)
    #expect(data.events.map(\.step) == (swaps ? [] : [4]))
    #expect(data.curves[0].levels == [level(log(39), first: swaps ? 5 : nil)])
    #expect(
      data.subject == (swaps ? "steps of an older file to step 4, then " : "") + "simclr, seed 3")
    #expect(loaded.text("show health").contains("at step \(swaps ? 5 : 4), the first of this"))
    _ = try loaded.output("load session p")
    #expect(try curves(loaded) == data)
  }

  @Test func branchesAreMarkedOneByOne() throws {
    let session = try TrainedSession(
      Self.setup + [
        "step 5", "swap method temp=0.3", "step 2", "branch cold", "swap method temp=0.05",
        "step 3", "swap optim lr=0.2", "step 1", "switch main", "step 4",
      ])
    func data() throws -> CurvesData {
      try session.bench.curves(
        ["loss"], branches: session.context.timeline.metrics(of: ["main", "cold"]))
    }
    let both = try data()
    #expect(
      both.events == [
        CurvesData.Event(step: 6, name: "swap temp 0.3", isChange: true),
        CurvesData.Event(step: 11, name: "cold: optim lr 0.2", isChange: true),
      ])
    // What a line is called holds for all of it that is its own.
    #expect(both.curves[0].lines.map(\.name) == ["main (temp 0.3, lr 0.1)", "cold (temp 0.05)"])
    // Another objective's line does not begin on the one that it left.
    let cold = both.curves[0].lines[1]
    #expect(cold.steps[cold.lead] == 8 && cold.trunk == 0)
    #expect(both.curves[0].lines[0].trunk == 7)
    #expect(both.curves[0].levels == [level(log(39))] && both.epochEnds.map(\.step) == [5, 10])
    _ = try session.output("set snapshots 1B")
    #expect(try data() == both)
  }

  /// Where branches differ in what chance is, each has its own.
  @Test func branchesThatDifferHaveTheirOwnLevels() throws {
    let session = try TrainedSession(
      Self.setup + ["step 4", "branch wide", "swap method batch=40", "step 4", "switch main"])
    _ = try session.output("step 2")
    let data = try session.bench.curves(
      ["loss"], branches: session.context.timeline.metrics(of: ["main", "wide"]))
    var (main, wide) = (level(log(39), first: 5, last: 6), level(log(79), first: 5, last: 6))
    (main.branches, wide.branches) = (["main"], ["wide"])
    #expect(
      data.curves[0].levels == [
        level(log(39), last: 4), main, wide, level(log(79), first: 7),
      ])
    #expect(data.epochEnds == [] && data.epochsDiffer && data.objectivesDiffer)
  }

  /// With more branches than two, each label says what tells it from every other.
  @Test func labelsTellBranchesApart() throws {
    let session = try TrainedSession(
      Self.setup + [
        "step 4", "snap a", "branch cold", "swap method temp=0.1", "step 2", "rewind @a",
        "branch siam", "swap method simsiam batch=20 pred=4", "step 2", "switch main", "step 2",
      ])
    let labels = try session.context.timeline.metrics(of: ["main", "cold", "siam"]).map(\.label)
    #expect(Set(labels.map { $0.drop { $0 != "(" } }).count == 3, "\(labels)")
    #expect(labels[1].contains("temp 0.1") && labels[2].contains("(simsiam, "))
  }

  @Test func theCaptionIsTrueOfTheWholeLine() throws {
    let session = try TrainedSession(Self.swapped, redirectsFiles: true)
    _ = try session.output("viz curves loss data=c.csv -> c.png")
    let csv = try String(
      contentsOfFile: session.context.shell.files.readPath("c.csv"), encoding: .utf8)
    #expect(csv.contains("event,swap batch 40,4.0"))
    let png = try Data(
      contentsOf: URL(fileURLWithPath: session.context.shell.files.readPath("c.png")))
    for part in [
      "Changed in mid-run: swap batch 40 from step 4.", "not comparable (loss).",
      "Dashed: chance = 3.66 (to step 3), 4.37 (from step 4).",
    ] { #expect(png.range(of: Data(part.utf8)) != nil, "\(part)") }
  }
}
