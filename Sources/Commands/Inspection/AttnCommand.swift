import CommandLanguage
import Methods
import Sessions

/// Looks into the attention weights of SimCLR-Attn.
public enum AttnCommand: Command {
  /// Which pairs `top` ranks.
  public enum Pairs: String, CaseIterable, Sendable {
    /// The two views of one image: these weights reach the loss.
    case pos
    /// Views of different images: shown only.
    case neg
  }

  static let n = Key<Int>(
    "n", .int(in: 1...64), default: 8, unit: "images", help: "how many images are shown")
  static let order = Key<AttentionOrder>(
    "order", .choice(of: AttentionOrder.self), default: .class,
    help: "by class, evenly spaced, or as in the batch")
  static let k = Key<Int>(
    "k", .int(in: 1...10_000), default: 5, unit: "pairs", help: "how many pairs are shown")
  static let pairs = Key<Pairs>(
    "pairs", .choice(of: Pairs.self), default: .pos,
    help: "the views of one image (pos) or of different images (neg)")
  static let lowest = Switch("lowest", help: "the lowest weights first")
  static let id = Key<Int?>(
    optional: "id", .int(), default: "the batch's first", help: "a sample of the last step's batch")
  static let view = Key<Int>("view", .int(in: 1...2), default: 1, help: "which of its views")

  /// The declaration.
  public static let spec = CommandSpec(
    "attn", group: .inspect, summary: "Looks into the attention weights of SimCLR-Attn.",
    details: "w = exp(1 + cos) of h (or z) between all 2N views of the last step's batch, before "
      + "its update. Only the 2N entries of positive pairs reach the loss; every view marks them "
      + "with *, all others are shown only.",
    givesTable: true,
    subcommands: [
      CommandForm(
        "matrix", summary: "Shows w between first views (rows) and second views (columns).",
        options: [n, order],
        examples: [Example("attn matrix n=6 order=batch", "Six images as in the batch")]),
      CommandForm(
        "top", summary: "Ranks pairs by weight.", options: [k, pairs], switches: [lowest],
        givesTable: true,
        examples: [
          Example("attn top k=5", "The positive pairs that count most"),
          Example("attn top k=3 pairs=pos --lowest", "Those that attention mutes"),
          Example("attn top pairs=neg", "The most alike views of different images"),
        ]),
      CommandForm(
        "sample", summary: "Lists the weights of one view, its positive first.",
        arguments: [id], options: [view, k], givesTable: true,
        examples: [Example("attn sample k=3", "The batch's first image; batch ids lists all")]),
    ],
    examples: [
      Example("attn", "Range, mean over positives, entries used"),
      Example("attn matrix", "Eight images, by class"),
    ], seeAlso: ["batch", "bank", "method"])

