import Analysis
import CommandLanguage
import Methods
import Sessions

/// Says whether features have collapsed, and why it thinks so.
public enum CollapseCommand: Command {
  static let count = Key<Int?>(
    optional: "n", .int(in: 2...5000), default: "512", unit: "samples",
    help: "how many samples, evenly over the classes")
  static let layer = Key<EvaluationLayer>(
    "layer", .choice(of: EvaluationLayer.self), default: .z, help: "the features")
  static let set = Key<FigureSet>(
    "on", .choice(of: FigureSet.self), default: .probe,
    help: "train and test images, or both views of the last batch or the probe images")

  /// The declaration.
  public static let spec = CommandSpec(
    "collapse", group: .inspect, summary: "Says whether features have collapsed, with reasons.",
    details:
      "Complete collapse: all rows point the same way (spread below a tenth of 1/√d, or mean "
      + "cosine above 0.98). Dimensional collapse: they differ along few directions (effective rank "
      + "below a twentieth of the largest). The present weights in eval mode; the health line and "
      + "on=batch measure the batch in train mode, where batch norm by the batch's own statistics "
      + "spreads what eval mode shows as one point. Effective rank: of rows of length 1 (viz "
      + "spectrum: of the centred features).",
    options: [count, layer, set],
    examples: [
      Example("collapse", "z of the probe images"),
      Example("collapse layer=h on=test", "The features that are evaluated"),
    ], seeAlso: ["show", "viz", "break"])

  /// Measures and judges.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = try invocation[set] == .batch ? context.benchWithBatch : context.workbench
    let layer = invocation[layer]
    let work = LongWork(context, "features")
    let report = try bench.collapseReport(
      count: invocation[count], layer: layer, on: invocation[set],
      isCancelled: { context.cancellation.isRequested }, progress: { work.report($0, $1) })
    let m = report.measures
    let spread = m.normalizedStd / m.spreadStd
    var rows: [[Table.Cell]] = [
      [
        .text("std of unit rows"), .text(NumberFormat.short(m.normalizedStd)),
        .text("1/√d = \(NumberFormat.fixed(m.spreadStd, 4)) spread, 0 collapsed"),
        .text("\(NumberFormat.fixed(100 * spread, 0)) % of an even spread"),
      ],
      [
        .text("mean cosine"), .text(NumberFormat.short(m.meanCosine)),
        .text("0 spread, 1 collapsed"),
        .text("of all pairs of rows"),
      ],
      [
        .text("effective rank"), .text(NumberFormat.short(m.effectiveRank)),
        .text("1 to \(m.largestRank)"),
        .text("RankMe: directions in use"),
      ],
    ]
    if let share = m.largestVarianceShare {
      rows.append([
        .text("largest variance"), .text(NumberFormat.short(share)),
        .text("\(NumberFormat.short(1 / Double(m.largestRank))) even, 1 a line"),
        .text("share of one direction"),
      ])
    }
    rows.append([
      .text("flat dimensions"), .text("\(report.flatDimensions)"), .text("of \(report.dimension)"),
      .text("std below 1 % of the largest"),
    ])
    var output = Output.table(
      Table(
        [
          Table.Column("measure"), Table.Column("value"), Table.Column("against"),
          Table.Column("reading"),
        ], rows: rows,
        title:
          "  \(layer.rawValue) [\(report.rows), \(report.dimension)]   \(invocation[set].rawValue)   "
          + (invocation[set] == .batch ? "train mode" : "eval mode"),
        notes: verdict(m, bench) + contradiction(m, invocation[set], bench)))
    output.data = [
      ("verdict", .string(m.verdict.rawValue)), ("std", .number(m.normalizedStd)),
      ("mean_cosine", .number(m.meanCosine)), ("effective_rank", .number(m.effectiveRank)),
    ]
    return output
  }

  /// What to make of a collapse that the health line does not show.
  private static func contradiction(
    _ m: CollapseMeasures, _ set: FigureSet, _ bench: Workbench
  ) -> [String] {
    guard m.verdict != .none, set != .batch, let method = bench.resolution?.method,
      let std = bench.metrics.records.last?.values[.zStd]
    else { return [] }
    let share = std / method.evenStd
    guard share > 0.5 else { return [] }
    return [
      "  z_std of the batch is \(NumberFormat.fixed(100 * share, 0)) % of an even spread: batch norm "
        + "in train mode hides it there"
    ]
  }

  /// The verdict, the number that decided it, and what to look at next.
  private static func verdict(_ m: CollapseMeasures, _ bench: Workbench) -> [String] {
    switch m.verdict {
    case .complete:
      let reason =
        m.normalizedStd < 0.1 * m.spreadStd
        ? "the spread is below a tenth of 1/√d" : "the mean cosine is above 0.98"
      return ["  complete collapse: \(reason)"] + advice(bench)
    case .dimensional:
      return [
        "  dimensional collapse: the effective rank is below a twentieth of \(m.largestRank)",
        "  'viz spectrum' shows how steeply the directions of the centred features fall",
      ]
    case .none:
      return ["  no collapse: spread and rank are above the bounds (help collapse)"]
    }
  }

  private static func advice(_ bench: Workbench) -> [String] {
    guard let method = bench.resolution?.method else {
      return ["  a network without training may map all images to nearly one direction"]
    }
    return [
      method.name.isSimSiamFamily
        ? "  usual causes: a predictor that learns too slowly, rates or weight decay too high"
        : "  usual causes: temperature, rates or weight decay too high, views that do not differ "
          + "('viz views')",
      "  'rewind @e2 ; collapse' and the like find when it began",
    ]
  }
}
