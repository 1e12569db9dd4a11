/// The metrics of one branch, for a figure of several.
public struct BranchMetrics: Sendable {
  /// The branch; empty for the present state alone.
  public let name: String
  /// Its metrics to its end.
  public let log: MetricLog
  /// The number of epochs that were completed there.
  public let epochs: Int
  /// The choices of all its own steps that differ from those of the figure's other branches,
  /// `temp 0.5`; first those that tell it from each of them.
  public var differences: [String] = []
  /// How many of these its label has.
  public var namedDifferences = 2
  /// The number of completed steps up to which another branch of the same figure has its line too.
  public var sharedSteps = 0
  /// That branch; nil without one.
  public var sharedWith: String?

  /// The branch with a few choices that tell it from the others: `main (temp 0.5)`.
  public var label: String {
    guard !differences.isEmpty else { return name }
    let more = differences.count > namedDifferences ? ", …" : ""
    return "\(name) (\(differences.prefix(namedDifferences).joined(separator: ", "))\(more))"
  }
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
      let run = run(of: name)
      while let from = origin {
        // A `seed` or `method` began anew: nothing before it is this branch's past.
        guard let parent = index(of: from.branch),
          branches[parent].moments.contains(where: { $0.run == run })
        else { break }
        step = min(step, from.step)
        if names.contains(from.branch) {
          branch.sharedSteps = step
          branch.sharedWith = from.branch
          break
        }
        origin = index(of: from.branch).flatMap { branches[$0].origin }
      }
      out.append(branch)
    }
    let choices = out.map { branch in
      // What several branches share is drawn as such: a name tells of what comes after it.
      let shared = out.filter { $0.sharedWith == branch.name }.map(\.sharedSteps)
      return branch.log.phases.choices(from: max(branch.sharedSteps, shared.max() ?? 0) + 1)
    }
    for i in out.indices {
      let others = choices.indices.filter { $0 != i && !choices[$0].isEmpty }.map { choices[$0] }
      let (named, more) = Self.differences(of: choices[i].filter { !$0.isHash }, from: others)
      out[i].differences = (named + more).map(\.text)
      out[i].namedDifferences = max(named.count, 2)
    }
    return out
  }

  /// The choices that some of the others have not: first what is needed to tell it from each.
  private static func differences(
    of own: [RunChoice], from others: [[RunChoice]]
  ) -> (named: [RunChoice], more: [RunChoice]) {
    var rest = own.filter { choice in others.contains { !$0.contains(choice) } }
    var alike = others
    var named: [RunChoice] = []
    while !alike.isEmpty, named.count < 3 {
      // The method's name comes first of choices; of later ones the one that tells most apart.
      func reach(_ choice: RunChoice) -> Int { alike.count { !$0.contains(choice) } }
      let best =
        named.isEmpty ? rest.indices.first : rest.indices.max { reach(rest[$0]) < reach(rest[$1]) }
      guard let best, named.isEmpty || reach(rest[best]) > 0 else { break }
      let choice = rest.remove(at: best)
      named.append(choice)
      alike.removeAll { !$0.contains(choice) }
    }
    return (named, rest)
  }

  private func run(of name: String) -> Int? {
    name == current && !isBehind
      ? bench.run : index(of: name).flatMap { branches[$0].moments.last }?.run
  }

  private func metrics(of name: String) throws -> BranchMetrics {
    guard let at = index(of: name), let last = branches[at].moments.last else {
      throw SessionError(
        "no branch '\(name)', expected "
          + branches.map { "'\($0.name)'" }.joined(separator: " or "), help: "branch list",
        about: "branch", part: name)
    }
    if name == current, !isBehind {
      return BranchMetrics(name: name, log: bench.metrics, epochs: bench.summary.epoch)
    }
    try hold(last)
    guard let log = last.log else { throw notHeld(last.step, name) }
    return BranchMetrics(
      name: name, log: last.completed(log, upTo: last.step), epochs: last.epoch)
  }
}
