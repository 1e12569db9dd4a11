import CommandLanguage
import Methods
import Sessions

/// Changes method, optimizer or schedule in mid-run: training goes on from its step.
public enum SwapCommand: Command {
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
        arguments: [MethodCommand.name], options: MethodCommand.options,
        examples: [
          Example("swap method simclr temp=0.1", "The same weights under another temperature"),
          Example("swap method simsiam-multi start=3epochs", "The bank is filled, then used"),
        ]),
      CommandForm(
        "optim", summary: "Another update rule or other rates.",
        arguments: [OptimCommand.name], options: OptimCommand.options,
        examples: [Example("swap optim sgd lr=0.01", "Momentum is kept")]),
      CommandForm(
        "schedule", summary: "Other learning rates from here on.",
        arguments: [ScheduleCommand.name], options: ScheduleCommand.options,
        examples: [Example("swap schedule const", "The rate stays")]),
    ], seeAlso: ["method", "branch", "rewind", "compare"])

  /// Changes it.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    var output =
      switch invocation.subcommand {
      case "optim": try OptimCommand.choose(invocation, in: context, goesOn: true)
      case "schedule": try ScheduleCommand.choose(invocation, in: context, goesOn: true)
      default: try MethodCommand.choose(invocation, in: context, goesOn: true)
      }
    let note = bankNote(context.workbench)
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
