import Datasets
import Kernels
import Methods

extension Workbench {
  /// Returns recorded metrics with their reference levels: of the present branch, or of several.
  ///
  /// Throws: `SessionError` for a name that is no metric, a metric without values, no method.
  public func curves(_ names: [String], branches: [BranchMetrics] = []) throws -> CurvesData {
    guard let method = try resolved().method else {
      throw SessionError("no method yet", help: "method simclr")
    }
    let sources =
      branches.isEmpty
      ? [BranchMetrics(name: "", log: metrics, epochs: learner?.epoch ?? 0)] : branches
    var seen: Set<String> = []
    let curves = try names.filter { seen.insert($0).inserted }.map { try curve($0, sources) }
    let drawn = Set(curves.flatMap(\.lines).map(\.branch))
    return RunHistory(sources.filter { drawn.contains($0.name) }).data(
      curves, method: method, seed: seed)
  }

  private func curve(_ name: String, _ sources: [BranchMetrics]) throws -> MetricCurve {
    if name == "lr" { return try rateCurve(sources) }
    guard let metric = MetricName(rawValue: name) else {
      let known = MetricName.allCases.map(\.rawValue).joined(separator: " ")
      throw SessionError(
        "no metric '\(name)': expected \(known) lr", about: "metrics", part: name)
    }
    let series = sources.map { $0.log.series(metric) }
    let drawn = zip(sources, series).filter { $0.hasOwn($1.last?.step) }
    guard !drawn.isEmpty else {
      let isTracked = metric.isCostly || metric == .align
      throw SessionError(
        "no values of '\(name)' yet", help: isTracked ? "track \(name) every=1epoch" : "step",
        about: "metrics", part: name)
    }
    let history = RunHistory(drawn.map(\.0))
    let lines = drawn.map { source, points in
      source.line(
        source.name.isEmpty ? name : source.label, points, trunk: history.trunk(of: source),
        breaks: source.breaks(metric))
    }
    return MetricCurve(
      name: name, unit: metric.unit, higherIsBetter: metric.higherIsBetter, lines: lines,
      levels: history.levels { method in
        // Some levels are the same under every method.
        let known = method ?? (metric == .knn || metric == .align ? resolution?.method : nil)
        return known.map { levels(metric, $0) } ?? []
      })
  }

  private func rateCurve(_ sources: [BranchMetrics]) throws -> MetricCurve {
    let history = RunHistory(sources.filter { $0.hasOwn($0.log.records.last?.step) })
    let lines = history.sources.flatMap { source in
      let own = rateLines(source, trunk: history.trunk(of: source))
      return own.map { line in
        guard !source.name.isEmpty else { return line }
        var line = line
        line.name = own.count == 1 ? source.label : source.label + " " + line.name
        return line
      }
    }
    guard !lines.isEmpty else {
      throw SessionError("no values of 'lr' yet", help: "step", about: "metrics", part: "lr")
    }
    return MetricCurve(name: "lr", unit: "", higherIsBetter: nil, lines: lines, levels: [])
  }

  private func rateLines(_ source: BranchMetrics, trunk: Int) -> [MetricCurve.Line] {
    let records = source.log.records
    var groups: [String] = []
    for name in records.flatMap({ $0.rates.map(\.name) }) where !groups.contains(name) {
      groups.append(name)
    }
    var lines: [MetricCurve.Line] = []
    for group in groups {
      let points = records.compactMap { record in
        record.rates.first { $0.name == group }.map { (step: record.step, value: $0.value) }
      }
      guard source.hasOwn(points.last?.step) else { continue }
      let line = source.line(group, points, trunk: trunk, breaks: [])
      // Groups with one rate are one line.
      if let same = lines.firstIndex(where: {
        $0.steps == line.steps && $0.values == line.values
      }) {
        lines[same].name += ", " + group
      } else {
        lines.append(line)
      }
    }
    return lines
  }

  /// What a metric would be without information, or when z is spread evenly.
  private func levels(_ metric: MetricName, _ method: MethodConfiguration) -> [MetricCurve.Level] {
    func chance(_ value: Double) -> [MetricCurve.Level] {
      [MetricCurve.Level(name: "chance", value: value)]
    }
    let classes = Double(data?.loaded.classNames.count ?? 0)
    switch metric {
    case .loss: return chance(method.chanceLoss)
    case .total: return method.classes == 0 ? chance(method.chanceLoss) : []
    case .zStd:
      return [
        MetricCurve.Level(name: "1/√d", value: method.evenStd),
        MetricCurve.Level(name: "collapsed", value: 0),
      ]
    case .classLoss: return method.classes > 0 ? chance(Exact.log(Double(method.classes))) : []
    case .acc1: return method.classes > 0 ? chance(100 / Double(method.classes)) : []
    case .acc5: return method.classes > 0 ? chance(100 * min(1, 5 / Double(method.classes))) : []
    case .contrastAcc:
      return method.name.isSimSiamFamily ? [] : chance(1 / Double(2 * method.batch - 1))
    case .align: return chance(2)
    case .knn: return classes > 0 ? chance(100 / classes) : []
    case .erank, .uniform: return []
    }
  }
}

extension BranchMetrics {
  /// Whether a line to a step has a part that no other line shows.
  fileprivate func hasOwn(_ last: Int?) -> Bool {
    last.map { sharedSteps == 0 || $0 > sharedSteps } ?? false
  }

  /// The line of a branch.
  ///
  /// What it shares with another branch leads it: it is drawn there, but for the last point, so that
  /// lines begin at the fork; also for that one where the line is broken there.
  fileprivate func line(
    _ name: String, _ points: [(step: Int, value: Double)], trunk: Int, breaks: [Int]
  ) -> MetricCurve.Line {
    var line = MetricCurve.Line(name: name, steps: points.map(\.step), values: points.map(\.value))
    (line.branch, line.breaks) = (self.name, breaks)
    let shared = sharedSteps == 0 ? 0 : line.steps.prefix { $0 <= sharedSteps }.count
    line.lead = max(0, shared - 1)
    if shared > 0, shared < points.count,
      breaks.contains(where: { $0 > line.steps[shared - 1] && $0 <= line.steps[shared] })
    {
      line.lead = shared
    }
    line.trunk = trunk == 0 ? 0 : line.steps.dropFirst(line.lead).prefix { $0 <= trunk }.count
    return line
  }

  /// The steps at which values of a metric begin that cannot be compared with those before.
  fileprivate func breaks(_ metric: MetricName) -> [Int] {
    let phases = log.phases.list
    return zip(phases, phases.dropFirst()).filter { before, after in
      !metric.isComparable(before.method, after.method)
    }.map(\.1.start)
  }
}

extension MetricName {
  /// Whether values under two methods measure the same.
  fileprivate func isComparable(_ a: MethodConfiguration, _ b: MethodConfiguration) -> Bool {
    switch self {
    case .loss: a.hasObjective(of: b)
    case .total: a.hasObjective(of: b) && a.classes == b.classes
    case .classLoss, .acc1, .acc5: a.classes == b.classes
    case .zStd: a.projectorOut == b.projectorOut
    // SimCLR-Attn ranks weighted log-probabilities.
    case .contrastAcc:
      a.batch == b.batch && (a.name == b.name || a.name != .simclrAttn && b.name != .simclrAttn)
    case .erank: a.batch == b.batch && a.projectorOut == b.projectorOut
    case .align, .uniform, .knn: true
    }
  }
}
