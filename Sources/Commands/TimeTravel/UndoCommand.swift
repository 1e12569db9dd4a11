import CommandLanguage
import Sessions

/// Takes back commands.
public enum UndoCommand: Command {
  static let count = Key<Int>(
    "count", .int(in: 1...10_000), default: 1, unit: "commands", help: "how many")

  /// The declaration.
  public static let spec = CommandSpec(
    "undo", group: .time, summary: "Takes back the last command that changed the state.",
    details: "Any command: training, a choice, a variable, a rewind. Files that were written stay.",
    arguments: [count],
    examples: [
      Example("undo", "The last one"),
      Example("undo 2", "The last two"),
    ], seeAlso: ["redo", "rewind"])

  /// Takes back.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let wanted = invocation[count]
    let timeline = context.timeline
    guard timeline.undoCount >= wanted else {
      throw invocation.error(
        timeline.undoCount == 0
          ? "nothing to undo: no command changed the state"
          : "only \(timeline.undoCount) commands can be undone, got \(wanted)", at: count)
    }
    return try TimeSteps.run(wanted, "undid", context) {
      try timeline.undo(TimeTravel.watcher(context))
    }
  }
}

/// Does commands again that were undone.
public enum RedoCommand: Command {
  static let count = UndoCommand.count

  /// The declaration.
  public static let spec = CommandSpec(
    "redo", group: .time, summary: "Brings back what undo took away.",
    details: "Nothing is computed again: the state after the command is kept. A command that "
      + "changes the state ends what can be redone.",
    arguments: [count],
    examples: [
      Example("redo", "The last undo"),
      Example("redo 2", "The last two"),
    ], seeAlso: ["undo"])

  /// Brings back.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let wanted = invocation[count]
    let timeline = context.timeline
    guard timeline.redoCount >= wanted else {
      throw invocation.error(
        timeline.redoCount == 0
          ? "nothing to redo: the last change was no undo"
          : "only \(timeline.redoCount) commands can be redone, got \(wanted)", at: count)
    }
    return try TimeSteps.run(wanted, "redid", context) {
      try timeline.redo(TimeTravel.watcher(context))
    }
  }
}

/// Several undos or redos in a row.
private enum TimeSteps {
  static func run(
    _ count: Int, _ verb: String, _ context: CommandContext,
    _ step: () throws -> (command: String, arrival: Arrival, attachment: Any?)
  ) throws -> Output {
    var lines: [String] = []
    var last: Arrival?
    var recomputed = 0
    for _ in 0..<count {
      let done = try step()
      if let shell = done.attachment as? ShellMoment { try shell.restore(context.shell) }
      lines.append("  \(verb) '\(done.command)'")
      last = done.arrival
      recomputed += done.arrival.recomputed
    }
    guard var arrival = last else { return .nothing }
    arrival.recomputed = recomputed
    var output = TimeTravel.output(arrival, context)
    output.content = .text((lines + [output.stableText]).joined(separator: "\n"))
    return output
  }
}
