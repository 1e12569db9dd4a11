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
      + "as 'set snapshots' and 'set spill' have room for both; the log has neither then.",
    arguments: [count], switches: [aside],
    examples: [
      Example("undo", "The last one"),
      Example("undo 2", "The last two"),
    ], seeAlso: ["redo", "rewind"])

  /// Takes back.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let (count, timeline) = (invocation[count], context.timeline)
    if timeline.hasLeft, count == timeline.undoCount + 1, !invocation.has(aside) {
      return try comeBack(in: context)
    }
    let done = try timeline.undo(count, TimeTravel.watcher(context))
    if invocation.has(aside) { timeline.setAside(count) }
    return try TimeTravel.output(done, "undid", context)
  }

  /// Takes back all that was done since `load session`, and that.
  private static func comeBack(in context: CommandContext) throws -> Output {
    let (timeline, count) = (context.timeline, context.timeline.undoCount)
    guard count > 0 else { return try context.comeBack() }
    let done = try timeline.undo(count, TimeTravel.watcher(context))
    do {
      // What the shell had then.
      _ = try TimeTravel.output(done, "undid", context)
      log("undo", count, in: context)
      let lines = done.commands.map { "  undid '\($0)'" }
      var output = try context.comeBack()
      output.content = .text((lines + [output.stableText]).joined(separator: "\n"))
      return output
    } catch {
      _ = try TimeTravel.output(timeline.redo(count), "redid", context)
      log("redo", count, in: context)
      throw error
    }
  }

  /// Adds to the log of a session that another one replaces, or that replaced one, what this command
  /// did in it.
  static func log(_ verb: String, _ count: Int, in context: CommandContext) {
    let text = count == 1 ? verb : "\(verb) \(count)"
    context.log.append(text, mark: context.workbench.mark)
  }
}

/// Does commands again that were undone.
public enum RedoCommand: Command {
  static let count = UndoCommand.count

  /// The declaration.
  public static let spec = CommandSpec(
    "redo", group: .time, summary: "Brings back what undo took away.",
    details: "The state after the command is kept, or computed again to the same bits. A command "
      + "that changes the state ends what can be redone. After the undo of 'load session' it goes "
      + "on in the session that was loaded.",
    arguments: [count],
    examples: [
      Example("redo", "The last undo"),
      Example("redo 2", "The last two"),
    ], seeAlso: ["undo"])

  /// Brings back.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let (count, timeline) = (invocation[count], context.timeline)
    if timeline.canGoForward, count <= timeline.redoCountAhead + 1 {
      return try goForward(count - 1, in: context)
    }
    let done = try timeline.redo(count, TimeTravel.watcher(context))
    return try TimeTravel.output(done, "redid", context)
  }

  /// Goes on in the session whose loading was undone, with some of what can be redone there.
  private static func goForward(_ count: Int, in context: CommandContext) throws -> Output {
    let first = try context.goForward()
    guard count > 0 else { return first }
    let done: (commands: [String], arrival: Arrival)
    do {
      done = try context.timeline.redo(count, TimeTravel.watcher(context))
    } catch {
      // All of it or nothing.
      _ = try context.comeBack()
      throw error
    }
    UndoCommand.log("redo", count, in: context)
    var output = try TimeTravel.output(done, "redid", context)
    output.content = .text(first.stableText + "\n" + output.stableText)
    output.replacesLog = true
    return output
  }
}
