import Methods

/// The metrics of one branch, for a figure of several.
public struct BranchMetrics: Sendable {
  /// The branch.
  public let name: String
  /// Its metrics to its end.
  public let log: MetricLog
  /// The method at its end, for levels to compare with.
  public let method: MethodConfiguration?
  /// The number of completed steps up to which another branch of the same figure has its line too.
  public var sharedSteps = 0
}

extension Timeline {
  /// Returns the metrics of branches to their ends, each after what it shares with one before it.
  ///
  /// Throws: `SessionError` for a name that no branch has, or an end whose state is not held.
  public func metrics(of names: [String]) throws -> [BranchMetrics] {
    var out: [BranchMetrics] = []
    for name in names where !out.contains(where: { $0.name == name }) {
      var branch = try metrics(of: name)
      // The way to the fork is another branch's line, where that is drawn.
      var origin = index(of: name).flatMap { branches[$0].origin }
      var step = Int.max
      while let from = origin {
        step = min(step, from.step)
        if names.contains(from.branch) {
          branch.sharedSteps = step
          break
        }
        origin = index(of: from.branch).flatMap { branches[$0].origin }
      }
      out.append(branch)
    }
    return out
  }

  private func metrics(of name: String) throws -> BranchMetrics {
    guard let at = index(of: name), let last = branches[at].moments.last else {
      throw SessionError(
        "no branch '\(name)', expected "
          + branches.map { "'\($0.name)'" }.joined(separator: " or "), help: "branch list",
        about: "branch", part: name)
    }
    if name == current, !isBehind {
      return BranchMetrics(name: name, log: bench.metrics, method: bench.resolution?.method)
    }
    guard let log = last.log else { throw notHeld(last.step, name) }
    let image = branches[at].moments.last { $0.run == last.run && $0.isHeld }?.image
    return BranchMetrics(name: name, log: log, method: image?.resolution?.method)
  }
}
