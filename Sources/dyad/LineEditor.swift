import CLineEdit
import CommandLanguage
import Commands

/// libedit: the only file that sees the C shim.
final class LineEditor {
  /// How reading a line ended.
  enum Line {
    case text(String)
    case interrupted
    case end
  }

  private let editor: OpaquePointer
  private let complete: (String, Int) -> Completion
  /// Earlier lines of the entry that is being typed.
  var entryPrefix = ""
  private var lastListed: String?

  /// Opens the editor on the terminal; nil when it cannot be used.
  init?(complete: @escaping (String, Int) -> Completion) {
    guard let editor = dyad_editor_open("dyad") else { return nil }
    self.editor = editor
    self.complete = complete
    dyad_editor_set_completion(
      editor,
      { context in
        guard let context else { return Int32(DYAD_LINE_SAME) }
        return Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue().tab()
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit { dyad_editor_close(editor) }

  /// Reads a line without its newline.
  func read(prompt: String) -> Line {
    var status: Int32 = 0
    lastListed = nil
    guard let line = dyad_editor_read(editor, prompt, &status) else {
      return status == Int32(DYAD_READ_INTERRUPTED) ? .interrupted : .end
    }
    var text = String(cString: line)
    while text.hasSuffix("\n") || text.hasSuffix("\r") { text.removeLast() }
    return .text(text)
  }

  /// Adds an entry to what the arrow keys find.
  func addHistory(_ entry: String) { dyad_editor_add_history(editor, entry) }

  static var width: Int { Int(dyad_terminal_width()) }

  /// Inserts what is certain; a second Tab on the same line lists the choices.
  private func tab() -> Int32 {
    var length = 0
    var cursor = 0
    guard let bytes = dyad_editor_line(editor, &length, &cursor) else {
      return Int32(DYAD_LINE_SAME)
    }
    let line = String(
      decoding: UnsafeRawBufferPointer(start: bytes, count: min(cursor, length)), as: UTF8.self)
    let entry = entryPrefix + line
    let completion = complete(entry, entry.utf8.count)
    let typed = SourceText(entry).text(completion.range)
    let menu = CompletionMenu(completion, typed: typed)
    if let insertion = menu.insertion {
      lastListed = nil
      dyad_editor_replace(editor, Int32(typed.unicodeScalars.count), insertion)
      return Int32(DYAD_LINE_CHANGED)
    }
    guard menu.choices.count > 1, lastListed == entry else {
      lastListed = entry
      return Int32(DYAD_LINE_SAME)
    }
    dyad_editor_print(editor, "\n" + menu.columns(width: LineEditor.width) + "\n")
    return Int32(DYAD_LIST_PRINTED)
  }
}

/// Ctrl-C, counted by a signal handler.
struct SignalCancellation: Cancellation {
  /// Starts counting SIGINT; from here on it ends no process.
  init() {
    dyad_use_utf8()
    dyad_catch_signals()
  }

  var requests: Int { Int(dyad_interrupts()) }
  func reset() { dyad_reset_interrupts() }
}
