import CommandLanguage
import Commands
import Foundation

/// Replies and progress → the terminal.
final class ReplyPrinter {
  private let terminal: Terminal
  private let shell: ShellState

  init(terminal: Terminal, shell: ShellState) {
    self.terminal = terminal
    self.shell = shell
  }

  private var isJSON: Bool { shell.settings[Settings.output] == .json }

  func print(_ reply: Reply) {
    if isJSON { return terminal.print(reply.json) }
    switch reply.result {
    case .failure(let error): terminal.printError(terminal.marked(error.text))
    case .success(let output):
      let text = body(output, reply)
      if text.isEmpty { terminal.clearStatus() } else { terminal.print(text) }
    }
  }

  func print(_ progress: WorkProgress) {
    switch progress {
    case .line(let text): if !isJSON { terminal.print(text) }
    case .status(let text): terminal.showStatus(text, width: LineEditor.width)
    }
  }

  /// The stable text, then what is volatile, then the fingerprint, on the last line if it fits.
  private func body(_ output: Output, _ reply: Reply) -> String {
    var tail = output.volatile.map(\.text)
    if reply.elapsed >= 0.1, !output.volatile.contains(where: { $0.name == "time" }) {
      tail.append(ReplyPrinter.time(reply.elapsed))
    }
    var text = output.stableText
    if !tail.isEmpty {
      let joined = tail.joined(separator: "   ")
      let gap = separator(after: text, before: joined)
      text += gap + terminal.dim(joined)
    }
    // Without a model there is no hash yet: `0 - config=…` is for the log only.
    guard let fingerprint = reply.fingerprint, !fingerprint.hasPrefix("0 - ") else { return text }
    let mark = "#= " + fingerprint
    return text + separator(after: text, before: mark) + terminal.dim(mark)
  }

  /// A gap on the last line when the next part still fits there, else a new line.
  private func separator(after text: String, before part: String) -> String {
    if text.isEmpty { return "  " }
    let last = text.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    let length = last.replacing("\u{1b}[2m", with: "").replacing("\u{1b}[0m", with: "").count
    let width = terminal.isOutputTerminal ? LineEditor.width : 100
    return length + 3 + part.count <= width ? "   " : "\n  "
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
