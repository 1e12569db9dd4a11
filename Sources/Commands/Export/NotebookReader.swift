import CommandLanguage
import Files
import Foundation
import Sessions

/// A script or a session's log → a notebook; nothing is run.
struct NotebookReader {
  private let source: SourceText
  private var finder: FigureFinder
  private var tracker: FigureTracker
  private var notebook: Notebook
  private var prose: [String]?
  private var code: Pending?
  /// Where the item before ends.
  private var end = 0

  /// Commands whose reply is being read.
  private struct Pending {
    var source: [String] = []
    var statements: [FigureTracker.Passed] = []
    var output = StoredOutput()
    /// The text of a `note`, as far as it can be known without running it.
    var note: String?
  }

  private init(_ source: SourceText, _ finder: FigureFinder, _ tracker: FigureTracker) {
    self.source = source
    self.finder = finder
    self.tracker = tracker
    let name = (source.name ?? "").split(separator: "/").last.map(String.init) ?? ""
    notebook = Notebook(title: name.hasSuffix(".dyad") ? String(name.dropLast(5)) : name)
  }

  /// Reads a script.
  ///
  /// - Throws: `Diagnostic` when it is no text of the language.
  static func notebook(
    from source: SourceText, registry: Registry,
    readPath: @escaping (String) -> String = { $0 }
  ) throws -> Notebook {
    let folder = PathText.folder(of: PathText.absolute(source.name ?? ""))
    var reader = NotebookReader(
      source, FigureFinder(folder: folder, readPath: readPath), FigureTracker(registry))
    let items: [ScriptItem]
    do {
      items = try Lexer.items(of: source)
    } catch let error as Diagnostic {
      throw error.located(in: source)
    }
    for (index, item) in items.enumerated() {
      switch item {
      case .comment(let text, let range):
        reader.comment(text, range)
        reader.end = range.upperBound
      case .command(let statement):
        let isVersion = index == 0 && statement.text.hasPrefix("version ")
        if !isVersion { reader.command(statement) }
        reader.end = statement.range.upperBound
      }
    }
    reader.endCell()
    return reader.titled()
  }

  private mutating func comment(_ text: String, _ range: Range<Int>) {
    if let marker = CellMarker(text) {
      endCell()
      let title = HarmlessText.line(marker.title)
      if !title.isEmpty { notebook.cells.append(.heading(title)) }
      if marker.isProse { prose = [] }
    } else if let mark = SessionLog.Mark(text) {
      tracker.read(mark)
      let last = code.map { $0.statements.count - 1 } ?? -1
      if last >= 0 { code?.statements[last].after = mark }
    } else if SessionLog.Closing(text) != nil || text.hasPrefix(FailureNote.prefix) {
      // The log's own lines, and commands that failed, are no part of what is handed out.
      return
    } else if StoredOutput.line(of: text) != nil, code?.statements.isEmpty == false {
      code?.output.read(text)
      if let line = StoredOutput.line(of: text), let last = code?.statements.last {
        tracker.read([line], of: last.statement)
      }
    } else if prose != nil, CellMarker.isProse(text) {
      prose?.append(contentsOf: HarmlessText.lines(CellMarker.prose(of: text)))
    } else {
      beginCode()
      add(text, at: range.lowerBound, separator: "  ")
    }
  }

  private mutating func command(_ statement: Statement) {
    beginCode()
    if let note = Self.note(statement) {
      endCell()
      code = Pending(note: note)
    }
    add(statement.text, at: statement.range.lowerBound, separator: "; ")
    code?.statements.append(tracker.pass(statement))
  }

  /// Commands follow: those that have replied, and notes, are cells of their own.
  private mutating func beginCode() {
    if let code, code.note == nil, code.output.count == 0 { return }
    endCell()
    code = Pending()
  }

