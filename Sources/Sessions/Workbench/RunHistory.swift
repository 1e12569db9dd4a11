import Methods

/// What happened in the branches of a figure, from their metric logs alone.
struct RunHistory {
  /// The branches that have lines.
  let sources: [BranchMetrics]

  init(_ sources: [BranchMetrics]) { self.sources = sources }

  /// The number of steps that a branch shares with the last one that begins on its line.
  func trunk(of source: BranchMetrics) -> Int {
    sources.filter { $0.sharedWith == source.name }.map(\.sharedSteps).max() ?? 0
  }

  /// Adds to curves when epochs ended, what changed and what the figure is of.
  ///
  /// Before the first step that is the present method.
  func data(
    _ curves: [MetricCurve], method: MethodConfiguration, seed: UInt64
  ) -> CurvesData {
    let ends = sources.map(epochEnds)
    let longest = sources.indices.max { sources[$0].end < sources[$1].end }
    let all = longest.map { ends[$0] } ?? []
    let agree = zip(sources, ends).allSatisfy { source, own in
      own == all.filter { $0.step <= source.end }
    }
    return CurvesData(
      subject: subject(seed) ?? "\(method.name.rawValue), seed \(seed)", curves: curves,
      epochEnds: agree ? all : [], objectivesDiffer: objectivesDiffer, epochsDiffer: !agree,
      events: events)
  }

  private var objectivesDiffer: Bool {
    let last = sources.compactMap { $0.log.phases.phase(of: $0.end)?.method }
    return last.dropFirst().contains { !$0.hasObjective(of: last[0]) }
  }

  private func epochEnds(_ source: BranchMetrics) -> [CurvesData.EpochEnd] {
    source.log.records.epochEnds.filter { $0.epoch < source.epochs }.map {
      CurvesData.EpochEnd(epoch: $0.epoch + 1, step: $0.step)
    }
  }

  /// The levels of a metric, each over the steps for which the same branches have it.
  ///
  /// - Parameter levels: The levels under a method; nil where none is known.
  /// - Returns: The levels in the order of their steps.
  func levels(_ levels: (MethodConfiguration?) -> [MetricCurve.Level]) -> [MetricCurve.Level] {
    // Where something may differ from the step before.
    let starts = Set(sources.flatMap { $0.log.phases.list.map(\.start) + [$0.end + 1] })
    let beginning = sources.compactMap(\.log.records.first?.step).min() ?? 0
    let cuts = [Int.min] + starts.filter { $0 > beginning && $0 <= end }.sorted()
    var out: [MetricCurve.Level] = []
    for (i, cut) in cuts.enumerated() {
      let first = max(cut, beginning)
      let last = i + 1 < cuts.count ? cuts[i + 1] - 1 : nil
      let there = sources.filter { $0.end >= first }
      for level in Self.merged(
        there.map { ($0.name, levels($0.log.phases.phase(of: first)?.method)) })
      {
        if i > 0,
          let before = out.lastIndex(where: {
            $0.name == level.name && $0.value == level.value && $0.branches == level.branches
              && $0.last == first - 1
          })
        {
          out[before].last = last
        } else {
          var level = level
          (level.first, level.last) = (i > 0 ? first : nil, last)
          out.append(level)
        }
      }
    }
    return out
  }

  /// The levels of some branches, each once with those that have it, where not all do.
  private static func merged(
    _ found: [(branch: String, levels: [MetricCurve.Level])]
  ) -> [MetricCurve.Level] {
    var out: [MetricCurve.Level] = []
    for level in found.flatMap(\.levels) where !out.contains(level) { out.append(level) }
    return out.map { level in
      var level = level
      let owners = found.filter { $0.levels.contains(level) }.map(\.branch)
      if owners.count < found.count { level.branches = owners }
      return level
    }
  }

  private var end: Int { sources.map(\.end).max() ?? 0 }

  /// Gates and changes; one that not every branch there has is told with those that have it.
  private var events: [CurvesData.Event] {
    var owners: [CurvesData.Event: [String]] = [:]
    for source in sources {
      for event in source.events where !source.isFork(event) {
        owners[event, default: []].append(source.name)
      }
    }
    // What a branch began with is said by its name, unless the other branch has it as well.
    for source in sources {
      for event in source.events where source.isFork(event) { owners[event]?.append(source.name) }
    }
    let named = owners.map { event, owners in
      var event = event
      if owners.count < sources.count(where: { $0.end >= event.step }) {
        event.name = owners.joined(separator: ", ") + ": " + event.name
      }
      return event
    }
    return named.sorted { ($0.step, $0.name) < ($1.step, $1.name) }
  }

  private func subject(_ seed: UInt64) -> String? {
    guard sources.contains(where: { !$0.log.records.isEmpty }) else { return nil }
    var seen: Set<String> = []
    let names = sources.flatMap { $0.log.phases.list.map(\.method.name.rawValue) }
      .filter { seen.insert($0).inserted }
    var seeds: [String] = []
    for choice in sources.flatMap({ $0.log.phases.choices }) where choice.part == "seed" {
      if let seed = choice.value, !seeds.contains(seed) { seeds.append(seed) }
    }
    let methods = sources.count == 1 ? turns(sources[0].log) : names.joined(separator: ", ")
    guard !methods.isEmpty else { return nil }
    // No step changes the seed.
    if seeds.isEmpty { seeds = ["\(seed)"] }
    return methods + ", seed\(seeds.count > 1 ? "s" : "") " + seeds.joined(separator: ", ")
  }

  /// Methods one after another: `simclr to step 5, then simsiam`.
  private func turns(_ log: MetricLog) -> String {
    var turns: [(name: String, start: Int)] = []
    let first = log.records.first?.step ?? 0
    if log.phases.phase(of: first) == nil { turns.append(("steps of an older file", first)) }
    for phase in log.phases.list where turns.last?.name != phase.method.name.rawValue {
      turns.append((phase.method.name.rawValue, phase.start))
    }
    guard turns.count <= 3 else {
      return "\(turns.count) methods in turn, the last \(turns[turns.count - 1].name)"
    }
    return turns.enumerated().map { i, turn in
      turn.name + (i + 1 < turns.count ? " to step \(turns[i + 1].start - 1)" : "")
    }.joined(separator: ", then ")
  }
}

extension BranchMetrics {
  /// The last step.
  fileprivate var end: Int { log.records.last?.step ?? 0 }

  /// Whether a change is the one that the branch began with.
  fileprivate func isFork(_ event: CurvesData.Event) -> Bool {
    event.isChange && sharedSteps > 0 && event.step == sharedSteps + 1
  }

  /// When the bank came into use and when choices changed.
  fileprivate var events: [CurvesData.Event] {
    let phases = log.phases.list
    var events: [CurvesData.Event] = []
    var used = false
    for (i, phase) in phases.enumerated() {
      if i > 0 {
        events.append(CurvesData.Event(step: phase.start, name: phase.summary, isChange: true))
      }
      let next = i + 1 < phases.count ? phases[i + 1].start : end + 1
      guard phase.method.name == .simsiamMulti,
        let step = log.records.firstStep(from: phase.start, epoch: phase.method.start), step < next
      else {
        used = false
        continue
      }
      if !used || step > phase.start {
        events.append(CurvesData.Event(step: step, name: "bank in use", isChange: false))
      }
      used = true
    }
    return events
  }
}
