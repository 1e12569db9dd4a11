import CommandLanguage

/// Lists what Tab would offer at the end of a line.
public enum CompleteCommand: Command {
  static let line = Key<String>("line", .string, help: "the line up to the cursor, in quotes")

  /// The declaration.
  public static let spec = CommandSpec(
    "complete", group: .shell, summary: "Lists what Tab would offer at the end of a line.",
    arguments: [line], isLogged: false,
    examples: [
      Example("complete \"set c\"", "The preferences that begin with c"),
      Example("complete \"set out \"", "The values of one"),
    ])

  /// Completes the line.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let candidates = context.completer.complete(invocation[line]).candidates.map(\.text)
    var output = Output.text(candidates.map { "  " + $0 }.joined(separator: "\n"))
    output.data = [("candidates", .array(candidates.map(JSONValue.string)))]
    return output
  }
}
