import CommandLanguage
import Methods
import Sessions

/// A condition that training looks at after every step.
public struct Watch: Sendable, Equatable {
  /// The condition.
  public let condition: Formula
  /// What is run when it becomes true; nil says only that it did.
  public let body: Instruction.Body?
  /// The command that set it, in full.
  public let text: String
  /// Whether training stops then.
  public let isBreak: Bool

  /// Two are equal when they were set by the same command.
  public static func == (a: Watch, b: Watch) -> Bool { a.text == b.text }
}

/// Conditions on metrics, evaluated while training.
enum Condition {
  /// Checks the names of a condition before anything waits for it.
  ///
  /// Throws: `Diagnostic` for a name that no metric will ever have.
  static func check(_ formula: Formula, _ key: Key<Formula>, _ invocation: Invocation) throws {
    let known = MetricName.allCases.map(\.rawValue) + ["step", "epoch", "lr"]
    for name in formula.metricNames where !known.contains(name) && !name.hasPrefix("lr.") {
      throw invocation.error(
        "unknown metric \(Diagnostic.quote(name)), expected \(Diagnostic.alternatives(known))",
        at: key, help: EditDistance.nearest(to: name, in: known))
    }
  }

  /// Whether a condition holds in the present state; false while a metric of it has no value.
  static func holds(_ formula: Formula, _ context: CommandContext) -> Bool {
    guard let value = try? formula.evaluate(in: context.environment) else { return false }
    return value != 0 && !value.isNaN
  }

  /// The metrics of a condition with their values, for the line that says that it became true.
  static func values(_ formula: Formula, _ context: CommandContext) -> String {
    formula.metricNames.compactMap { name in
      guard let value = try? context.environment.metric(name) else { return nil }
      return "\(name) \(NumberFormat.short(value))"
    }.joined(separator: "   ")
  }

  /// Measures what conditions need that a step does not give by itself.
  static func measure(_ formulas: [Formula], _ context: CommandContext) throws {
    let names = formulas.flatMap(\.metricNames).compactMap(MetricName.init(rawValue:))
    guard !names.isEmpty else { return }
    try context.workbench.measureLast(
      names, isCancelled: { context.cancellation.isRequested })
  }
}
