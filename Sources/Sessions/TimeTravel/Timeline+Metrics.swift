import Methods

/// The metrics of one branch, for a figure of several.
public struct BranchMetrics: Sendable {
  /// The branch.
  public let name: String
  /// Its metrics to its end.
  public let log: MetricLog
  /// The method at its end, for levels to compare with.
  public let method: MethodConfiguration?
  /// The choices that differ from those of the other branches of the figure, `temp 0.5`.
  public var differences: [String] = []
  /// The number of completed steps up to which another branch of the same figure has its line too.
  public var sharedSteps = 0
  /// The last step of its own line at which another branch of the figure begins, 0 without one.
  public var trunkSteps = 0

  /// The branch with up to two choices that tell it from the others: `main (temp 0.5)`.
  public var label: String {
    guard !differences.isEmpty else { return name }
    let more = differences.count > 2 ? ", …" : ""
    return "\(name) (\(differences.prefix(2).joined(separator: ", "))\(more))"
  }
}

extension Timeline {
  /// Returns the metrics of branches to their ends, each after what it shares with one before it.
  ///
  /// Throws: `SessionError` for a name that no branch has, or an end whose state is not held.
  public func metrics(of names: [String]) throws -> [BranchMetrics] {
    var out: [BranchMetrics] = []
    var forks: [String: Int] = [:]
    for name in names where !out.contains(where: { $0.name == name }) {
      var branch = try metrics(of: name)
      // The way to the fork is another branch's line, where that is drawn.
      var origin = index(of: name).flatMap { branches[$0].origin }
      var step = Int.max
      let run = run(of: name)
      while let from = origin {
        // A `seed` or `method` began anew: nothing before it is this branch's past.
        guard let parent = index(of: from.branch),
          branches[parent].moments.contains(where: { $0.run == run })
        else { break }
        step = min(step, from.step)
        if names.contains(from.branch) {
          branch.sharedSteps = step
          forks[from.branch] = max(forks[from.branch] ?? 0, step)
          break
        }
        origin = index(of: from.branch).flatMap { branches[$0].origin }
      }
      out.append(branch)
    }
    let choices = out.map { options(of: $0.name) }
    for i in out.indices {
      out[i].trunkSteps = forks[out[i].name] ?? 0
      out[i].differences = choices[i].filter { option in
        choices.contains { other in
          !other.isEmpty && !other.contains { $0 == option }
        }
      }.map { "\($0.name) \($0.value)" }
    }
    return out
  }

  private func run(of name: String) -> Int? {
    name == current && !isBehind
      ? bench.run : index(of: name).flatMap { branches[$0].moments.last }?.run
  }

  /// The choices at a branch's end; none where its state is not held.
  private func options(of name: String) -> [(name: String, value: String)] {
    let resolution =
      name == current && !isBehind
      ? bench.resolution
      : index(of: name).flatMap { branches[$0].moments.last { $0.isHeld } }?.image?.resolution
    return (resolution?.options ?? []).map { ($0.name, $0.value) }
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
    try hold(last)
    guard let log = last.log else { throw notHeld(last.step, name) }
    let image = branches[at].moments.last { $0.run == last.run && $0.isHeld }?.image
    return BranchMetrics(name: name, log: log, method: image?.resolution?.method)
  }
}
