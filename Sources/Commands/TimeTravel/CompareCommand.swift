import CommandLanguage
import Sessions

/// Compares two moments.
public enum CompareCommand: Command {
  static let first = Key<TimePoint>("a", .time, help: "a moment or branch")
  static let second = Key<TimePoint?>(
    optional: "b", .time, default: "the present", help: "another one")
  static let limit = Key<Int>(
    "n", .int(in: 1...100_000), default: 10, unit: "tensors", help: "rows shown at most")

  /// The declaration.
  public static let spec = CommandSpec(
    "compare", group: .time, summary: "Compares two moments bit by bit.",
    details: "Says which choices differ, the first step whose metrics differ, and which tensors: "
      + "the largest difference of two elements, and the norm of the difference over that of A.",
    arguments: [first, second], options: [limit], givesTable: true,
    examples: [
      Example("compare @start", "What training changed since `snap start`"),
      Example("compare @main @main-2", "The ends of two branches"),
      Example("compare @main/s40 @main-2/s40 n=3", "Both after 40 steps"),
    ], seeAlso: ["rewind", "branch", "tensor"])

  /// Compares.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let a = invocation[first]
    let b = invocation[second]
    let result: Comparison
    do {
      result = try context.timeline.compare(
        TimeTravel.name(a), b.map(TimeTravel.name), TimeTravel.watcher(context))
    } catch let error as SessionError {
      let place = b != nil && !isKnown(b, context) ? invocation.place(of: "b") : nil
      // Where both are wrong, mending one is no help.
      let isOneWrong = place == nil || isKnown(a, context)
      throw Diagnostic(
        error.message, at: place ?? invocation.place(of: "a"),
        help: isOneWrong ? ErrorPlace.help(error, in: invocation) : "snap list",
        in: invocation.source)
    }
    var output = Output(.table(table(result, invocation[limit])))
    output.data = [
      ("identical", .bool(result.isIdentical)),
      ("first_step", result.firstStep.map { .int($0.step) } ?? .null),
    ]
    return output
  }

  private static func isKnown(_ time: TimePoint?, _ context: CommandContext) -> Bool {
    guard let time else { return true }
    return context.timeline.has(TimeTravel.name(time))
  }

  private static func table(_ result: Comparison, _ limit: Int) -> Table {
    var head = [
      "  A \(result.a.branch)@s\(result.a.step)   B \(result.b.branch)@s\(result.b.step)"
    ]
    if result.isIdentical {
      head.append("  identical: every choice, \(result.commonTensors) tensors, every counter")
    }
    head += result.choices.map { "  choice   \($0.name)   A \($0.values.0)   B \($0.values.1)" }
    if let step = result.firstStep {
      func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "not measured" }
      head.append(
        "  steps    \(result.commonSteps) in both, the first that differs is \(step.step): "
          + "\(step.metric)   A \(text(step.a))   B \(text(step.b))")
    } else if result.commonSteps > 0 {
      head.append("  steps    \(result.commonSteps) in both, all with the same metrics")
    }
    head += result.metrics.map { metric in
      func text(_ value: Double?) -> String { value.map(NumberFormat.short) ?? "not measured" }
      return "  metric   \(metric.name.rawValue)   A \(text(metric.a))   B \(text(metric.b))"
    }
    let losses = result.metrics.first { $0.name == .loss }
    let objective = result.objective
    if !objective.isEmpty, let losses, losses.a != nil, losses.b != nil {
      head.append(
        "  the losses are of two objectives (\(objective.joined(separator: ", ")) differs): "
          + "compare knn, erank or align")
    }
    if !result.unmatched.isEmpty {
      let names = result.unmatched.prefix(4).joined(separator: ", ")
      let more = result.unmatched.count > 4 ? " and \(result.unmatched.count - 4) more" : ""
      head.append("  only in one, or of other shapes: \(names)\(more)")
    }
    if !result.counters.isEmpty {
      head.append("  counters differ: " + result.counters.joined(separator: ", "))
    }
    guard !result.tensors.isEmpty else {
      return Table([], title: head.joined(separator: "\n"))
    }
    head.append(
      "  tensors  \(result.tensors.count) of \(result.commonTensors) differ, the first is "
        + result.tensors[0].name)
    let shown = result.tensors.prefix(limit)
    return Table(
      [
        Table.Column("tensor"), Table.Column("shape"), Table.Column("max |A−B|"),
        Table.Column("‖A−B‖/‖A‖"), Table.Column("elements"),
      ],
      rows: shown.map {
        [
          .text($0.name), .text("\($0.shape)"), .text(NumberFormat.short($0.largest)),
          .text(NumberFormat.short($0.relative)), .int($0.count),
        ]
      }, title: head.joined(separator: "\n"),
      notes: result.tensors.count > shown.count
        ? ["  \(result.tensors.count - shown.count) more: n=\(result.tensors.count)"] : [])
  }
}
