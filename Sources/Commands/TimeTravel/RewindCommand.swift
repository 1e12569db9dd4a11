import CommandLanguage
import Sessions

/// Goes to another moment.
public enum RewindCommand: Command {
  static let time = Key<TimePoint>("time", .time, help: "where to go")

  /// The declaration.
  public static let spec = CommandSpec(
    "rewind", group: .time, summary: "Goes back, or on, to another moment, bit for bit.",
    details: "Everything that training depends on comes back: parameters, running statistics, "
      + "optimizer, bank, schedule, random numbers, the order of the data, the metric log. "
      + "Training on from there opens a branch; nothing is overwritten. @e2 is after two epochs, "
      + "@e0 before the first.",
    arguments: [time],
    examples: [
      Example("rewind @e1", "After the first epoch of this branch"),
      Example("rewind @-10", "Ten steps ago"),
      Example("rewind @start", "Where `snap start` was typed"),
      Example("rewind @main/s40", "Step 40 of the branch main"),
    ], seeAlso: ["undo", "snap", "branch", "compare"])

  /// Goes there.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    do {
      let arrival = try context.timeline.rewind(
        to: TimeTravel.name(invocation[time]), TimeTravel.watcher(context))
      return TimeTravel.output(arrival, context)
    } catch let error as SessionError {
      throw invocation.error(error.message, at: time, help: ErrorPlace.help(error, in: invocation))
    }
  }
}
