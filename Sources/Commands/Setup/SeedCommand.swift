import CommandLanguage
import Sessions

/// Sets the seed.
public enum SeedCommand: Command {
  static let seed = Key<Int>("seed", .int(), help: "0 or a positive integer")

  /// The declaration.
  public static let spec = CommandSpec(
    "seed", group: .setup, summary: "Seeds weights, order, views and bank.",
    details: "Everything random follows from the seed; it is 0 until set. A model that exists is "
      + "drawn anew, also by the seed that it has.",
    arguments: [seed],
    examples: [
      Example("seed 7", "Another draw of everything"),
      Example("seed 0", "The default"),
    ], seeAlso: ["backbone", "augment"])

  /// Sets it.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let value = UInt64(invocation[seed])
    let report = try context.workbench.setSeed(value)
    return .text((["  seed \(value)"] + ChangeText.lines(report)).joined(separator: "\n"))
  }
}
