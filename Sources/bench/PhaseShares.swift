import Files
import Tensors

/// The shares of a step's phases, as medians over steps.
struct PhaseShares {
  private var shares: [String: [Double]] = [:]
  private var steps = 0

  /// The phases in the order in which they are printed; those of the backbone first.
  private static let order = [
    "conv forward", "conv backward", "conv backward data", "conv backward weights", "batchnorm",
    "backbone other", "heads", "loss", "classifier", "metrics", "bank", "optimizer", "check",
    "copy", "statistics", "data", "other",
  ]
  private static let backbone = order.prefix(6)

  /// Adds a step: the seconds of its parts, and of all of it.
  mutating func add(_ seconds: [PlanProfile.Part: Double], total: Double) {
    var phases: [String: Double] = [:]
    for (part, time) in seconds { phases[Self.phase(part), default: 0] += time }
    phases["other"] = total - seconds.values.reduce(0, +)
    for (phase, time) in phases {
      // A phase that did not run in earlier steps had no share in them.
      let missing = steps - (shares[phase]?.count ?? 0)
      shares[phase, default: []] += Array(repeating: 0, count: missing) + [100 * time / total]
    }
    steps += 1
  }

  private static func phase(_ part: PlanProfile.Part) -> String {
    let root = part.name.prefix { $0 != "." }
    switch root {
    case "": return part.kind
    case "projector", "predictor": return "heads"
    case "loss": return "loss"
    case "classifier", "class_loss": return "classifier"
    default: break
    }
    switch (part.kind, part.pass) {
    case ("conv2d", .forward): return "conv forward"
    case ("conv2d", .weights): return "conv backward weights"
    case ("conv2d", _): return "conv backward"
    case ("batchnorm", _): return "batchnorm"
    default: return "backbone other"
    }
  }

  private func median(_ phase: String) -> Double { Statistics.median(shares[phase] ?? [0]) }

  /// The share of everything in the backbone, in percent of the step.
  var backbonePercent: Double { Self.backbone.reduce(0) { $0 + median($1) } }

  /// The shares in percent.
  var json: JSONValue {
    .members(
      Self.order.filter { shares[$0] != nil }.map {
        ($0, .double(Statistics.short((median($0) * 100).rounded() / 100)))
      })
  }
}
