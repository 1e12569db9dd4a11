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
  /// Returns recorded metrics with their reference levels.
  ///
  /// Throws: `SessionError` for a name that is no metric, a metric without values, no method.
  public func curves(_ names: [String]) throws -> CurvesData {
    let configuration = try resolved()
    guard let method = configuration.method else {
      throw SessionError("no method yet", help: "method simclr")
    }
    var seen: Set<String> = []
    let curves = try names.filter { seen.insert($0).inserted }.map { try curve($0, method) }
    let perEpoch = configuration.stepsPerEpoch
    var gate: Int?
    if method.name == .simsiamMulti {
      let (steps, overflow) = method.start.multipliedReportingOverflow(by: perEpoch)
      if !overflow, let last = metrics.records.last?.step, steps < last { gate = steps + 1 }
    }
    return CurvesData(
      method: method.name, curves: curves, stepsPerEpoch: perEpoch, gateStep: gate)
  }

  private func curve(_ name: String, _ method: MethodConfiguration) throws -> MetricCurve {
    if name == "lr" { return try rateCurve() }
    guard let metric = MetricName(rawValue: name) else {
      let known = MetricName.allCases.map(\.rawValue).joined(separator: " ")
      throw SessionError(
        "no metric '\(name)': expected \(known) lr", about: "metrics", part: name)
    }
    let series = metrics.series(metric)
    guard !series.isEmpty else {
      let isTracked = metric.isCostly || metric == .align
      throw SessionError(
        "no values of '\(name)' yet", help: isTracked ? "track \(name) every=1epoch" : "step",
        about: "metrics", part: name)
    }
    return MetricCurve(
      name: name, unit: metric.unit, higherIsBetter: metric.higherIsBetter,
      lines: [
        MetricCurve.Line(name: name, steps: series.map(\.step), values: series.map(\.value))
      ], levels: levels(metric, method))
  }

  private func rateCurve() throws -> MetricCurve {
    let records = metrics.records
    var groups: [String] = []
    for name in records.flatMap({ $0.rates.map(\.name) }) where !groups.contains(name) {
      groups.append(name)
    }
    guard !groups.isEmpty else {
      throw SessionError("no values of 'lr' yet", help: "step", about: "metrics", part: "lr")
    }
    var lines: [MetricCurve.Line] = []
    for group in groups {
      let points = records.compactMap { record in
        record.rates.first { $0.name == group }.map { (record.step, $0.value) }
      }
      let (steps, values) = (points.map(\.0), points.map(\.1))
      // Groups with one rate are one line.
      if let same = lines.firstIndex(where: { $0.steps == steps && $0.values == values }) {
        lines[same].name += ", " + group
      } else {
        lines.append(MetricCurve.Line(name: group, steps: steps, values: values))
      }
    }
    return MetricCurve(name: "lr", unit: "", higherIsBetter: nil, lines: lines, levels: [])
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
