import CommandLanguage
import Sessions

/// Takes optimizer steps.
public enum StepCommand: Command {
  static let count = Key<Int>(
    "count", .int(in: 1...1_000_000_000), default: 1, unit: "steps", help: "how many")

  /// The declaration.
  public static let spec = CommandSpec(
    "step", group: .train, summary: "Takes optimizer steps.",
    details: "A step happened or it did not: Ctrl-C stops between steps. The reply shows the loss "
      + "beside its chance level and the std of z beside 1/√d (evenly spread) and 0 (collapsed).",
    arguments: [count], options: [TrainingRun.limit],
    examples: [
      Example("step", "One step"),
      Example("step 100", "A hundred steps; Ctrl-C stops after the current one"),
    ], seeAlso: ["epoch", "track", "show"])

  /// Steps.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    try TrainingRun(context, label: "step", limit: invocation[TrainingRun.limit])
      .run(invocation[count])
  }
}
