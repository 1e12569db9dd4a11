import CommandLanguage

/// Runs the commands of a script.
public enum SourceCommand: Command {
  static let file = Key<String>("file", .path(["dyad"]), help: "the script")

  /// The declaration.
  public static let spec = CommandSpec(
    "source", group: .shell, summary: "Runs the commands of a script.",
    details: "Stops at the script's first error. The log records the commands that ran, between "
      + "cell markers, so that it does not depend on the file.",
    arguments: [file], isLogged: false,
    examples: [
      Example("source setup.dyad", "Runs the script in the working folder"),
      Example("source ~/dyad/common.dyad", "From the home folder"),
    ], seeAlso: ["let"])

  /// Runs the script.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    try context.runFile(invocation[file], invocation)
  }
}
