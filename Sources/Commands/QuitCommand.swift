import CommandLanguage

/// Leaves dyad.
public enum QuitCommand: Command {
  /// The declaration.
  public static let spec = CommandSpec(
    "quit", group: .shell, summary: "Leaves dyad.",
    details: "Ctrl-D on an empty line does the same. In a script it ends the script.",
    isLogged: false,
    examples: [Example("quit", "Leaves"), Example("quit  # done", "With a comment")])

  /// Asks the front end to end.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    context.shell.isQuitting = true
    return .nothing
  }
}
