import CommandLanguage
import Sessions

/// Takes back commands.
public enum UndoCommand: Command {
  static let count = Key<Int>(
    "count", .int(in: 1...10_000), default: 1, unit: "commands", help: "how many")

  static let aside = Switch(
    "aside", help: "put what is undone on a branch of its own, so that this one ends here")

  /// The declaration.
  public static let spec = CommandSpec(
    "undo", group: .time, summary: "Takes back the last command that changed the state.",
    details:
      "Any command: training, a choice, a variable, a recording, a name, a rewind. A block is one; "
      + "one that was stopped, or that calls 'source', is as many as the log has of it. "
      + "Files that were written stay. Before 'load session' is the session that was left, as long "
      + "as 'set snapshots' has room for both; the log has neither then.",
    arguments: [count], switches: [aside],
    examples: [
      Example("undo", "The last one"),
      Example("undo 2", "The last two"),
    ], seeAlso: ["redo", "rewind"])

  /// Takes back.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    if invocation[count] == 1, context.timeline.canComeBack { return try context.comeBack() }
    let done = try context.timeline.undo(invocation[count], TimeTravel.watcher(context))
    if invocation.has(aside) { context.timeline.setAside(invocation[count]) }
    return try TimeTravel.output(done, "undid", context)
  }
}

/// Does commands again that were undone.
public enum RedoCommand: Command {
  static let count = UndoCommand.count

  /// The declaration.
  public static let spec = CommandSpec(
    "redo", group: .time, summary: "Brings back what undo took away.",
    details: "The state after the command is kept, or computed again to the same bits. A command "
      + "that changes the state ends what can be redone.",
    arguments: [count],
    examples: [
      Example("redo", "The last undo"),
      Example("redo 2", "The last two"),
    ], seeAlso: ["undo"])

  /// Brings back.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let done = try context.timeline.redo(invocation[count], TimeTravel.watcher(context))
    return try TimeTravel.output(done, "redid", context)
  }
}
