import CommandLanguage
import Methods
import Sessions

/// Looks into the memory bank of SimSiam-Multi.
public enum BankCommand: Command {
  static let ids = Key<Indices>("ids", .indices, help: "sample numbers")
  static let id = Key<Int>("id", .int(), help: "a sample number")
  static let k = Key<Int>(
    "k", .int(in: 1...100_000), default: 10, unit: "rows", help: "how many neighbours")
  static let values = Key<Int>(
    "values", .int(in: 0...64), default: 4, unit: "values", help: "first values shown of each row")
  static let on = Key<DriftSource?>(
    optional: "on", .choice(of: DriftSource.self), default: "auto", auto: true,
    help: "z of this epoch's samples (written), of the probe set now (probe); auto: what there is")

  /// The declaration.
  public static let spec = CommandSpec(
    "bank", group: .inspect, summary: "Looks into the memory bank of SimSiam-Multi.",
    details: "One row per training sample. During an epoch a second buffer collects z2 of every "
      + "image seen; at the epoch's end it becomes the bank. From epoch start= on, targets are "
      + "(1−alpha) z + alpha times the image's row.",
    givesTable: true,
    subcommands: [
      CommandForm(
        "rows", summary: "Shows rows: norm, age, nearest class, first values.", arguments: [ids],
        options: [values], givesTable: true,
        examples: [Example("bank rows 17", "One image's row"), Example("bank rows 0..9", "Ten")]),
      CommandForm(
        "ages", summary: "Counts the rows of each age.", givesTable: true,
        examples: [Example("bank ages", "Rows that the last epochs left out are older")]),
      CommandForm(
        "drift", summary: "Compares rows with present z, by age.", options: [on], givesTable: true,
        examples: [
          Example("bank drift", "Mean cosine of each age, and the lowest 5 %"),
          Example("bank drift on=probe", "Against the probe set's z by the present weights"),
        ]),
      CommandForm(
        "near", summary: "Lists the rows nearest to an image's row by cosine.", arguments: [id],
        options: [k], givesTable: true,
        examples: [Example("bank near 17 k=5", "Its five nearest rows")]),
      CommandForm(
        "reset", summary: "Draws all rows anew, as at the start.",
        examples: [Example("bank reset", "What do the targets do without a memory?")]),
    ],
    examples: [
      Example("bank", "Size, options, whether targets use it"),
      Example("bank ages | head 3", "The youngest rows"),
    ], seeAlso: ["method", "attn", "tensor"])

