import CommandLanguage
import Foundation

/// Standard output and error of the process.
final class Terminal {
  let isOutputTerminal = isatty(STDOUT_FILENO) == 1
  let isErrorTerminal = isatty(STDERR_FILENO) == 1
  let isInputTerminal = isatty(STDIN_FILENO) == 1
  /// Whether escapes for colour may be written to standard output.
  let hasColor: Bool
  private var hasStatus = false
  /// Why standard output could not be written; nil when all went well.
  private(set) var outputError: String?

  init() {
    let environment = ProcessInfo.processInfo.environment
    let isPlain =
      environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
      || environment["TERM"] == nil
    hasColor = isOutputTerminal && !isPlain
  }

  /// Writes a line to standard output.
  func print(_ text: String) {
    clearStatus()
    write(text + "\n", to: STDOUT_FILENO)
  }

  /// Writes a sentence that is no reply, broken at words.
  func say(_ sentence: String) {
    print(
      isOutputTerminal
        ? WordWrap.wrapped(sentence, width: TerminalSize.columns, hanging: 2) : sentence)
  }

  /// Writes a line to standard error.
  func printError(_ text: String) {
    clearStatus()
    write(text + "\n", to: STDERR_FILENO)
  }

  /// Shows the state of long work on the terminal's last line; nothing without a terminal.
  func showStatus(_ text: String, width: Int) {
    guard isErrorTerminal, ProcessInfo.processInfo.environment["TERM"] != "dumb" else { return }
    let shown = DisplayWidth.prefix(text, columns: max(1, width - 1))
    write("\r" + shown + "\u{1b}[K", to: STDERR_FILENO)
    hasStatus = true
  }

  /// Removes the state of long work.
  func clearStatus() {
    guard hasStatus else { return }
    hasStatus = false
    write("\r\u{1b}[K", to: STDERR_FILENO)
  }

  func dim(_ text: String) -> String {
    hasColor && !text.isEmpty ? "\u{1b}[2m\(text)\u{1b}[0m" : text
  }

  /// Colours the word `error:` when standard error is a terminal.
  func marked(_ error: String) -> String {
    guard hasColor, isErrorTerminal, let range = error.range(of: "error:") else { return error }
    return error.replacingCharacters(in: range, with: "\u{1b}[31merror:\u{1b}[0m")
  }

  /// Writes bytes that a terminal understands, such as a picture, to standard output.
  func write(_ bytes: [UInt8]) {
    clearStatus()
    write(bytes[...], to: STDOUT_FILENO)
  }

  private func write(_ text: String, to descriptor: Int32) {
    write(Array(text.utf8)[...], to: descriptor)
  }

  /// Writes all bytes; a reader that went away ends the process without a word.
  private func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) {
    var rest = bytes
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if errno == EPIPE {
        exit(1)
      } else if errno == EAGAIN {
        usleep(1000)
      } else if errno != EINTR {
        if descriptor == STDOUT_FILENO { outputError = String(cString: strerror(errno)) }
        return
      }
    }
  }
}
