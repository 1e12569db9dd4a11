import CommandLanguage
import Sessions

/// Trains until a condition holds.
public enum RunCommand: Command {
  static let condition = Key<Formula>("condition", .expression, help: Condition.help)
  static let most = Key<Duration>(
    "max", .duration([.steps, .epochs]), default: .epochs(100), help: "where to stop in any case")

  /// The declaration.
  public static let spec = CommandSpec(
    "run", group: .train, summary: "Trains until a condition holds.",
    requiring: [
      CommandForm(
        "until", summary: "Looks after every step; knn is measured at each epoch's end.",
        arguments: [condition], options: [most, TrainingRun.limit],
        examples: [
          Example("run until knn > 35", "As many epochs as it takes, at most 100"),
          Example("run until loss < 3 max=200steps", "At most 200 steps"),
        ])
    ], seeAlso: ["break", "watch", "epoch"])

  /// Trains.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let formula = try Condition.check(condition, invocation, context)
    let bench = context.workbench
    let steps =
      switch invocation[most] {
      case .steps(let count): count
      case .epochs(let count): try bench.steps(epochs: count)
      case .fraction: 0
      }
    guard steps > 0 else { throw invocation.error("max must be at least 1 step", at: most) }
    return try TrainingRun(
      context, label: "run", until: formula, limit: invocation[TrainingRun.limit]
    ).run(steps)
  }
}
