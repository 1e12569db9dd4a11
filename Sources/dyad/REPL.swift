import CommandLanguage
import Commands
import Foundation
import Sessions

/// Read, execute, show: the prompt.
struct REPL {
  let interpreter: Interpreter
  let printer: ReplyPrinter
  let terminal: Terminal
  let historyFile: HistoryFile

  private var shell: ShellState { interpreter.context.shell }

  /// Runs until `quit` or Ctrl-D.
  ///
  /// - Returns: The process's exit status.
  func run() -> Int32 {
    let context = interpreter.context
    guard
      let editor = LineEditor(
        color: terminal.hasColor ? "36" : nil,
        complete: { line, cursor in context.completer.complete(line, cursor: cursor) })
    else {
      terminal.printError("error: the terminal cannot be used for editing lines")
      return 1
    }
    shell.leadsTours = true
    shell.history = historyFile.load()
    shell.history.forEach(editor.addHistory)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    terminal.say(
      "dyad \(SysCommand.version) · \(cores) \(cores == 1 ? "core" : "cores")   "
        + terminal.dim("help · help tour · Tab completes · quit"))
    while !shell.isQuitting {
      switch read(editor) {
      case .text(let entry): execute(entry, editor)
      case .interrupted: continue
      case .end:
        terminal.print("")
        return 0
      }
    }
    return 0
  }

  /// The prompt for a new entry: where the session stands.
  private var prompt: String {
    let context = interpreter.context
    let branch = context.timeline.branch
    return TypedText.prompt(
      branch: branch == Timeline.firstBranch ? nil : branch,
      step: context.workbench.modelStep)
  }

  /// Reads an entry with its continuation lines.
  private func read(_ editor: LineEditor) -> LineEditor.Line {
    var entry = ""
    editor.entryPrefix = ""
    while true {
      let prompt = entry.isEmpty ? prompt : TypedText.continuationPrompt
      let read = editor.read(prompt: prompt)
      guard case .text(let line) = read else {
        // Ctrl-C and Ctrl-D give up an entry that is only begun; Ctrl-D alone leaves.
        return entry.isEmpty ? read : .interrupted
      }
      let begun = String(decoding: entry.utf8.dropLast(), as: UTF8.self)
      entry += TypedText.normalized(line, after: begun) { shell.definitions[$0] != nil }
      let isTooLong = entry.utf8.count > Lexer.maxEntryBytes
      if isTooLong || !TypedText.isUnfinished(entry) { return .text(entry) }
      entry += "\n"
      editor.entryPrefix = entry
    }
  }

  private func execute(_ entry: String, _ editor: LineEditor) {
    var entry = entry
    if entry.allSatisfy(\.isWhitespace) {
      // Enter alone follows the tour.
      guard let command = shell.tour?.next else { return }
      entry = command
      terminal.print(prompt + command)
    }
    let kept = entry.trimmingCharacters(in: .whitespacesAndNewlines)
    if shell.history.last != kept {
      shell.history.append(kept)
      editor.addHistory(kept)
      historyFile.append(kept)
    }
    let error = interpreter.run(entry, report: printer.print)
    guard error == nil, shell.tour?.didRun(kept) == true, let tour = shell.tour else { return }
    terminal.print("")
    terminal.print(HelpText.reflowed(tour.text, columns: TerminalSize.columns))
    if tour.next == nil { shell.tour = nil }
  }
}
