import CommandLanguage
import Sessions

/// Records metrics while training.
public enum TrackCommand: Command {
  static let metrics = Key<[String]>(
    "metrics", .list(of: .word(.metrics)), help: "metrics, comma-separated; lr is by group")
  static let every = Key<Duration>(
    "every", .duration([.steps, .epochs]), default: .steps(1), help: "how often")
  static let metric = Key<String?>(
    optional: "metric", .word(.metrics), default: "all", help: "recordings with this metric")

  /// The declaration.
  public static let spec = CommandSpec(
    "track", group: .train, summary: "Records metrics while training.",
    details: "loss class_loss total z_std acc1 acc5 contrast_acc erank align uniform knn lr, as "
      + "far as the method gives them. A file gets one JSON object a line, flushed per line; a "
      + "session that is loaded or recovered goes on with it and cuts rows of later steps. "
      + "After a rewind or an undo steps come again: such rows name their branch. "
      + "knn is measured before the first step too, for the start of its curve.",
    arguments: [metrics], options: [every],
    output: OutputFile(["jsonl"], help: "one JSON object per record"),
    subcommands: [
      CommandForm(
        "list", summary: "Lists the recordings in force.", isLogged: false, givesTable: true),
      CommandForm(
        "off", summary: "Ends recordings.", arguments: [metric],
        examples: [Example("track off", "Ends all recordings and closes their files")]),
    ],
    examples: [
      Example("track loss,z_std,lr every=1step -> run.jsonl", "Every step, to a file"),
      Example("track knn every=1epoch", "kNN accuracy after each epoch, for viz curves"),
    ], seeAlso: ["step", "viz"])

  /// Starts, lists or ends.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    switch invocation.subcommand {
    case "list":
      return .table(
        Table(
          [
            Table.Column("metrics"), Table.Column("every"), Table.Column("file"),
            Table.Column("rows"),
          ],
          rows: bench.tracks.map {
            [
              .text($0.names.joined(separator: ",")), .text($0.every.description),
              file(of: $0), .int($0.rows),
            ]
          }))
    case "off":
      let count = bench.removeTracks(metric: invocation[metric])
      return .text("  \(count) recording\(count == 1 ? "" : "s") ended")
    default:
      let interval = ScheduleCommand.amount(invocation[every])
      if interval == .steps(0) || interval == .epochs(0) {
        throw invocation.error("a recording needs at least one step between its rows", at: every)
      }
      let path = try context.shell.files.checkedPath(for: invocation)
      let track = try bench.addTrack(
        invocation[metrics], every: interval, path: invocation.outputPath, place: path)
      if let path { context.shell.files.didWrite(path) }
      let target = track.path.map { " -> \($0)" } ?? ""
      return .text("  track \(track.names.joined(separator: ",")) every \(track.every)\(target)")
    }
  }

  private static func file(of track: Track) -> Table.Cell {
    guard let path = track.path else { return .none }
    return .text(track.isWithoutFile ? "none, not \(path)" : path)
  }
}
