import CommandLanguage

/// Runs the commands of a script.
public enum SourceCommand: Command {
  static let file = Key<String>("file", .path(["dyad"]), help: "the script")

  /// The declaration.
  public static let spec = CommandSpec(
    "source", group: .shell, summary: "Runs the commands of a script.",
    details: "Stops at the script's first error. The log records the commands that ran, between "
      + "cell markers, so that it does not depend on the file. With overwrite=on its commands may "
      + "replace files that this session did not write, as when a session is run again.",
    arguments: [file], writesFile: true, isLogged: false,
    examples: [
      Example("source setup.dyad", "Runs the script in the working folder"),
      Example("source ~/dyad/common.dyad", "From the home folder"),
      Example(
        "source setup.dyad overwrite=on", "A script that was run before: its files are replaced"),
    ], seeAlso: ["let"])

  /// Runs the script.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let files = context.shell.files
    let outer = (files.replacesAll, files.script)
    defer { (files.replacesAll, files.script) = outer }
    files.replacesAll = files.replacesAll || invocation.overwrites
    files.script = files.script ?? Quoting.quotedIfNeeded(invocation[file])
    return try context.runFile(invocation[file], invocation)
  }
}
