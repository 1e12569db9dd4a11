import CommandLanguage
import Sessions

/// Writes a line of prose into the log.
public enum NoteCommand: Command {
  static let text = Key<String>("text", .string, help: "Markdown; quotes around several words")

  /// The declaration.
  public static let spec = CommandSpec(
    "note", group: .shell, summary: "Writes a line of prose into the log.",
    arguments: [text],
    examples: [
      Example("note \"Collapses without the predictor.\"", "Keeps a finding with the session"),
      Example("note \"width ${width} from here on\"", "With a variable's value"),
    ], seeAlso: ["export"])

  /// Shows the note; the log keeps the command.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    .text("  " + HarmlessText.lines(invocation[text]).joined(separator: "\n"))
  }
}
