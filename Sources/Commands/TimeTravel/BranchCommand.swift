import CommandLanguage
import Sessions

/// Opens a branch.
public enum BranchCommand: Command {
  static let name = Key<String>(
    "name", .momentName, help: "how to call it; @NAME stands for its end")

  /// The declaration.
  public static let spec = CommandSpec(
    "branch", group: .time, summary: "Opens a branch at the present moment and goes on it.",
    details: "The branch before stays what it is. After a rewind, training opens one by itself.",
    arguments: [name],
    subcommands: [
      CommandForm(
        "list", summary: "Lists the branches.", givesTable: true,
        examples: [Example("branch list", "Where each came from and how far it goes")])
    ],
    examples: [
      Example("branch hot", "What is trained now belongs to 'hot'"),
      Example("branch temp-0.2", "Letters, digits, _ - and dots inside"),
    ], seeAlso: ["switch", "rewind", "compare"])

  /// Opens or lists.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let timeline = context.timeline
    if invocation.subcommand == "list" {
      return .table(
        Table(
          [
            Table.Column("branch"), Table.Column("from"), Table.Column("steps"),
            Table.Column("loss", decimals: 4), Table.Column("z std", decimals: 4),
            Table.Column("here"),
          ],
          rows: timeline.branchSummary.map { row in
            [
              .text(row.name), row.origin.map { .text("\($0.branch)@s\($0.step)") } ?? .none,
              .int(row.step), row.loss.map { .number($0) } ?? .none,
              row.zStd.map { .number($0) } ?? .none, row.isHere ? .text("*") : .text(""),
            ]
          }))
    }
    do {
      try timeline.openBranch(invocation[name])
    } catch let error as SessionError {
      throw invocation.error(error.message, at: name, help: ErrorPlace.help(error, in: invocation))
    }
    return .text("  branch \(timeline.branch)   from step \(context.workbench.summary.step)")
  }
}

/// Goes to another branch.
public enum SwitchCommand: Command {
  static let name = Key<String>("name", .word(.branches), help: "a branch")

  /// The declaration.
  public static let spec = CommandSpec(
    "switch", group: .time, summary: "Goes to the end of another branch.",
    arguments: [name],
    examples: [
      Example("switch main", "The first branch"),
      Example("switch hot", "Where 'hot' was left"),
    ], seeAlso: ["branch", "compare"])

  /// Goes there.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    do {
      // `@hot` is the end of a branch wherever a moment is asked for.
      let branch = String(invocation[name].trimmingPrefix("@"))
      let arrival = try context.timeline.switchTo(branch, TimeTravel.watcher(context))
      return TimeTravel.output(arrival, context)
    } catch let error as SessionError {
      throw invocation.error(error.message, at: name, help: ErrorPlace.help(error, in: invocation))
    }
  }
}
