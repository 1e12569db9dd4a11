import CLineEdit
import CommandLanguage
import Commands

/// libedit.
final class LineEditor {
  /// How reading a line ended.
  enum Line {
    case text(String)
    case interrupted
    case end
  }

  private let editor: OpaquePointer
  private let complete: (String, Int) -> Completion
  /// The color of the prompt, as the parameters of an SGR sequence; nil for none.
  private let color: String?
  /// Earlier lines of the entry that is being typed.
  var entryPrefix = ""
  private var lastListed: String?

  /// Opens the editor on the terminal; nil when it cannot be used.
  init?(color: String?, complete: @escaping (String, Int) -> Completion) {
    guard let editor = dyad_editor_open("dyad") else { return nil }
    self.editor = editor
    self.complete = complete
    self.color = color
    dyad_editor_set_functions(
      editor, { LineEditor.of($0)?.tab() ?? Int32(DYAD_LINE_SAME) },
      { context, text, length, isCut in
        let bytes = UnsafeRawBufferPointer(start: text, count: length)
        return LineEditor.of(context)?.paste(bytes, isCut: isCut != 0) ?? Int32(DYAD_LINE_SAME)
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> LineEditor? {
    context.map { Unmanaged<LineEditor>.fromOpaque($0).takeUnretainedValue() }
  }

  deinit { dyad_editor_close(editor) }

  /// Reads a line without its newline.
  func read(prompt: String) -> Line {
    var status: Int32 = 0
    lastListed = nil
    guard let line = dyad_editor_read(editor, colored(prompt), &status) else {
      return status == Int32(DYAD_READ_INTERRUPTED) ? .interrupted : .end
    }
    var text = String(cString: line)
    while text.hasSuffix("\n") || text.hasSuffix("\r") { text.removeLast() }
    return .text(text)
  }

  /// Adds an entry to what the arrow keys find.
  func addHistory(_ entry: String) { dyad_editor_add_history(editor, entry) }

  /// The prompt with its colour; libedit needs a visible character after the last escape.
  private func colored(_ prompt: String) -> String {
    guard let color, let last = prompt.last else { return prompt }
    let mark = String(UnicodeScalar(UInt8(DYAD_PROMPT_ESCAPE)))
    func escape(_ parameters: String) -> String { mark + "\u{1b}[\(parameters)m" + mark }
    return escape(color) + prompt.dropLast() + escape("0") + String(last)
  }

  /// Inserts what was pasted; Enter runs it.
  private func paste(_ bytes: UnsafeRawBufferPointer, isCut: Bool) -> Int32 {
    if isCut || bytes.count > PastedText.maxBytes {
      let message = WordWrap.wrapped(PastedText.tooLong, width: TerminalSize.columns)
      dyad_editor_print(editor, "\n" + message + "\n")
      return Int32(DYAD_LIST_PRINTED)
    }
    dyad_editor_replace(editor, 0, PastedText.cleaned(String(decoding: bytes, as: UTF8.self)))
    return Int32(DYAD_LINE_CHANGED)
  }

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
    dyad_editor_print(editor, "\n" + menu.columns(width: TerminalSize.columns) + "\n")
    return Int32(DYAD_LIST_PRINTED)
  }
}
