import CProcessor
import CommandLanguage
import Commands
import Foundation
import Sessions

/// The process: launch options, front end, exit status.
@main
enum Dyad {
  static func main() {
    guard processor_check() == 1 else { exit(1) }
    // A file-size limit then gives an ordinary write error instead of a signal.
    signal(SIGXFSZ, SIG_IGN)
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  private static func run(_ arguments: [String]) -> Int32 {
    let cancellation = SignalCancellation()
    let terminal = Terminal()
    let status = run(arguments, cancellation, terminal)
    guard let reason = terminal.outputError else { return status }
    terminal.printError("error: standard output cannot be written: \(reason)")
    return max(1, status)
  }

  private static func run(
    _ arguments: [String], _ cancellation: SignalCancellation, _ terminal: Terminal
  ) -> Int32 {
    do {
      let options = try LaunchOptions(arguments)
      switch options.mode {
      case .help:
        terminal.print(LaunchOptions.usage)
        return 0
      case .version:
        terminal.print("dyad \(SysCommand.version)")
        return 0
      case .interactive, .script, .standardInput, .lines:
        return try start(options, terminal, cancellation)
      }
    } catch let error as Diagnostic {
      terminal.printError(terminal.marked(error.text))
      return error.exitStatus
    } catch {
      terminal.printError("error: \(error)")
      return 1
    }
  }

  private static func start(
    _ options: LaunchOptions, _ terminal: Terminal, _ cancellation: SignalCancellation
  ) throws -> Int32 {
    let session = try Session(options, terminal, cancellation)
    let (interpreter, printer) = (session.interpreter, session.printer)
    let runner = ScriptRunner(interpreter: interpreter, printer: printer)
    switch options.mode {
    case .script(let file): return try runner.run(file: file)
    case .lines(let lines): return runner.run(lines: lines)
    case .interactive where terminal.isInputTerminal && terminal.isOutputTerminal:
      return try prompt(session, options, terminal, cancellation)
    case .interactive where options.recovers:
      throw Diagnostic("--recover needs a terminal")
    default: return runner.runStandardInput()
    }
  }

  /// A prompt with its journal.
  private static func prompt(
    _ first: Session, _ options: LaunchOptions, _ terminal: Terminal,
    _ cancellation: SignalCancellation
  ) throws -> Int32 {
    var session = first
    let left = Journal.abandoned()
    if options.recovers, left.isEmpty {
      throw Diagnostic("there is no session to recover in '\(Journal.standardFolder)'")
    }
    session.showsFigures(terminal)
    if options.recovers {
      if let line = try Recovery.enterFolder(of: left[0]) { terminal.print(terminal.dim(line)) }
      let again = try recover(left, session, options, terminal) {
        try Session(options, terminal, cancellation)
      }
      if let again { session = again }
    } else {
      session.beginJournal(terminal)
    }
    if !options.recovers, let newest = left.first {
      terminal.say(terminal.dim(newest.announcement))
      // Its files have it all.
      if newest.isSaved { newest.remove() }
    }
    let status = REPL(
      interpreter: session.interpreter, printer: session.printer, terminal: terminal,
      historyFile: .standard
    ).run()
    if let line = session.context.endJournal() { terminal.print(terminal.dim(line)) }
    return status
  }

  /// Recovers the first of some journals into a session, or into a fresh one, which is then returned.
  ///
  /// A state that `autosave` wrote has named moments and the ends of branches, not what can be
  /// undone: where the commands after it need more, all commands are run again.
  private static func recover(
    _ left: [Journal.Abandoned], _ session: Session, _ options: LaunchOptions,
    _ terminal: Terminal, fresh: () throws -> Session
  ) throws -> Session? {
    let abandoned = left[0]
    let progress = { (line: String) in session.printer.print(.status("  " + line)) }
    var result = Recovery(session.interpreter).run(
      abandoned, usesState: !options.runsAgain, forgetsAtRecoveries: !options.runsAgain,
      progress: progress)
    var replacement: Session?
    if let shortfall = result.shortfall, result.isFromState {
      terminal.print("  not all from the autosave: \(shortfall)")
      terminal.print("  so every command is run again; Ctrl-C stops it, and the journal stays")
      let other = try fresh()
      other.showsFigures(terminal)
      result = Recovery(other.interpreter).run(abandoned, usesState: false, progress: progress)
      replacement = other
    }
    // Only now, so that a recovery that is killed leaves the journal that it recovers the newest.
    (replacement ?? session).beginJournal(
      terminal, after: result.shortfall == nil ? nil : abandoned)
    terminal.print(
      "  recovered \(result.commands) command\(result.commands == 1 ? "" : "s"), \(result.rerun) "
        + "of them run again: step \(result.step)")
    if result.isFromState {
      terminal.print(
        terminal.dim(
          "  from the autosave" + (result.others.map { ", " + $0 } ?? "")
            + "; undo begins here: 'dyad --recover=again' runs all again"))
    }
    for note in result.notes { terminal.print(note) }
    if let shortfall = result.shortfall {
      terminal.print("  not all: \(shortfall); the journal stays in '\(abandoned.path).dyad'")
      for other in left.dropFirst() where other.goesOn(after: abandoned) {
        terminal.print("  a session went on from a part of it: source \(other.path).dyad")
      }
    } else {
      for part in left.dropFirst() where abandoned.covers(part) { part.remove() }
      let hasMoments = (replacement ?? session).context.takeMoments(of: abandoned)
      abandoned.remove(withMoments: hasMoments)
    }
    return replacement
  }

  /// An interpreter with its recorder and printer, set up as the command line asks.
  private struct Session {
    let interpreter: Interpreter
    let printer: ReplyPrinter
    var context: CommandContext { interpreter.context }

    init(
      _ options: LaunchOptions, _ terminal: Terminal, _ cancellation: SignalCancellation
    ) throws {
      let cores = ProcessInfo.processInfo.activeProcessorCount
      let context = CommandContext(
        cancellation: cancellation, workbench: Workbench(threads: cores))
      let shell = context.shell
      interpreter = Interpreter(context)
      SessionRecorder.attach(to: interpreter)
      printer = ReplyPrinter(terminal: terminal, shell: shell)
      context.onProgress = printer.print
      shell.columns = { [weak printer] in printer?.columns }
      if options.isJSON { try shell.settings.set("out", parsing: "json") }
      if let threads = options.threads {
        try shell.settings.set("threads", parsing: threads)
      }
      for (name, value) in options.variables { shell.give(name, value) }
    }

    /// Shows figures where the terminal can.
    func showsFigures(_ terminal: Terminal) {
      printer.inlineFigures = InlineFigures(terminal: terminal, shell: context.shell)
    }

    /// Begins the journal with what the log has, and says so where there is none.
    func beginJournal(_ terminal: Terminal, after part: Journal.Abandoned? = nil) {
      if let line = context.beginJournal(after: part) { terminal.print(terminal.dim(line)) }
    }
  }
}
