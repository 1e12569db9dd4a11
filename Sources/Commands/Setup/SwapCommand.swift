import CommandLanguage
import Methods
import Sessions

/// Changes method, optimizer or schedule in mid-run: training goes on from its step.
public enum SwapCommand: Command {
  static let method = Key<MethodName?>(
    optional: "name", .choice(of: MethodName.self), default: "the present one", help: "the method")
  static let optimizer = Key<OptimizerName?>(
    optional: "name", .choice(of: OptimizerName.self), default: "the present one",
    help: "the update rule")
  static let schedule = Key<ScheduleName?>(
    optional: "name", .choice(of: ScheduleName.self), default: "the present one", help: "the curve")

  /// The declaration.
  public static let spec = CommandSpec(
    "swap", group: .train, summary: "Changes method, optimizer or schedule and goes on.",
    details: "Unlike `method`, which begins a new run from the weights, the counters go on: steps, "
      + "epochs, the order of the data. Options that are not given stay as they are, of another "
      + "optimizer or schedule as its defaults. What fits is kept (heads and bank of the same shape, "
      + "the state of the same optimizer); what does not is named and drawn anew.",
    requiring: [
      CommandForm(
        "method", summary: "Another loss, other heads or another temperature.",
        arguments: [method], options: MethodCommand.options,
        examples: [
          Example("swap method temp=0.1", "The same weights under another temperature"),
          Example("swap method simsiam-multi start=3epochs", "The bank is filled, then used"),
        ]),
      CommandForm(
        "optim", summary: "Another update rule or other rates.",
        arguments: [optimizer], options: OptimCommand.options,
        examples: [Example("swap optim lr=0.01", "Momentum is kept")]),
      CommandForm(
        "schedule", summary: "Other learning rates from here on.",
        arguments: [schedule], options: ScheduleCommand.options,
        examples: [Example("swap schedule const", "The rate stays")]),
    ], seeAlso: ["method", "branch", "rewind", "compare"])

  /// Changes it.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    guard let present = bench.resolution, let presentMethod = present.method?.name else {
      throw SessionError("no method yet", help: "method simclr")
    }
    var output: Output
    switch invocation.subcommand {
    case "optim":
      output = try OptimCommand.choose(
        invocation[optimizer] ?? present.optimizer?.name ?? .sgd, invocation, in: context,
        goesOn: true)
    case "schedule":
      output = try ScheduleCommand.choose(
        invocation[schedule] ?? present.schedule?.name ?? .const, invocation, in: context,
        goesOn: true)
    default:
      output = try MethodCommand.choose(
        invocation[method] ?? presentMethod, invocation, in: context, goesOn: true)
    }
    let note = bankNote(bench)
    if let note, case .text(let text) = output.content {
      output.content = .text(text + "\n" + note)
    }
    return output
  }

  /// What to know of a bank that no epoch has filled yet.
  private static func bankNote(_ bench: Workbench) -> String? {
    guard let bank = try? bench.bankSummary(), bank.never == bank.rows else { return nil }
    let state = bench.summary
    let start = bench.resolution?.method?.start ?? 0
    guard start <= state.epoch else { return nil }
    return
      "  the bank's rows are random until epoch \(state.epoch) ends, and are used from now on: "
      + "start=\(state.epoch + 1)epochs waits"
  }
}
