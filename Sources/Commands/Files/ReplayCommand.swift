import CommandLanguage
import Kernels
import Sessions

/// Runs a session again.
public enum ReplayCommand: Command {
  static let file = Key<String>("file", .path(["dyad"]), help: "the session's log")
  static let verify = Switch(
    "verify", help: "compare every fingerprint and reply, stop at the first difference")

  static let outputs = Switch(
    "outputs", help: "compare every reply with the lines '#>' after its command")

  /// The deepest nesting of replays.
  static let maxDepth = 8

  /// The declaration.
  public static let spec = CommandSpec(
    "replay", group: .sessions, summary: "Runs a session again and checks every fingerprint.",
    details: "It runs in a session of its own; this one stays as it is. Files that it writes go "
      + "to a temporary folder. A difference ends with exit status 2. Each reply, without "
      + "times and rates, is compared with the lines that begin '#>' after its command, if there "
      + "are any; '…' in such a line stands for any text. save session writes these lines; by hand "
      + "they make a script a test, which --outputs runs without fingerprints.",
    arguments: [file], switches: [verify, outputs], isLogged: false,
    examples: [
      Example("replay sessions/first.dyad --verify", "Every fingerprint must match"),
      Example("replay run1.dyad", "Only checks that every command still works"),
      Example("replay run1.dyad --outputs", "Every reply must be as it was recorded"),
    ], seeAlso: ["save", "export"])

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
      isVerified: isVerified, comparesOutputs: isVerified || invocation.has(outputs),
      threads: context.workbench.workers.threads,
      memoryLimit: context.workbench.memoryLimit, depth: context.replayDepth,
      cancellation: context.cancellation)
    let result = try replay.run { context.onProgress($0) }
    if let difference = result.difference {
      throw mismatch(
        "\(difference.place): first difference: \(difference.text) "
          + "(\(result.matching) fingerprints matched before it)")
    }
    if isVerified, result.marks == 0 {
      throw mismatch(
        "'\(invocation[file])' holds no fingerprints to compare: no command in it changed a "
          + "state, or it was not written by save session"
      )
    }
    let replies = result.outputs > 0 ? "   \(result.outputs) replies match" : ""
    if invocation.has(outputs), result.outputs == 0 {
      throw mismatch("'\(invocation[file])' holds no lines '#>' to compare replies with")
    }
    guard isVerified else {
      return .text(
        "  \(result.commands) commands ran, \(result.marks) fingerprints not compared" + replies)
    }
    return .text(
      "  \(result.commands) commands   \(result.marks) fingerprints   \(result.matching) match   "
        + "0 differ" + replies)
  }

  /// A verification that failed ends the process with status 2.
  private static func mismatch(_ message: String) -> Diagnostic {
    var error = Diagnostic(message)
    error.exitStatus = 2
    return error
  }
}
