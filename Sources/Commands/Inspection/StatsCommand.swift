import CommandLanguage
import Sessions
import Tensors

/// Summarises a tensor or a slice of it.
public enum StatsCommand: Command {
  static let ref = Key<Formula>(
    "tensor", .tensor, help: "a tensor, with a slice if wanted, or an expression")
  static let by = Key<StatisticsGrouping>(
    "by", .choice(of: StatisticsGrouping.self), default: .all,
    help: "apart for each index of the first axis (row), the last (col), the second (channel)")
  static let limit = Key<Int>(
    "max", .int(in: 1...1_000_000), default: 40, unit: "rows",
    help: "rows shown at most, unless a filter follows")

  /// The declaration.
  public static let spec = CommandSpec(
    "stats", group: .inspect, summary: "Summarises a tensor or a slice of it.",
    details: "Shape, extremes, mean, sd (unbiased), zeros, values that are not finite (the other "
      + "columns leave them out) and the Euclidean norm, all in Float64.",
    arguments: [ref], options: [by, limit], givesTable: true,
    examples: [
      Example("stats z1", "The first views' projections"),
      Example(
        "stats w:projector.fc1.weight by=row | sort norm --desc | head 5",
        "The five largest units of a layer"),
      Example("stats cos(z1, z2)", "How well the two views of each image agree"),
      Example("stats x1 by=channel", "Each colour channel of the batch"),
    ], seeAlso: ["tensor", "params"])

  /// Measures.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let sliced = try TensorReference.read(ref, of: invocation, in: context)
    let grouping = invocation[by]
    let all: [TensorStatistics]
    do {
      all = try sliced.tensor.statistics(by: grouping)
    } catch let error as SessionError {
      throw invocation.error(error.message, at: by, help: error.help)
    }
    let shown = invocation.filters.isEmpty ? all.prefix(invocation[limit]) : all[...]
    let axis = grouping == .col ? sliced.tensor.shape.count - 1 : grouping == .channel ? 1 : 0
    let rows = shown.enumerated().map { i, s in
      (grouping == .all ? [] : [Table.Cell.int(sliced.index(i, axis: axis))]) + cells(s)
    }
    var notes: [String] = []
    if shown.count < all.count {
      notes.append("  … \(all.count - shown.count) more: max=\(all.count) shows them all")
    }
    let moment = TensorReference.moment(invocation[ref], context.workbench)
    return .table(
      Table(
        (grouping == .all ? [] : [Table.Column(grouping.rawValue)])
          + [
            Table.Column("count"), Table.Column("min"), Table.Column("max"), Table.Column("mean"),
            Table.Column("sd"), Table.Column("norm"), Table.Column("zeros"),
            Table.Column("nonfinite"),
          ],
        rows: rows,
        title: "  \(invocation[ref].text)  \(sliced.tensor.shape)   \(moment)",
        notes: notes))
  }

  private static func cells(_ s: TensorStatistics) -> [Table.Cell] {
    [
      .int(s.count), .number(s.minimum), .number(s.maximum), .number(s.mean),
      .number(s.standardDeviation), .number(s.norm), .int(s.zeros), .int(s.nonFinite),
    ]
  }
}
