import CommandLanguage
import Sessions

/// Names the present moment.
public enum SnapCommand: Command {
  static let name = Key<String?>(
    optional: "name", .momentName, default: "snap-N", help: "how to call it; @NAME stands for it")
  static let dropped = Key<String>("name", .word(.snapshots), help: "a name that snap gave")

  /// The declaration.
  public static let spec = CommandSpec(
    "snap", group: .time, summary: "Names the present moment, so that it is kept.",
    details: "Moments are kept by themselves after every command and, in long runs, as often as "
      + "costs less than 2 % of the time; others are computed again from the one before, to the "
      + "same bits. `set snapshots` limits their memory: what it has no room for goes to disk, up "
      + "to `set spill`, until the program ends. A named one always stays.",
    arguments: [name],
    subcommands: [
      CommandForm(
        "list", summary: "Lists the moments that are held.", isLogged: false, givesTable: true,
        examples: [Example("snap list", "Steps, names, what led there, memory")]),
      CommandForm(
        "drop", summary: "Takes a name away; the moment may then be dropped.",
        arguments: [dropped]),
    ],
    examples: [
      Example("snap start", "rewind @start comes back here"),
      Example("snap", "A name of dyad's own: snap-1, snap-2, …"),
    ], seeAlso: ["rewind", "branch", "compare"])

  /// Names, lists or drops.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let timeline = context.timeline
    switch invocation.subcommand {
    case "list": return .table(list(timeline))
    case "drop":
      try timeline.dropName(invocation[dropped])
      return .text("  \(invocation[dropped]) is no name any more")
    default:
      let given = invocation[name]
      let chosen = given ?? timeline.nextSnapshotName()
      let moment = try timeline.snap(chosen)
      return .text("  @\(chosen)   branch \(timeline.branch)   step \(moment.step)")
    }
  }

  private static func list(_ timeline: Timeline) -> Table {
    Table(
      [
        Table.Column("branch"), Table.Column("step"), Table.Column("epoch"), Table.Column("names"),
        Table.Column("after"), Table.Column("memory"),
      ],
      rows: timeline.summary.map { row in
        [
          .text(row.branch), .int(row.step), .int(row.epoch),
          row.names.isEmpty ? .none : .text(row.names.map { "@" + $0 }.joined(separator: " ")),
          .text(row.command ?? "training"),
          .text(size(row)),
        ]
      },
      notes: notes(timeline), names: ["branch", "step"])
  }

  private static func size(_ row: Timeline.Row) -> String {
    if row.isStored { return "in its file" }
    if row.diskBytes > 0 { return NumberFormat.bytes(row.diskBytes) + " on disk" }
    return row.bytes > 0 ? NumberFormat.bytes(row.bytes) : "shared"
  }

  private static func notes(_ timeline: Timeline) -> [String] {
    var out = [
      "  in all \(NumberFormat.bytes(timeline.byteCount)) of "
        + "\(NumberFormat.bytes(timeline.budget)) (set snapshots)"
    ]
    if timeline.diskByteCount > 0 {
      out[0] +=
        ", \(NumberFormat.bytes(timeline.diskByteCount)) on disk of "
        + "\(NumberFormat.bytes(timeline.spillLimit)) (set spill)"
    }
    if let failure = timeline.spillFailure { out.append("  some are forgotten: \(failure)") }
    return out
  }
}
