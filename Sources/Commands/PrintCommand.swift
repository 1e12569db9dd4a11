import CommandLanguage

/// Shows a computed value.
public enum PrintCommand: Command {
  static let value = Key<Formula>("value", .expression, help: Condition.help)

  /// The declaration.
  public static let spec = CommandSpec(
    "print", group: .shell, summary: "Shows the value of an expression.",
    details: "`tensor` shows all numbers of a tensor, `stats` summarises them, `note` writes text: "
      + "note \"at ${t}: ${best}\".",
    arguments: [value],
    examples: [
      Example("print z_std", "A metric's latest value"),
      Example("print mean(cos(z1, z2)) - 0.5", "Computed from tensors"),
    ], seeAlso: ["let", "expect", "tensor", "stats"])

  /// Evaluates.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let formula = invocation[value]
    let number = try context.evaluate(formula, of: invocation)
    var output = Output.text("  \(formula.text) = \(NumberFormat.exactIfWhole(number))")
    output.data = [("value", .number(number))]
    return output
  }
}
