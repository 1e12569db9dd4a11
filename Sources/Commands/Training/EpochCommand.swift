import CommandLanguage
import Sessions

/// Takes whole passes over the training data.
public enum EpochCommand: Command {
  static let count = Key<Int>(
    "count", .int(in: 1...1_000_000), default: 1, unit: "epochs", help: "how many")

  /// The declaration.
  public static let spec = CommandSpec(
    "epoch", group: .train, summary: "Trains to the end of an epoch.",
    details: "In the middle of an epoch the first one is its rest. A last, smaller batch is left "
      + "out of each epoch.",
    arguments: [count], options: [TrainingRun.limit],
    examples: [
      Example("epoch", "To the end of this epoch"),
      Example("epoch 5", "Five epochs; Ctrl-C stops after the current step"),
    ], seeAlso: ["step", "track"])

  /// Trains.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let steps = try context.workbench.steps(epochs: invocation[count])
    return try TrainingRun(context, label: "epoch", limit: invocation[TrainingRun.limit]).run(steps)
  }
}
