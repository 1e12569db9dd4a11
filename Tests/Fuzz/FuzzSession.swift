import CommandLanguage
import Commands
import Foundation
import Sessions

/// A session that runs lines and checks what every line must keep.
final class FuzzSession {
  /// Sizes beyond this are to be refused, so that a line's work stays small.
  static let memoryLimit = 48 << 20
  /// The process may grow by so much in one line, in KB.
  ///
  /// Caches, both copies of a file, output; a tall figure at 1200 dpi has 25 million pixels of 16
  /// bytes while it is drawn.
  static let growthLimit = 600 << 10

  let context: CommandContext
  let cancellation = BudgetCancellation()
  private(set) var lastError: String?
  private let interpreter: Interpreter
  private let place: FuzzFolder
  private var mark: SessionLog.Mark?
  /// The states of this line so far: a script that fails goes back to the one before it.
  private var earlier: Set<SessionLog.Mark?> = []
  /// Whether replies of commands that succeeded may not be told of, so that `mark` is not theirs.
  private var isQuiet = false

  init(_ place: FuzzFolder) {
    self.place = place
    context = CommandContext(cancellation: cancellation, workbench: Workbench(threads: 1))
    interpreter = Interpreter(context)
    SessionRecorder.attach(to: interpreter)
    let apply = context.shell.settings.willChange
    context.shell.settings.willChange = { [unowned context] name, value in
      try apply(name, value)
      context.workbench.memoryLimit = min(context.workbench.memoryLimit, Self.memoryLimit)
      context.timeline.budget = min(context.timeline.budget, Self.memoryLimit)
    }
    context.timeline.budget = Self.memoryLimit
    context.workbench.memoryLimit = Self.memoryLimit
  }

  /// Brings the session into a state; returns what went wrong.
  func prepare(_ preparation: Preparation, _ random: inout SeededRandom) -> String? {
    cancellation.isOff = true
    defer { cancellation.isOff = false }
    do { try place.reset() } catch { return "cannot reset the folder: \(error)" }
    for line in ["let a = 3"] + preparation.lines(&random) {
      lastError = nil
      if let problem = run(line) { return "\(line): \(problem)" }
      if let lastError { return "\(line): \(lastError)" }
    }
    return nil
  }

  /// Runs a line; returns what it broke, nil when all is well.
  func run(_ line: String) -> String? {
    var problem: String?
    lastError = nil
    let runsFiles = line.contains("so") || line.contains("rep")
    cancellation.allow(runsFiles ? 300 : 6)
    mark = context.workbench.mark
    earlier = [mark]
    isQuiet = line.contains("quiet")
    let peak = peakKilobytes()
    _ = interpreter.run(line) { [self] reply in
      problem = problem ?? check(reply)
    }
    let grown = peakKilobytes() - peak
    if grown > Self.growthLimit { problem = problem ?? "memory grew by \(grown / 1024) MB" }
    context.shell.isQuitting = false
    return problem
  }

  /// Completes a line at a random place.
  func complete(_ line: String, _ random: inout SeededRandom) {
    _ = context.completer.complete(line, cursor: random.below(line.utf8.count + 2))
  }

  private func check(_ reply: Reply) -> String? {
    let before = mark
    mark = context.workbench.mark
    defer { earlier.insert(mark) }
    let json = reply.json
    if json.contains("\n") { return "the reply's JSON has several lines" }
    switch reply.result {
    case .success(let output):
      _ = output.text
      return nil
    case .failure(let error):
      lastError = error.message
      if error.text.isEmpty || error.message.isEmpty { return "an error without a text" }
      return isQuiet ? nil : difference(before, mark, reply.command, error.message)
    }
  }

  /// How a failed command changed the session; nil when it left it alone.
  private func difference(
    _ old: SessionLog.Mark?, _ new: SessionLog.Mark?, _ command: String, _ error: String
  ) -> String? {
    guard old != new, !earlier.contains(new) else { return nil }
    let verb = command.prefix { !$0.isWhitespace }
    let trains = ["step", "epoch", "source"].contains { $0.hasPrefix(verb) }
    // Steps before the one that failed are kept, and the log has them.
    if trains, let old, let new, new.step > old.step { return nil }
    return "the failed command changed the session from \(old?.text ?? "empty") to "
      + "\(new?.text ?? "empty"): \(error)"
  }

  private func peakKilobytes() -> Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss
  }
}
