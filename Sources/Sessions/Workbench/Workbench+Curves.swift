import Datasets
import Kernels
import Methods

/// A metric over training with what to compare it with.
public struct MetricCurve: Sendable, Equatable {
  /// One line of it: all learning rates have a line for each group.
  public struct Line: Sendable, Equatable {
    /// The group's name; the metric's where there is one line.
    public var name: String
    /// The steps at which it was measured.
    public var steps: [Int]
    /// Its values.
    public var values: [Double]
    /// How many values at its beginning are another branch's line, for a mean that goes on from it.
    public var lead = 0
    /// How many values after those are other branches' too.
    public var trunk = 0
  }

  /// A level to compare with.
  public struct Level: Sendable, Equatable {
    /// What it is: `chance`, `1/√d`.
    public var name: String
    /// Its value.
    public var value: Double
  }

  /// The metric's name, or `lr`.
  public var name: String
  /// The unit; empty for a pure number.
  public var unit: String
  /// Whether larger is better, nil where neither is.
  public var higherIsBetter: Bool?
  /// The lines.
  public var lines: [Line]
  /// The levels.
  public var levels: [Level]
}

/// Metrics over training and when things happened.
public struct CurvesData: Sendable, Equatable {
  /// The method.
  public var method: MethodName
  /// The metrics, in the order asked for.
  public var curves: [MetricCurve]
  /// The steps of an epoch.
  public var stepsPerEpoch: Int
  /// The first step whose targets use the memory bank, when training has reached it.
  public var gateStep: Int?
}

extension Workbench {
  /// Returns recorded metrics with their reference levels: of the present branch, or of several.
  ///
  /// Throws: `SessionError` for a name that is no metric, a metric without values, no method.
  public func curves(_ names: [String], branches: [BranchMetrics] = []) throws -> CurvesData {
    let configuration = try resolved()
    guard let method = configuration.method else {
      throw SessionError("no method yet", help: "method simclr")
    }
    let sources =
      branches.isEmpty ? [BranchMetrics(name: "", log: metrics, method: method)] : branches
    var seen: Set<String> = []
    let curves = try names.filter { seen.insert($0).inserted }.map { try curve($0, sources) }
    let perEpoch = configuration.stepsPerEpoch
    var gate: Int?
    if method.name == .simsiamMulti, sources.allSatisfy({ $0.method?.start == method.start }) {
      let (steps, overflow) = method.start.multipliedReportingOverflow(by: perEpoch)
      let last = sources.compactMap(\.log.records.last?.step).max()
      if !overflow, let last, steps < last { gate = steps + 1 }
    }
    return CurvesData(
      method: method.name, curves: curves, stepsPerEpoch: perEpoch, gateStep: gate)
  }

  private func curve(_ name: String, _ sources: [BranchMetrics]) throws -> MetricCurve {
    if name == "lr" { return try rateCurve(sources) }
    guard let metric = MetricName(rawValue: name) else {
      let known = MetricName.allCases.map(\.rawValue).joined(separator: " ")
      throw SessionError(
        "no metric '\(name)': expected \(known) lr", about: "metrics", part: name)
    }
    let lines = sources.compactMap { source -> MetricCurve.Line? in
      source.line(
        source.name.isEmpty ? name : source.label,
        source.log.series(metric).map { ($0.step, $0.value) })
    }
    guard !lines.isEmpty else {
      let isTracked = metric.isCostly || metric == .align
      throw SessionError(
        "no values of '\(name)' yet", help: isTracked ? "track \(name) every=1epoch" : "step",
        about: "metrics", part: name)
    }
    // A level that differs from branch to branch is no level of the panel.
    let levels = sources.compactMap(\.method).map { self.levels(metric, $0) }
    let shared = levels.allSatisfy { $0 == levels[0] } ? levels.first ?? [] : []
    return MetricCurve(
      name: name, unit: metric.unit, higherIsBetter: metric.higherIsBetter, lines: lines,
      levels: shared)
  }

  private func rateCurve(_ sources: [BranchMetrics]) throws -> MetricCurve {
    let lines = sources.flatMap { source in
      let own = rateLines(source)
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

  private func rateLines(_ source: BranchMetrics) -> [MetricCurve.Line] {
    let records = source.log.records
    var groups: [String] = []
    for name in records.flatMap({ $0.rates.map(\.name) }) where !groups.contains(name) {
      groups.append(name)
    }
    var lines: [MetricCurve.Line] = []
    for group in groups {
      let found = source.line(
        group,
        records.compactMap { record in
          record.rates.first { $0.name == group }.map { (record.step, $0.value) }
        })
      guard let line = found else { continue }
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
      return [MetricCurve.Level(name: "1/√d", value: 1 / Double(method.projectorOut).squareRoot())]
    case .classLoss: return method.classes > 0 ? chance(Exact.log(Double(method.classes))) : []
    case .acc1: return method.classes > 0 ? chance(100 / Double(method.classes)) : []
    case .acc5: return method.classes > 0 ? chance(100 * min(1, 5 / Double(method.classes))) : []
    case .contrastAcc: return chance(1 / Double(2 * method.batch - 1))
    case .align: return chance(2)
    case .knn: return classes > 0 ? chance(100 / classes) : []
    case .erank, .uniform: return []
    }
  }
}

extension BranchMetrics {
  /// The line of a branch, nil where it has no values of its own.
  ///
  /// What it shares with another branch leads it: it is drawn there, but for the last point, so that
  /// lines begin at the fork.
  fileprivate func line(
    _ name: String, _ points: [(step: Int, value: Double)]
  ) -> MetricCurve.Line? {
    guard let last = points.last, last.step > sharedSteps || sharedSteps == 0 else { return nil }
    var line = MetricCurve.Line(name: name, steps: points.map(\.step), values: points.map(\.value))
    line.lead = max(0, points.prefix { $0.step <= sharedSteps }.count - 1)
    line.trunk = points.dropFirst(line.lead).prefix { $0.step <= trunkSteps }.count
    return line
  }
}
