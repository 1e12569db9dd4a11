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
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let context = CommandContext(
      cancellation: cancellation, workbench: Workbench(threads: cores))
    let shell = context.shell
    let interpreter = Interpreter(context)
    SessionRecorder.attach(to: interpreter)
    let printer = ReplyPrinter(terminal: terminal, shell: shell)
    context.onProgress = printer.print
    if options.isJSON { try shell.settings.set("out", parsing: "json") }
    if let threads = options.threads {
      try shell.settings.set("threads", parsing: threads)
    }
    for (name, value) in options.variables { shell.give(name, value) }
    let runner = ScriptRunner(interpreter: interpreter, printer: printer)
    switch options.mode {
    case .script(let file): return try runner.run(file: file)
    case .lines(let lines): return runner.run(lines: lines)
    case .interactive where terminal.isInputTerminal && terminal.isOutputTerminal:
      printer.inlineFigures = InlineFigures(terminal: terminal, shell: shell)
      return try prompt(options, interpreter, printer, terminal)
    case .interactive where options.recovers:
      throw Diagnostic("--recover needs a terminal")
    default: return runner.runStandardInput()
    }
  }

  /// A prompt with its journal.
  private static func prompt(
    _ options: LaunchOptions, _ interpreter: Interpreter, _ printer: ReplyPrinter,
    _ terminal: Terminal
  ) throws -> Int32 {
    let context = interpreter.context
    let left = Journal.abandoned()
    if options.recovers, left.isEmpty {
      throw Diagnostic("there is no session to recover in '\(Journal.standardFolder)'")
    }
    if let line = context.beginJournal() { terminal.print(terminal.dim(line)) }
    if options.recovers {
      recover(left[0], interpreter, printer, terminal)
    } else if let newest = left.first {
      let count = newest.log.commandCount
      terminal.print(
        terminal.dim(
          "a session of \(count) command\(count == 1 ? "" : "s") ended without being saved: "
            + "dyad --recover goes on with it"))
    }
    let status = REPL(
      interpreter: interpreter, printer: printer, terminal: terminal, historyFile: .standard
    ).run()
    if let line = context.endJournal() { terminal.print(terminal.dim(line)) }
    return status
  }

  private static func recover(
    _ abandoned: Journal.Abandoned, _ interpreter: Interpreter, _ printer: ReplyPrinter,
    _ terminal: Terminal
  ) {
    let result = Recovery(interpreter).run(abandoned) { printer.print(.status("  " + $0)) }
    terminal.print(
      "  recovered \(result.commands) command\(result.commands == 1 ? "" : "s"), \(result.rerun) "
        + "of them run again: step \(result.step)")
    if result.commands > result.rerun {
      terminal.print(
        terminal.dim(
          "  from the autosave: other moments by name only; 'autosave' turns it on again"))
    }
    for note in result.notes { terminal.print(note) }
    guard let shortfall = result.shortfall else {
      abandoned.remove()
      return
    }
    terminal.print("  not all: \(shortfall); the journal stays in '\(abandoned.path).dyad'")
  }
}
