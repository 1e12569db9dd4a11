import CommandLanguage

/// Lists earlier entries.
public enum HistoryCommand: Command {
  static let pattern = Key<String?>(
    optional: "pattern", .string, default: "all", help: "a text that the entries contain")
  static let count = Key<Int>(
    "n", .int(in: 1...100_000), default: 50, unit: "entries", help: "how many to show at most")

  /// The declaration.
  public static let spec = CommandSpec(
    "history", group: .shell, summary: "Lists earlier entries.", arguments: [pattern],
    options: [count], isLogged: false,
    examples: [
      Example("history", "The last 50 entries"),
      Example("history method n=5", "Five with 'method'"),
    ])

  /// Picks the entries; the text shows them numbered from 1.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let pattern = invocation[pattern]
    let found = context.shell.history.enumerated().filter { _, entry in
      pattern.map { entry.contains($0) } ?? true
    }.suffix(invocation[count])
    let width = String(found.last.map { $0.offset + 1 } ?? 0).count
    var output = Output.text(
      found.map { index, entry in
        let number = String(index + 1)
        return "  " + String(repeating: " ", count: width - number.count) + number + "  " + entry
      }.joined(separator: "\n"))
    output.data = [("entries", .array(found.map { .string($0.element) }))]
    return output
  }
}
