import CommandLanguage
import Methods
import Sessions
import Tensors

/// The workbench's metrics, layers and parameters, as expressions and completion name them.
public final class WorkbenchNames: StateNames {
  private unowned let bench: Workbench
  private unowned let timeline: Timeline
  /// Who watches steps that are computed again for a tensor at another time.
  var watcher: () -> Timeline.Watcher = { Timeline.Watcher() }

  /// Names what a workbench and its timeline have.
  public init(_ bench: Workbench, _ timeline: Timeline) {
    self.bench = bench
    self.timeline = timeline
  }

  /// Metrics of the method, layers, parameters and buffers; nothing is built for it.
  public func names(of kind: DynamicKind) -> [String] {
    switch kind {
    case .metrics: bench.namedMetrics.map(\.rawValue) + (bench.namedMetrics.isEmpty ? [] : ["lr"])
    case .quantities: quantityNames
    case .layers: bench.layerNames
    case .parameters: bench.parameterNames
    case .tensors: bench.parameterNames + bench.bufferNames
    case .references: referenceNames
    case .branches: timeline.branches.map(\.name)
    case .snapshots: timeline.snapshotNames
    case .moments: momentNames
    default: []
    }
  }

  /// What can begin a reference with the present method; everything before one is chosen.
  private var referenceNames: [String] {
    guard let method = bench.resolution?.method else { return Reference.prefixes }
    return Reference.Base.allCases.filter { base in
      switch base {
      case .p1, .p2: method.name.isSimSiamFamily
      case .attn: method.name == .simclrAttn
      case .bank: method.name == .simsiamMulti
      default: true
      }
    }.map { $0.rawValue + ($0.takesName ? ":" : "") }
  }

  /// Names, branches, and the steps at which moments are held, on any branch with its name before.
  private var momentNames: [String] {
    let names = timeline.snapshotNames + timeline.branches.map(\.name)
    var (here, all): ([String], [String]) = ([], [])
    for row in timeline.summary {
      if row.branch == timeline.branch { here.append("s\(row.step)") }
      all.append("\(row.branch)/s\(row.step)")
    }
    var seen: Set<String> = []
    return (names + here + all).filter { seen.insert($0).inserted }.map { "@" + $0 }
  }

  private var quantityNames: [String] {
    let names = names(of: .metrics)
    guard !names.isEmpty else { return [] }
    let method = bench.resolution?.method
    let yardsticks = Yardstick.allCases.filter { method.flatMap($0.value) != nil }
    return names + ["step", "epoch"] + yardsticks.map(\.rawValue)
  }

  /// The latest value of a metric; `lr.GROUP` is a group's rate, `step` and `epoch` are counters,
  /// a `Yardstick` is of the present method.
  public func metric(_ name: String) throws -> Double? {
    let state = bench.summary
    switch name {
    case "step": return Double(state.step)
    case "epoch": return Double(state.epoch)
    case _ where name == "lr" || name.hasPrefix("lr."): return try rate(name)
    default: break
    }
    if let yardstick = Yardstick(rawValue: name) {
      return bench.resolution?.method.flatMap(yardstick.value)
    }
    guard let metric = MetricName(rawValue: name), bench.namedMetrics.contains(metric) else {
      return nil
    }
    if let value = bench.latest(metric) { return value }
    throw Diagnostic(
      "metric '\(name)' has no value yet",
      help: metric == .knn ? "knn" : metric.isCostly ? "track \(name)" : "step")
  }

  /// The numbers of a tensor, sliced.
  public func tensor(_ reference: Reference) throws -> NumberArray {
    let reader = TensorReader(bench: bench, timeline: timeline, watcher: watcher())
    let tensor = try reader.read(reference).tensor
    guard tensor.count <= NumberArray.maxCount else {
      throw Diagnostic(
        "'\(reference.canonicalText)' has \(tensor.count) numbers, an expression takes at most "
          + "\(NumberArray.maxCount)", help: "\(reference.tensorName)[0:1000]")
    }
    return NumberArray(shape: tensor.shape, values: tensor.values.map(Double.init))
  }

  private func rate(_ name: String) throws -> Double? {
    guard let rates = bench.metrics.records.last?.rates else {
      guard !bench.namedMetrics.isEmpty else { return nil }
      throw Diagnostic("metric '\(name)' has no value yet", help: "step")
    }
    if let found = rates.first(where: { "lr." + $0.name == name }) { return found.value }
    if name == "lr", rates.count == 1 { return rates[0].value }
    throw Diagnostic(
      "the learning rate has one value a group, expected "
        + Diagnostic.alternatives(rates.map { "lr." + $0.name }),
      help: rates.first.map { "lr." + $0.name })
  }
}
