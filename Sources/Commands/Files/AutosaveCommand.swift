import CommandLanguage
import Sessions

/// Saves the session by itself.
public enum AutosaveCommand: Command {
  static let name = Key<String?>(
    optional: "name", .path(["dyad"]), default: "the journal", help: "the path without ending")
  static let every = Key<Duration?>(
    optional: "every", .duration([.steps, .epochs]), default: "none", help: "steps or epochs")
  static let time = Key<Double?>(
    optional: "time", .seconds, default: "10min", help: "or a time between two saves")

  /// The declaration.
  public static let spec = CommandSpec(
    "autosave", group: .sessions, summary: "Saves the session by itself while it goes on.",
    details: "After a command, and between two steps of one that trains. Every command is in the "
      + "journal of the prompt in any case: `dyad --recover` goes on from the state that was saved "
      + "last, with named moments and the ends of branches, and runs the commands after it again; "
      + "`dyad --recover=again` runs all, for undo and every moment. A name saves there instead, "
      + "as `save session` does.",
    arguments: [name], options: [every, time], writesFile: true, isLogged: false,
    subcommands: [
      CommandForm("off", summary: "Ends it.", isLogged: false),
      CommandForm("show", summary: "Says where and how often.", isLogged: false),
    ],
    examples: [
      Example("autosave time=5min", "Every five minutes, for --recover"),
      Example("autosave night every=1epoch", "night.dyad and night.safetensors"),
    ], seeAlso: ["save", "load"])

  /// Starts, ends or shows it.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    switch invocation.subcommand {
    case "off":
      let had = context.autosave != nil
      context.autosave = nil
      return .text(had ? "  autosave is off" : "  autosave was off")
    case "show":
      guard let autosave = context.autosave else { return .text("  autosave is off") }
      return .text(
        "  \(place(of: autosave, context))  \(text(autosave.pace))   \(autosave.count) saves")
    default: return try start(invocation, context)
    }
  }

  private static func start(_ invocation: Invocation, _ context: CommandContext) throws -> Output {
    let pace: Autosave.Pace
    switch (invocation[every], invocation[time]) {
    case (.some, .some): throw invocation.error("either every= or time=, got both", at: time)
    case (.steps(let count)?, nil): pace = .steps(max(1, count))
    case (.epochs(let count)?, nil): pace = .epochs(max(1, count))
    case (_, let seconds): pace = .seconds(seconds ?? 600)
    }
    let files = context.shell.files
    var path: String?
    if let given = invocation[name] {
      let base = given.hasSuffix(".dyad") ? String(given.dropLast(5)) : given
      let targets = try [".safetensors", ".dyad"].map {
        try files.checkedPath(base + $0, for: invocation) ?? base
      }
      for target in targets { files.didWrite(target) }
      path = String((targets.last ?? base).dropLast(5))
    } else if context.journal == nil {
      throw invocation.error(
        "there is no journal without a prompt, expected a NAME", help: "autosave night")
    }
    let autosave = Autosave(pace, path: path, step: context.workbench.summary.step)
    context.autosave = autosave
    return .text("  autosave \(place(of: autosave, context))  \(text(pace))")
  }

  private static func place(of autosave: Autosave, _ context: CommandContext) -> String {
    autosave.path ?? context.journal?.path ?? "nowhere: there is no journal"
  }

  private static func text(_ pace: Autosave.Pace) -> String {
    switch pace {
    case .seconds(let seconds): "every \(NumberFormat.seconds(seconds))"
    case .steps(let count): "every \(count) step\(count == 1 ? "" : "s")"
    case .epochs(let count): "every \(count) epoch\(count == 1 ? "" : "s")"
    }
  }
}
