import CommandLanguage
import Methods
import Sessions

/// What the commands of time travel share.
enum TimeTravel {
  /// A moment at the prompt as the timeline names it.
  static func name(_ time: TimePoint) -> MomentName {
    switch time {
    case .name(let name): .name(name)
    case .step(let count): .step(count)
    case .epoch(let count): .epoch(count)
    case .back(let count): .back(count)
    case .branch(let branch, let rest): .branch(branch, name(rest))
    }
  }

  /// Shows steps that are computed again and lets Ctrl-C end them.
  static func watcher(_ context: CommandContext) -> Timeline.Watcher {
    Timeline.Watcher(
      isCancelled: { context.cancellation.isRequested },
      progress: { done, all in
        context.onProgress(.status("  computing step \(done) of \(all) again"))
      })
  }

  /// What was taken back or brought back, and where the session is now.
  static func output(
    _ done: (commands: [String], arrival: Arrival), _ verb: String, _ context: CommandContext
  ) throws -> Output {
    if let shell = context.timeline.attachment as? ShellMoment { try shell.restore(context.shell) }
    var output = output(done.arrival, context)
    let lines = done.commands.map { "  \(verb) '\($0)'" }
    output.content = .text((lines + [output.stableText]).joined(separator: "\n"))
    return output
  }

  /// Where the session is after a move.
  static func output(_ arrival: Arrival, _ context: CommandContext) -> Output {
    var text = "  branch \(arrival.branch)   step \(arrival.step)   e\(arrival.epoch)"
    if let end = context.timeline.endOfBranch, end > arrival.step {
      text += "   \(arrival.branch) goes on to step \(end); going on from here opens a branch"
    }
    var output = Output(.text(text))
    if arrival.recomputed > 0 {
      let steps = arrival.recomputed == 1 ? "1 step" : "\(arrival.recomputed) steps"
      output.volatile = [Output.Volatile("recomputed", "\(steps) computed again")]
    }
    output.data = [
      ("branch", .string(arrival.branch)), ("step", .int(arrival.step)),
      ("epoch", .int(arrival.epoch)),
    ]
    return output
  }
}

/// What of the shell belongs to a moment: `undo` brings it back.
struct ShellMoment: Equatable {
  var variables: [String: Variable]
  var definitions: [String: Definition]
  var watches: [Watch]
  var settings: [String: Value]

  init(_ shell: ShellState) {
    variables = shell.variables
    definitions = shell.definitions
    watches = shell.watches
    settings = shell.settings.logged
  }

  func restore(_ shell: ShellState) throws {
    shell.variables = variables
    shell.definitions = definitions
    shell.watches = watches
    try shell.settings.restore(settings)
  }
}
