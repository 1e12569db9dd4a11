import CommandLanguage

/// Sets a variable to a number or a text.
public enum LetCommand: Command {
  static let name = Key<String>("name", .name, help: "the variable, used as $name")
  static let value = Key<Formula>(
    "value", .expression, help: "an expression, or a text in double quotes")

  /// The declaration.
  public static let spec = CommandSpec(
    "let", group: .shell, summary: "Sets a variable to a number or a text.",
    details: "$name stands for the value wherever a value may stand, ${name} inside strings. "
      + "A value given on the command line, as in `dyad FILE name=value`, beats the script's "
      + "first let of that name.",
    arguments: [name, value], isAssignment: true,
    examples: [
      Example("let width = 8", "A number; `width=$width` uses it"),
      Example("let rate = 0.5 * $width / 256", "Computed once, now"),
      Example("let root = \"../my data\"", "A text"),
    ], seeAlso: ["set"])

  /// Sets the variable, to the command line's value when there is one.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    guard case .text(let name)? = invocation.values["name"] else { return .nothing }
    let shell = context.shell
    var output: Output
    if let given = shell.givenVariables.removeValue(forKey: name) {
      shell.variables[name] = given
      output = .text("  \(name) = \(given.canonicalText)   given on the command line")
      output.loggedText = "let \(name) = \(given.canonicalText)"
      output.loggedReply = "  \(name) = \(given.canonicalText)"
    } else {
      let value = try value(of: invocation, in: context)
      shell.variables[name] = value
      output = .text("  \(name) = \(shown(value))")
    }
    switch shell.variables[name] {
    case .number(let number): output.data = [("value", .number(number))]
    case .text(let text): output.data = [("value", .string(text))]
    case nil: break
    }
    return output
  }

  /// A number as people read it; `--json` has it in full.
  private static func shown(_ value: Variable) -> String {
    if case .number(let number) = value { return NumberFormat.exactIfWhole(number) }
    return value.canonicalText
  }

  private static func value(
    of invocation: Invocation, in context: CommandContext
  ) throws -> Variable {
    switch invocation.values["value"] {
    case .text(let text): return .text(text)
    case .expression(let expression):
      let number: Double
      do {
        number = try context.evaluate(expression, of: invocation)
      } catch var error as Diagnostic {
        if error.help == nil, error.message.hasPrefix("unknown metric") {
          error.help = "a text needs quotes: let NAME = \"\(expression.text)\""
        }
        throw error
      }
      guard number.isFinite else {
        throw invocation.error(
          "the value of \(Diagnostic.quote(expression.text)) is not finite: \(NumberFormat.fixed(number, 0))",
          at: value)
      }
      return .number(number)
    default: return .text("")
    }
  }
}