  /// Adds what stands in the script from an offset on, on a line of its own or on the one before.
  private mutating func add(_ text: String, at start: Int, separator: String) {
    var lines = HarmlessText.lines(text)
    let between = source.bytes[min(end, start)..<start]
    if !between.contains(UInt8(ascii: "\n")), let last = code?.source.popLast() {
      lines[0] = last + separator + lines[0]
    }
    code?.source += lines
  }

  private mutating func endCell() {
    if let prose, prose.contains(where: { !$0.isEmpty }) { notebook.cells.append(.prose(prose)) }
    prose = nil
    defer { code = nil }
    guard let code, !code.source.isEmpty else { return }
    var lines = code.output.shownLines
    guard let note = code.note else {
      let figures = figures(of: code)
      notebook.cells.append(
        .code(Notebook.Code(source: code.source, output: lines, figures: figures)))
      return
    }
    // The reply has the values of the note's variables, but long lines only in part.
    let isWhole =
      code.output.omitted == 0 && lines.first?.hasPrefix("  ") == true
      && lines.allSatisfy { $0.unicodeScalars.count <= HarmlessText.maxLineLength }
    if isWhole { lines[0].removeFirst(2) }
    notebook.cells.append(.prose(isWhole ? lines : HarmlessText.lines(note)))
  }

  /// The figures that replies name, then those after `->` that no reply names.
  private mutating func figures(of code: Pending) -> [Notebook.Figure] {
    var figures: [Notebook.Figure] = []
    var names: Set<String> = []
    func isNew(_ path: String) -> Bool {
      (path as NSString).pathExtension.lowercased() == "png" && names.insert(path).inserted
    }
    for line in code.output.lines {
      // A block that draws one file several times has a line for each.
      guard let line = FigureLine(line), isNew(line.path) || names.contains(line.path) else {
        continue
      }
      let alt = line.path + (line.caption.isEmpty ? "" : ": " + line.caption)
      let claim = tracker.claim(of: line.path, in: code.statements)
      figures.append(
        Notebook.Figure(
          path: line.path, alt: alt,
          content: finder.content(of: line.path, claim: claim, size: line.size),
          file: finder.file(of: line.path)))
    }
    for passed in code.statements {
      for path in FigureTracker.outputs(of: passed.statement) where isNew(path) {
        let command = HarmlessText.line(String(passed.statement.text.prefix(200)))
        let claim = tracker.claim(of: path, in: code.statements)
        figures.append(
          Notebook.Figure(
            path: HarmlessText.line(path),
            alt: "\(HarmlessText.line(path)): figure of '\(command)'",
            content: finder.content(of: path, claim: claim), file: finder.file(of: path),
            isPromise: passed.isPromise))
      }
    }
    return figures
  }

  /// The text of a `note`; nil for another command.
  private static func note(_ statement: Statement) -> String? {
    guard statement.tokens.count == 2, statement.tokens[1].kind == .word,
      statement.source.text(statement.tokens[0].range) == NoteCommand.spec.name
    else { return nil }
    let word = statement.source.text(statement.tokens[1].range)
    return Quoting.literal(word) ?? word
  }

  /// The notebook with its first heading as its title.
  private func titled() -> Notebook {
    var result = notebook
    result.title = HarmlessText.line(result.title)
    result.markReplacedFigures()
    // `source FILE` and `end of FILE` only say where a script that was run begins and ends.
    let cells = result.cells
    result.cells = cells.enumerated().filter { index, cell in
      guard case .heading(let title) = cell,
        title.hasPrefix("end of ") || title.hasPrefix("source ")
      else { return true }
      guard index + 1 < cells.count else { return false }
      if case .heading = cells[index + 1] { return false }
      return true
    }.map(\.element)
    switch result.cells.first {
    case .heading(let title):
      result.title = title
      result.cells.removeFirst()
    case .prose(let lines):
      guard let first = lines.first, first.hasPrefix("# ") else { break }
      result.title = HarmlessText.line(first.dropFirst(2))
      result.cells[0] = .prose(Array(lines.dropFirst()))
    default: break
    }
    return result
  }
}
