import CommandLanguage
import Kernels
import Sessions

/// Runs a session again.
public enum ReplayCommand: Command {
  static let file = Key<String>("file", .path(["dyad"]), help: "the session's log")
  static let verify = Switch(
    "verify", help: "compare every fingerprint, stop at the first difference")

  /// The deepest nesting of replays.
  static let maxDepth = 8

  /// The declaration.
  public static let spec = CommandSpec(
    "replay", group: .sessions, summary: "Runs a session again and checks every fingerprint.",
    details: "It runs in a session of its own; this one stays as it is. Files that it writes go "
      + "to a temporary folder. A difference ends with exit status 2.",
    arguments: [file], switches: [verify], isLogged: false,
    examples: [
      Example("replay sessions/first.dyad --verify", "Every fingerprint must match"),
      Example("replay run1.dyad", "Only checks that every command still works"),
    ], seeAlso: ["save"])

  /// Replays.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    guard context.replayDepth < maxDepth else {
      throw invocation.error("sessions replay each other more than \(maxDepth) deep", at: file)
    }
    let isVerified = invocation.has(verify)
    let source: SourceText
    do {
      source = try Interpreter.readScript(context.shell.files.readPath(invocation[file]))
    } catch let error as Diagnostic {
      throw error.located(in: invocation.source, at: invocation.fileRange)
    }
    let replay = Replay(
      source: source,
      isVerified: isVerified, threads: context.workbench.workers.threads,
      memoryLimit: context.workbench.memoryLimit, depth: context.replayDepth,
      cancellation: context.cancellation)
    let result = try replay.run { context.onProgress(.status("  " + $0)) }
    if let difference = result.difference {
      var error = Diagnostic(
        "\(difference.place): first difference: \(difference.text) "
          + "(\(result.matching) fingerprints matched before it)")
      error.exitStatus = 2
      throw error
    }
    guard isVerified else {
      return .text("  \(result.commands) commands ran, \(result.marks) fingerprints not compared")
    }
    if result.marks == 0 {
      var error = Diagnostic(
        "'\(invocation[file])' holds no fingerprints to compare: it was not written by save session"
      )
      error.exitStatus = 2
      throw error
    }
    return .text(
      "  \(result.commands) commands   \(result.marks) fingerprints   \(result.matching) match   "
        + "0 differ")
  }
}