  /// Looks, or resets.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    switch invocation.subcommand {
    case "rows": return .table(try rows(invocation, bench))
    case "ages": return .table(try ages(bench))
    case "drift": return .table(try drift(invocation, bench))
    case "near": return .table(try near(invocation, bench))
    case "reset":
      return .text("  \(try bench.resetBank()) rows drawn anew: random, none written yet")
    default: return .table(try summary(bench))
    }
  }

  private static func summary(_ bench: Workbench) throws -> Table {
    let s = try bench.bankSummary()
    let start = s.options.start
    let left = start - s.epoch
    let use =
      s.isActive
      ? "in use since epoch \(start): targets are \(NumberFormat.short(1 - s.options.alpha)) z + "
        + "\(NumberFormat.short(s.options.alpha)) row"
      : "not yet: from epoch \(start) on, after \(left) more epoch\(left == 1 ? "" : "s")"
    let shape =
      "\(s.rows) rows   dim \(s.dim)   \(NumberFormat.bytes(s.bytes)) with the rows "
      + "being written"
    let rows: [(String, String)] = [
      ("size", shape),
      ("written", "from view 2, \(s.options.normalize ? "unit length" : "not normalised")"),
      ("stages", "\(s.options.stages) epoch\(s.options.stages == 1 ? "" : "s") averaged"),
      ("targets", use),
      ("epoch", "\(s.epoch): \(s.written) of \(s.rows) rows written so far for the next bank"),
      ("never", "\(s.never) rows are still the random ones of the start"),
    ]
    return Table(
      [Table.Column("part"), Table.Column("value")],
      rows: rows.map { [.text($0.0), .text($0.1)] }, hidesHeadings: true)
  }

  private static func age(_ age: Int?) -> Table.Cell { age.map { .int($0) } ?? .text("never") }

  private static func rows(_ invocation: Invocation, _ bench: Workbench) throws -> Table {
    let wanted = invocation[ids]
    try ClassText.check(wanted.max ?? 0, ids, invocation, bench)
    let found = try bench.bankRows(wanted.expanded, values: invocation[values])
    let hasLabels = found.contains { $0.nearest != nil }
    let shown = found.first?.values.count ?? 0
    return Table(
      [
        Table.Column("id"), Table.Column("class"), Table.Column("norm"),
        Table.Column("age", unit: "epochs"),
      ] + (hasLabels ? [Table.Column("nearest"), Table.Column("cos", decimals: 3)] : [])
        + (0..<shown).map { Table.Column("[\($0)]", decimals: 4) },
      rows: found.map { row in
        let nearest: [Table.Cell] =
          hasLabels
          ? [
            .text(ClassText.name(row.nearest?.label, bench)),
            row.nearest.map { .number($0.cosine) } ?? .none,
          ] : []
        return [
          .int(row.id), .text(ClassText.name(ofSample: row.id, bench)), .number(row.norm),
          age(row.age),
        ] + nearest + row.values.map { .number(Double($0)) }
      },
      notes: hasLabels ? ["  nearest: the class of the nearest mean row, this row left out"] : [])
  }

  private static func ages(_ bench: Workbench) throws -> Table {
    let found = try bench.bankAges()
    let all = max(1, found.reduce(0) { $0 + $1.count })
    return Table(
      [
        Table.Column("age", unit: "epochs"), Table.Column("rows"),
        Table.Column("share", unit: "%", decimals: 1),
      ],
      rows: found.map {
        [age($0.age), .int($0.count), .number(100 * Double($0.count) / Double(all))]
      },
      notes: ["  \(all) rows; an epoch leaves out the images of its last, smaller batch"])
  }

  private static func drift(_ invocation: Invocation, _ bench: Workbench) throws -> Table {
    let (source, found) = try bench.bankDrift(invocation[on])
    let all = BankDrift(age: nil, cosines: found.flatMap(\.cosines).sorted())
    func cells(_ d: BankDrift) -> [Table.Cell] {
      [
        .int(d.cosines.count), .number(d.mean), .number(d.quantile(0.05)),
        .number(d.quantile(0.95)),
      ]
    }
    let rows = found.map { [age($0.age)] + cells($0) } + [[.text("all")] + cells(all)]
    return Table(
      [
        Table.Column("age", unit: "epochs"), Table.Column("rows"),
        Table.Column("mean", decimals: 3), Table.Column("5 %", decimals: 3),
        Table.Column("95 %", decimals: 3),
      ], rows: rows, title: "  cos(bank row, z)",
      notes: [
        source == .written
          ? "  z: z2 of the samples of epoch \(bench.summary.epoch) so far, in the step that saw them"
          : "  z: the probe set's second views by the present weights, eval mode"
      ])
  }

  private static func near(_ invocation: Invocation, _ bench: Workbench) throws -> Table {
    let id = invocation[Self.id]
    try ClassText.check(id, Self.id, invocation, bench)
    let found = try bench.bankNeighbours(of: id, count: invocation[k])
    return Table(
      [
        Table.Column("rank"), Table.Column("id"), Table.Column("class"),
        Table.Column("cos", decimals: 4),
      ],
      rows: found.enumerated().map { rank, row in
        [
          .int(rank + 1), .int(row.index), .text(ClassText.name(ofSample: row.index, bench)),
          .number(row.cosine),
        ]
      }, title: "  \(id) \(ClassText.name(ofSample: id, bench)) ←")
  }
}
