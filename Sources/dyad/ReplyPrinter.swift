import CommandLanguage
import Commands
import Foundation
import Sessions

/// Replies and progress → the terminal.
final class ReplyPrinter {
  private let terminal: Terminal
  private let shell: ShellState
  /// Shows figures where they are written; the prompt sets it.
  var inlineFigures: InlineFigures?

  init(terminal: Terminal, shell: ShellState) {
    self.terminal = terminal
    self.shell = shell
  }

  private var isJSON: Bool { shell.settings[Settings.output] == .json }

  func print(_ reply: Reply) {
    if isJSON { return terminal.print(reply.json) }
    switch reply.result {
    case .failure(let error):
      let text =
        terminal.isErrorTerminal
        ? WordWrap.wrapped(
          error.text(width: TerminalSize.columns), width: TerminalSize.columns) : error.text
      terminal.printError(terminal.marked(text))
    case .success(let output):
      let text = body(output, reply)
      if text.isEmpty { terminal.clearStatus() } else { terminal.print(text) }
      output.figures.forEach { inlineFigures?.show($0.path) }
    }
  }

  func print(_ progress: WorkProgress) {
    switch progress {
    case .line(let line):
      if !isJSON {
        let text = Self.harmless(line)
        terminal.print(width.map { WordWrap.wrapped(text, width: $0, hanging: 2) } ?? text)
      }
    case .status(let text):
      terminal.showStatus(HarmlessText.line(text), width: TerminalSize.columns)
    case .work(let state):
      // The last column stays free, or some terminals would begin another line.
      let width = TerminalSize.columns
      terminal.showStatus(state.text(columns: width - 1), width: width)
    }
  }

  /// A reply may have what a user, a file or a name brought in: it must not steer the terminal.
  private static func harmless(_ text: String) -> String {
    HarmlessText.lines(text).joined(separator: "\n")
  }

  /// The columns that a reply has to fit into; nil where no one reads it on a terminal.
  var columns: Int? { isJSON ? nil : width }

  /// The width that lines have to fit into; nil without a terminal.
  private var width: Int? { terminal.isOutputTerminal ? TerminalSize.columns : nil }

  /// The stable text, then what is volatile, then the fingerprint, on the last line if it fits.
  private func body(_ output: Output, _ reply: Reply) -> String {
    var tail = output.volatile.map(\.text)
    if reply.elapsed >= 0.1, !output.volatile.contains(where: { $0.name == "time" }) {
      tail.append(ReplyPrinter.time(reply.elapsed))
    }
    var text = Self.harmless(width.map(output.stableText(width:)) ?? output.stableText)
    if !tail.isEmpty {
      let joined = tail.joined(separator: "   ")
      // What is no part of a table does not stand in its last row.
      let isTable =
        if case .table(let table) = output.content { table.notes.isEmpty } else { false }
      let gap = isTable ? "\n  " : separator(after: text, before: joined)
      text += gap + terminal.dim(fitting(joined, after: gap))
    }
    // Without a model there is no hash yet: `0 - config=…` is for the log only.
    guard let fingerprint = reply.fingerprint, !fingerprint.hasPrefix("0 - ") else { return text }
    let mark = "#= " + fingerprint
    let gap = separator(after: text, before: mark)
    return text + gap + terminal.dim(fitting(mark, after: gap))
  }

  /// A gap on the last line when the next part still fits there, else a new line.
  private func separator(after text: String, before part: String) -> String {
    if text.isEmpty { return "  " }
    let last = text.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    guard let width else { return last.count + 3 + part.count <= 100 ? "   " : "\n  " }
    return DisplayWidth.of(last) + 3 + DisplayWidth.of(part) <= width ? "   " : "\n  "
  }

  /// A part that begins a line behind a margin, broken where the terminal is too narrow for it.
  private func fitting(_ part: String, after gap: String) -> String {
    guard let width, gap.hasPrefix("\n") else { return part }
    return String(WordWrap.wrapped("  " + part, width: width, hanging: 2).dropFirst(2))
  }

  /// A time as people read it: `0.24 s`, `3 min 02 s`.
  static func time(_ seconds: Double) -> String {
    if seconds < 10 { return String(format: "%.2f s", seconds) }
    if seconds < 60 { return String(format: "%.1f s", seconds) }
    let whole = Int(exactly: seconds.rounded()) ?? 0
    return whole < 3600
      ? String(format: "%d min %02d s", whole / 60, whole % 60)
      : String(format: "%d h %02d min", whole / 3600, whole / 60 % 60)
  }
}
