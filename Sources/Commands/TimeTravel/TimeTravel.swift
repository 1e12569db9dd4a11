import CommandLanguage
import Files
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
    let work = LongWork(context, "steps again")
    return Timeline.Watcher(
      isCancelled: { context.cancellation.isRequested },
      progress: { done, all in work.report(done, all) })
  }

  /// What was taken back or brought back, and where the session is now.
  static func output(
    _ done: (commands: [String], arrival: Arrival), _ verb: String, _ context: CommandContext
  ) throws -> Output {
    if let shell = context.timeline.attachment as? ShellMoment { try shell.restore(context) }
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

/// What besides the workbench's state a command can change: `undo` brings it back.
struct ShellMoment: TimelineAttachment, Equatable {
  private let variables: [String: Variable]
  private let definitions: [String: Definition]
  private let watches: [Watch]
  private let settings: [String: Value]
  private let names: [String: Moment]
  private let tracks: [Track]

  init(_ context: CommandContext) {
    let shell = context.shell
    variables = shell.variables
    definitions = shell.definitions
    watches = shell.watches
    settings = shell.settings.logged
    names = context.timeline.namedMoments
    tracks = context.workbench.tracks
  }

  static func == (a: ShellMoment, b: ShellMoment) -> Bool {
    a.variables == b.variables && a.definitions == b.definitions && a.watches == b.watches
      && a.settings == b.settings && a.names.keys == b.names.keys
      && a.names.allSatisfy { b.names[$0.key] === $0.value }
      && a.tracks.count == b.tracks.count && zip(a.tracks, b.tracks).allSatisfy { $0 === $1 }
  }

  func isSame(as other: (any TimelineAttachment)?) -> Bool { other as? ShellMoment == self }

  func restore(_ context: CommandContext) throws {
    let shell = context.shell
    shell.variables = variables
    shell.definitions = definitions
    shell.watches = watches
    context.timeline.namedMoments = names
    for error in context.workbench.useTracks(tracks) {
      context.onProgress(.line("  a recording goes on without its file: \(error.message)"))
    }
    try shell.settings.restore(settings)
  }
}
