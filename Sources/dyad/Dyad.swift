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
      let repl = REPL(
        interpreter: interpreter, printer: printer, terminal: terminal, historyFile: .standard)
      return repl.run()
    default: return runner.runStandardInput()
    }
  }
}
