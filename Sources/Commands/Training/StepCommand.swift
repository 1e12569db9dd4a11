import CommandLanguage
import Sessions

/// Takes optimizer steps.
public enum StepCommand: Command {
  static let count = Key<Int>(
    "count", .int(in: 1...1_000_000_000), default: 1, unit: "steps", help: "how many")

  static let dry = Switch("dry", help: "compute the next step without applying it")
  static let verbose = Switch("verbose", help: "show the time of each phase")

  /// The declaration.
  public static let spec = CommandSpec(
    "step", group: .train, summary: "Takes optimizer steps.",
    details: "A step happened or it did not: Ctrl-C stops between steps. The reply shows the loss "
      + "beside its chance level and the std of z beside 1/√d (evenly spread) and 0 (collapsed).",
    arguments: [count], options: [TrainingRun.limit], switches: [dry, verbose],
    examples: [
      Example("step", "One step"),
      Example("step 100", "A hundred steps; Ctrl-C stops after the current one"),
      Example("step --dry", "Loss and gradients of the next step; nothing changes"),
    ], seeAlso: ["epoch", "track", "show"])

  /// Steps.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    if invocation.has(dry) { return try tryOut(invocation, context) }
    let run = TrainingRun(context, label: "step", limit: invocation[TrainingRun.limit])
    let output = try run.run(invocation[count])
    return invocation.has(verbose) ? output.adding(phases(run.times)) : output
  }

  private static func tryOut(
    _ invocation: Invocation, _ context: CommandContext
  ) throws -> Output {
    if invocation.isGiven(count), invocation[count] != 1 {
      throw invocation.error("--dry computes one step, got \(invocation[count])", at: count)
    }
    let bench = context.workbench
    let step = try bench.dryStep()
    let rates = step.record.rates.map { "lr.\($0.name) \(NumberFormat.short($0.value))" }
    let text =
      HealthLine.text(step.record, bench) + "   |g| \(NumberFormat.short(step.gradientNorm))   "
      + rates.joined(separator: "   ") + "\n  computed, not applied: the state is that of step "
      + "\(bench.summary.step)"
    let output = Output(
      .text(text),
      data: HealthLine.data(step.record, bench) + [("gradient_norm", .number(step.gradientNorm))])
    return invocation.has(verbose) ? output.adding(phases(step.times)) : output
  }

  /// The time of each phase; it differs from run to run.
  private static func phases(_ times: Learner.Times) -> [Output.Volatile] {
    let total = max(times.total, 1e-9)
    return [
      ("wait", times.wait), ("forward", times.forward), ("backward", times.backward),
      ("commit", times.commit),
    ].map { name, seconds in
      Output.Volatile(
        name,
        "\(name) \(NumberFormat.seconds(seconds)) "
          + "(\(NumberFormat.fixed(100 * seconds / total, 0)) %)")
    }
  }
}

extension Output {
  fileprivate func adding(_ parts: [Volatile]) -> Output {
    var output = self
    output.volatile += parts
    return output
  }
}
