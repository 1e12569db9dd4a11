import CommandLanguage
import Datasets
import Sessions

/// Looks at the last step's batch, pins it, records coming ones.
public enum BatchCommand: Command {
  static let file = Key<String>("file", .path(["safetensors"]), help: "the file to write")
  static let epochs = Key<Int>(
    "epochs", .int(in: 1...10_000), default: 1, unit: "epochs", help: "how many epochs")

  /// The declaration.
  public static let spec = CommandSpec(
    "batch", group: .inspect,
    summary: "Looks at the last step's batch, pins it, records coming ones.",
    requiring: [
      CommandForm(
        "show", summary: "Lists the images with class, loss and the agreement of their views.",
        givesTable: true,
        examples: [
          Example("batch show | sort loss --desc | head 5", "The five hardest images"),
          Example("batch show | where cos < 0", "Images whose views point apart"),
        ]),
      CommandForm(
        "ids", summary: "Lists the numbers of the images in order.",
        examples: [Example("batch ids", "For attn sample, bank rows, data show")]),
      CommandForm(
        "pin", summary: "Lets every step take the last batch again: the same views.",
        examples: [Example("batch pin", "`step 100` then shows whether one batch can be learnt")]),
      CommandForm(
        "free", summary: "Lets steps take the next batch in order again.",
        examples: [Example("batch free", "Batches passed over meanwhile are left out")]),
      CommandForm(
        "record", summary: "Writes the coming epochs' batches, views included.",
        arguments: [file], options: [epochs], writesFile: true,
        examples: [
          Example("batch record views.safetensors", "`data batches views.safetensors` replays them")
        ]),
    ], seeAlso: ["attn", "bank", "step"])

  /// Looks.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    switch invocation.subcommand {
    case "record": return try record(invocation, context)
    case "pin": return try pin(bench)
    case "free":
      let wasPinned = bench.freeBatch()
      return .text(
        wasPinned
          ? "  steps take the next batch in order again" : "  no batch was pinned")
    case "show": return .table(try show(context.benchWithBatch))
    default:
      let ids = try context.benchWithBatch.lastBatchIDs()
      var output = Output.text(
        HelpText.wrap(ids.map(String.init).joined(separator: " "), indent: 2)
          .joined(separator: "\n"))
      output.data = [("ids", .array(ids.map(JSONValue.int)))]
      return output
    }
  }

  private static func pin(_ bench: Workbench) throws -> Output {
    let place = try bench.pinBatch()
    var output = Output.text(
      "  every step takes batch \(place.step) of epoch \(place.epoch) from here on; 'batch free' ends it"
    )
    output.data = [("epoch", .int(place.epoch)), ("step", .int(place.step))]
    return output
  }

  private static func record(_ invocation: Invocation, _ context: CommandContext) throws -> Output {
    let files = context.shell.files
    let path = try files.checkedPath(invocation[file], for: invocation) ?? ""
    let work = LongWork(context, "batches")
    let recorded = try context.workbench.recordBatches(
      to: path, epochs: invocation[epochs], isCancelled: { context.cancellation.isRequested },
      progress: { work.report($0, $1) })
    files.didWrite(path)
    return .text(
      "  \(path)  \(recorded.epochs) epochs of \(recorded.stepsPerEpoch) steps of "
        + "\(recorded.batchSize), two views each")
  }

  private static func show(_ bench: Workbench) throws -> Table {
    let entries = try bench.lastBatchEntries()
    let isContrastive = entries.contains { $0.weight != nil }
    let hasOverlap = entries.contains { $0.overlap != nil }
    var columns = [
      Table.Column("place"), Table.Column("id"), Table.Column("class"),
      Table.Column("loss", decimals: 4),
    ]
    if isContrastive {
      columns += [
        Table.Column("w", decimals: 3), Table.Column("share", unit: "% of loss", decimals: 3),
      ]
    }
    columns.append(Table.Column("cos", decimals: 4))
    if hasOverlap { columns.append(Table.Column("overlap", unit: "%", decimals: 0)) }
    let rows = entries.map { e -> [Table.Cell] in
      var row: [Table.Cell] = [
        .int(e.position), .int(e.id), .text(ClassText.name(e.label, bench)), number(e.loss),
      ]
      if isContrastive { row += [number(e.weight), number(e.share.map { 100 * $0 })] }
      row.append(.number(e.cosine))
      if hasOverlap { row.append(number(e.overlap.map { 100 * $0 })) }
      return row
    }
    let loss = isContrastive ? "mean −log p of the two views" : "½ D(p1, t2) + ½ D(p2, t1)"
    var notes = ["  loss: \(loss); cos: of z1 and z2"]
    if hasOverlap { notes.append("  overlap: of the crop boxes, intersection over union") }
    if entries.contains(where: { $0.loss == nil }) {
      notes.append("  no loss: the bank rows that gave the targets were replaced since")
    }
    return Table(
      columns, rows: rows, title: "  batch of step \(bench.summary.step), before its update",
      notes: notes)
  }

  private static func number(_ value: Double?) -> Table.Cell { value.map { .number($0) } ?? .none }
}
