import CommandLanguage
import Foundation
import Sessions

/// Names and latest metrics of a workbench, for expressions and completion.
struct WorkbenchNames {
  let bench: Workbench

  /// Names of a kind; those of layers and parameters are empty without a model.
  func names(of kind: DynamicKind) -> [String] {
    switch kind {
    case .metrics: MetricName.allCases.map(\.rawValue) + ["lr", "step", "epoch"]
    case .layers: bench.layerNames
    case .parameters: bench.parameterNames + bench.bufferNames
    case .references: Reference.prefixes
    case .sessions: sessions
    default: []
    }
  }

  /// The latest value of a metric; `lr` is the rate of the first group, which holds the backbone.
  ///
  /// Returns nil for an unknown name. Throws: `Diagnostic` when it was never measured.
  func metric(_ name: String) throws -> Double? {
    let records = bench.metrics.records
    switch name {
    case "step": return Double(records.last?.step ?? 0)
    case "epoch": return Double(records.last?.epoch ?? 0)
    case "lr":
      if let rate = records.last?.rates.first?.value { return rate }
    default:
      guard let metric = MetricName(rawValue: name) else { return nil }
      if let value = records.last(where: { $0.values[metric] != nil })?.values[metric] {
        return value
      }
    }
    throw Diagnostic(
      "the metric '\(name)' has no value yet",
      help: records.isEmpty ? "step" : "track \(name) every=1step")
  }

  private var sessions: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: ".")) ?? []
    return names.filter { $0.hasSuffix(".dyad") }.map { String($0.dropLast(5)) }.sorted()
  }
}
