import CommandLanguage
import Datasets
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

/// Conditions on metrics and tensors, evaluated while training.
enum Condition {
  static let help = "an expression over metrics and tensors"

  /// Checks the names of a condition before anything waits for it, and where there are values
  /// already, that it can be computed.
  ///
  /// Throws: `Diagnostic` for a name that no metric or tensor will ever have, or another time.
  static func check(
    _ key: Key<Formula>, _ invocation: Invocation, _ context: CommandContext
  ) throws -> Formula {
    let formula = invocation[key]
    let known =
      MetricName.allCases.map(\.rawValue) + ["step", "epoch", "lr"]
      + Yardstick.allCases.map(\.rawValue)
    for name in formula.metricNames where !known.contains(name) && !name.hasPrefix("lr.") {
      throw Diagnostic(
        "unknown metric \(Diagnostic.quote(name)), expected \(Diagnostic.alternatives(known))",
        at: formula.place(ofMetric: name) ?? invocation.place(of: key.parameter.name),
        help: context.shell.variables[name] != nil
          ? "$" + name : EditDistance.nearest(to: name, in: known), in: invocation.source)
    }
    if formula.metricNames.contains(MetricName.knn.rawValue),
      let data = context.workbench.data?.loaded, data.labels == nil || data.test == nil
    {
      throw invocation.error("there will be no knn: the data have no test images", at: key)
    }
    for reference in formula.references {
      if let time = reference.time {
        throw invocation.error(
          "a condition looks at the present state, got '\(time.canonicalText)'", at: key)
      }
      let known = context.environment.names(of: .references)
      let prefix = reference.base.rawValue + (reference.base.takesName ? ":" : "")
      guard known.contains(prefix) else {
        throw invocation.error(
          "the present method has no '\(reference.tensorName)', expected "
            + Diagnostic.alternatives(known), at: key)
      }
      let names = names(of: reference.base, context.workbench)
      if let name = reference.name, !names.isEmpty, !names.contains(name) {
        throw invocation.error(
          "unknown tensor \(Diagnostic.quote(reference.tensorName))", at: key,
          help: EditDistance.nearest(to: name, in: names).map { "\(reference.base.rawValue):\($0)" }
        )
      }
    }
    if let values = KnownValues(formula, context) {
      do { _ = try formula.evaluate(in: values) } catch let error as Diagnostic {
        throw error.located(in: invocation.source, at: invocation.range)
      }
    }
    return formula
  }

  private static func names(of base: Reference.Base, _ bench: Workbench) -> [String] {
    switch base {
    case .weight: bench.parameterNames + bench.bufferNames
    case .gradient, .momentum: bench.parameterNames
    case .activation:
      bench.layerNames.flatMap { name in
        name.hasPrefix("backbone.") ? [name, String(name.dropFirst("backbone.".count))] : [name]
      }
    default: []
    }
  }

  /// Whether a condition holds in the present state; false while something in it has no value.
  ///
  /// Throws: `Diagnostic` when it cannot be computed, as when shapes do not fit.
  static func holds(_ formula: Formula, _ context: CommandContext) throws -> Bool {
    try state(formula, context) ?? false
  }

  /// Whether a condition holds; nil while something in it has no value.
  ///
  /// Throws: `Diagnostic` when it cannot be computed.
  static func state(_ formula: Formula, _ context: CommandContext) throws -> Bool? {
    guard let values = KnownValues(formula, context) else { return nil }
    let value = try formula.evaluate(in: values)
    return value != 0 && !value.isNaN
  }

  /// What is said of a condition over metrics that holds when it is set: it will not act yet.
  static func already(_ formula: Formula, _ context: CommandContext) -> String {
    guard formula.references.isEmpty, (try? holds(formula, context)) == true else { return "" }
    return "   holds already (\(values(formula, context))), acts when it becomes true again"
  }

  /// The metrics of a condition with their values, and what it compares where that is no metric
  /// alone, for the line that says that it became true.
  static func values(_ formula: Formula, _ context: CommandContext) -> String {
    var parts = formula.metricNames.compactMap { name -> String? in
      guard let value = try? context.environment.metric(name) else { return nil }
      return "\(name) \(NumberFormat.short(value))"
    }
    if let left = formula.leftSide, left.text != left.metricNames.first,
      let value = try? left.evaluate(in: context.environment)
    {
      parts.append("\(left.text) = \(NumberFormat.short(value))")
    }
    return parts.joined(separator: "   ")
  }

  /// Measures what conditions need that a step does not give by itself.
  static func measure(_ formulas: [Formula], _ context: CommandContext) throws {
    let names = formulas.flatMap(\.metricNames).compactMap(MetricName.init(rawValue:))
    guard !names.isEmpty else { return }
    try context.workbench.measureLast(
      names, isCancelled: { context.cancellation.isRequested })
  }
}

/// Everything that a condition reads, read once; there is none while something has no value.
private struct KnownValues: ExpressionEnvironment {
  private let shell: ShellEnvironment
  private var metrics: [String: Double] = [:]
  private var tensors: [String: NumberArray] = [:]

  init?(_ formula: Formula, _ context: CommandContext) {
    shell = context.environment
    for name in formula.metricNames {
      guard let value = try? shell.metric(name) else { return nil }
      metrics[name] = value
    }
    for reference in formula.references {
      do {
        tensors[reference.canonicalText] = try shell.tensor(reference)
      } catch is SliceMisfit {
        // Evaluating says what does not fit.
        continue
      } catch { return nil }
    }
  }

  var variableNames: [String] { shell.variableNames }
  var metricNames: [String] { shell.metricNames }
  func variable(_ name: String) -> Variable? { shell.variable(name) }
  func metric(_ name: String) -> Double? { metrics[name] }
  func tensor(_ reference: Reference) throws -> NumberArray? {
    try tensors[reference.canonicalText] ?? shell.tensor(reference)
  }
}
