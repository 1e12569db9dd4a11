import CommandLanguage
import Sessions

/// Fails when a condition does not hold: a script's own test.
public enum ExpectCommand: Command {
  static let condition = Key<Formula>("condition", .expression, help: Condition.help)

  /// The declaration.
  public static let spec = CommandSpec(
    "expect", group: .shell, summary: "Fails when a condition does not hold.",
    details: "A script ends there with exit status 1, unless `try` stands before it.",
    arguments: [condition],
    examples: [
      Example("expect loss < 5", "The loss came down"),
      Example("expect mean(cos(z1, z2)) > 0.2", "The views of an image agree"),
    ], seeAlso: ["let", "break"])

  /// Compares.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let formula = invocation[condition]
    let value = try context.evaluate(formula, of: invocation)
    let metrics = Condition.values(formula, context)
    let found = metrics.isEmpty ? "" : "   (\(metrics))"
    guard value != 0, !value.isNaN else {
      throw invocation.error(
        "expected \(formula.text), which does not hold\(found)", at: condition)
    }
    var output = Output.text("  holds: \(formula.text)\(found)")
    output.data = [("value", .number(value))]
    return output
  }
}