  /// Looks.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = try context.benchWithBatch
    switch invocation.subcommand {
    case "matrix": return try matrix(invocation, bench)
    case "top": return .table(try top(invocation, bench))
    case "sample": return .table(try sample(invocation, bench))
    default: return try summary(bench)
    }
  }

  private static func summary(_ bench: Workbench) throws -> Output {
    let s = try bench.attentionSummary()
    let mean = s.positives.reduce(0, +) / Double(max(1, s.positives.count))
    let range = s.possible
    let rows: [(String, String)] = [
      (
        "weights",
        "exp(1 + cos \(s.features.rawValue)), possible \(NumberFormat.fixed(range.lowerBound, 2)) to "
          + "\(NumberFormat.fixed(range.upperBound, 2))"
          + (s.isRectified ? ": h follows a ReLU, no cosine is negative" : "")
      ),
      (
        "positives",
        "mean \(NumberFormat.fixed(mean, 3))   lowest \(NumberFormat.fixed(s.positives.first ?? .nan, 3))"
          + "   highest \(NumberFormat.fixed(s.positives.last ?? .nan, 3))   * used"
      ),
      ("others", "mean \(NumberFormat.fixed(s.otherMean, 3))   not used"),
      ("matrix", usage(s.rows)),
    ]
    var output = Output.table(
      Table(
        [Table.Column("part"), Table.Column("value")],
        rows: rows.map { [.text($0.0), .text($0.1)] }, hidesHeadings: true))
    output.data = [
      ("positive_mean", .number(mean)), ("other_mean", .number(s.otherMean)),
      ("used", .int(s.used)), ("entries", .int(s.entries)),
    ]
    return output
  }

  /// How much of the matrix the loss sees.
  private static func usage(_ rows: Int) -> String {
    "\(rows)×\(rows): \(rows) of \(rows * rows) entries reach the loss (*), the positive pairs; "
      + "\(rows * rows - rows) are shown only"
  }

  private static func matrixNote(_ bench: Workbench) throws -> String {
    "  matrix " + usage(2 * (try bench.lastBatchIDs().count))
  }

  private static func label(_ view: BatchView) -> String { "\(view.id)v\(view.view)" }

  private static func matrix(_ invocation: Invocation, _ bench: Workbench) throws -> Output {
    let entries = try bench.attentionMatrix(invocation[n], order: invocation[order])
    guard let first = entries.first else { return .nothing }
    let names = entries.map { row in
      "\(row[0].row.id)"
        + (row[0].row.label == nil ? "" : " " + ClassText.name(row[0].row.label, bench))
    }
    let width = names.map(\.count).max() ?? 0
    let heads = first.map { "\($0.column.id)" }
    let cell = max(5, heads.map(\.count).max() ?? 0)
    func right(_ text: String, _ size: Int) -> String {
      String(repeating: " ", count: max(0, size - text.count)) + text
    }
    var lines = [
      "  " + right("v1 \\ v2", width) + " "
        + heads.map { right($0, cell) + " " }.joined(separator: " ")
    ]
    for (name, row) in zip(names, entries) {
      let cells = row.map {
        right(NumberFormat.fixed($0.weight, 2), cell) + ($0.isUsed ? "*" : " ")
      }
      lines.append("  " + right(name, width) + " " + cells.joined(separator: " "))
    }
    lines = lines.map { line in
      var line = line
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
    let rows = 2 * (try bench.lastBatchIDs().count)
    lines.append("  \(names.count) of \(rows / 2) images   " + usage(rows))
    var output = Output.text(lines.joined(separator: "\n"))
    output.data = [
      ("ids", .array(first.map { .int($0.column.id) })),
      ("weights", .array(entries.map { .array($0.map { .number($0.weight) }) })),
      ("used", .array(entries.map { .array($0.map { .bool($0.isUsed) }) })),
    ]
    return output
  }

  private static func top(_ invocation: Invocation, _ bench: Workbench) throws -> Table {
    let isLowest = invocation.has(lowest)
    if invocation[pairs] == .neg {
      let found = try bench.attentionStrangers(invocation[k], lowest: isLowest)
      return Table(
        [
          Table.Column("view"), Table.Column("class"), Table.Column("with"),
          Table.Column("its_class"), Table.Column("cos", decimals: 4),
          Table.Column("w", decimals: 3), Table.Column("used"),
        ],
        rows: found.map {
          [
            .text(label($0.row)), .text(ClassText.name($0.row.label, bench)),
            .text(label($0.column)), .text(ClassText.name($0.column.label, bench)),
            .number($0.cosine), .number($0.weight), .text("no"),
          ]
        }, notes: [try matrixNote(bench)])
    }
    let found = try bench.attentionPairs(invocation[k], lowest: isLowest)
    let hasOverlap = found.contains { $0.overlap != nil }
    let even = 100 / Double(max(1, try bench.lastBatchIDs().count))
    return Table(
      [
        Table.Column("image"), Table.Column("class"), Table.Column("cos", decimals: 4),
        Table.Column("w", decimals: 3), Table.Column("share", unit: "% of loss", decimals: 3),
      ] + (hasOverlap ? [Table.Column("overlap", unit: "%", decimals: 0)] : [])
        + [Table.Column("used")],
      rows: found.map { pair in
        let overlap: [Table.Cell] =
          hasOverlap ? [pair.overlap.map { .number(100 * $0) } ?? .none] : []
        return [
          .int(pair.entry.row.id), .text(ClassText.name(pair.entry.row.label, bench)),
          .number(pair.entry.cosine), .number(pair.entry.weight), .number(100 * pair.share),
        ] + overlap + [.text("*")]
      }, notes: ["  even share \(NumberFormat.short(even)) % of the loss", try matrixNote(bench)])
  }

  private static func sample(_ invocation: Invocation, _ bench: Workbench) throws -> Table {
    let id = try invocation[Self.id] ?? bench.lastBatchIDs().first ?? 0
    try ClassText.check(id, Self.id, invocation, bench)
    let found: [AttentionEntry]
    do {
      found = try bench.attention(of: id, view: invocation[view], count: invocation[k])
    } catch let error as SessionError {
      throw invocation.error(error.message, at: Self.id, help: error.help)
    }
    return Table(
      [
        Table.Column("with"), Table.Column("class"), Table.Column("cos", decimals: 4),
        Table.Column("w", decimals: 3), Table.Column("used"),
      ],
      rows: found.map {
        [
          .text(label($0.column)), .text(ClassText.name($0.column.label, bench)),
          .number($0.cosine), .number($0.weight), .text($0.isUsed ? "*" : "no"),
        ]
      },
      title:
        "  \(id)v\(invocation[view]) \(ClassText.name(ofSample: id, bench)): its positive, then "
        + "the largest of the others",
      notes: [try matrixNote(bench)])
  }
}
