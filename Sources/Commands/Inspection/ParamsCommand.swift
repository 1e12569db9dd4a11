import CommandLanguage
import Sessions

/// Lists parameters with their norms and changes.
public enum ParamsCommand: Command {
  static let pattern = Key<String?>(
    optional: "pattern", .word(.parameters), default: "all",
    help: "a name, a layer, or a pattern in which * stands for anything")

  /// The declaration.
  public static let spec = CommandSpec(
    "params", group: .inspect, summary: "Lists parameters with their norms and changes.",
    details: "change is ‖w − w₀‖ from the values drawn from the seed; relative is change/‖w₀‖. "
      + "grad is the norm of the last step's gradient; update is ‖w − w′‖/‖w′‖ of the last step, "
      + "usually near 1e-3 when the rate is right.",
    arguments: [pattern], givesTable: true,
    examples: [
      Example("params", "Every parameter"),
      Example("params backbone.*", "Those of the backbone"),
      Example("params projector | sort grad --desc | head 3", "The largest gradients of a part"),
    ], seeAlso: ["show", "stats", "tensor"])

  /// Measures.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    var found: [ParameterSummary]
    do {
      found = try bench.parameters(matching: invocation[pattern])
    } catch let error as SessionError where invocation.isGiven(pattern) && bench.hasModel {
      let near = EditDistance.nearest(to: invocation[pattern] ?? "", in: bench.parameterNames)
      throw invocation.error(
        error.message, at: pattern, help: near.map { "params \($0)" } ?? error.help)
    }
    found = try withLastStep(found, invocation[pattern], context)
    let hasStep = found.contains { $0.gradientNorm != nil }
    let rows: [[Table.Cell]] = found.map { p in
      let relative = p.initialNorm > 0 ? Table.Cell.number(p.change / p.initialNorm) : .none
      let after: [Table.Cell] =
        hasStep
        ? [p.gradientNorm.map { .number($0) } ?? .none, p.updateRatio.map { .number($0) } ?? .none]
        : []
      return [
        .text(p.name), .text("\(p.shape)"), .int(p.count), .number(p.norm), .number(p.change),
        relative,
      ] + after
    }
    let count = found.reduce(0) { $0 + $1.count }
    var note = "  \(found.count) tensors   \(count) parameters"
    if !hasStep {
      note += bench.summary.step == 0 ? "   no step yet" : "   no step since the state was loaded"
      note += ": no gradients"
    }
    return .table(
      Table(
        [
          Table.Column("parameter"), Table.Column("shape"), Table.Column("count"),
          Table.Column("norm"), Table.Column("change"), Table.Column("relative"),
        ] + (hasStep ? [Table.Column("grad"), Table.Column("update")] : []),
        rows: rows, notes: [note]))
  }

  /// Adds gradients and updates from taking the last step again, where they are not there any more.
  private static func withLastStep(
    _ found: [ParameterSummary], _ pattern: String?, _ context: CommandContext
  ) throws -> [ParameterSummary] {
    let bench = context.workbench
    guard !bench.holdsBatch else { return found }
    let other = try context.benchWithBatch
    guard other !== bench, let again = try? other.parameters(matching: pattern),
      again.map(\.name) == found.map(\.name)
    else { return found }
    return zip(found, again).map { $0.with(step: $1) }
  }
}
