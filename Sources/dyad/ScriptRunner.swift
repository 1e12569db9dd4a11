import CommandLanguage
import Commands
import Foundation

/// Runs scripts from files and from standard input.
struct ScriptRunner {
  let interpreter: Interpreter
  let printer: ReplyPrinter

  /// Runs a script file.
  ///
  /// - Returns: The process's exit status.
  /// - Throws: `Diagnostic` when the file cannot be read or does not use a given variable.
  func run(file: String) throws -> Int32 {
    let source: SourceText
    do {
      source = try Interpreter.readScript(Paths.expandingTilde(file))
    } catch var error as Diagnostic {
      // A command given as if it were a script.
      if interpreter.context.registry[file] != nil { error.help = "dyad -c \(file)" }
      throw error
    }
    try checkVariables(of: source)
    return interpreter.runScript(source, report: printer.print)?.exitStatus ?? 0
  }

  /// Runs lines given as text, with abbreviations expanded as at the prompt switched off.
  func run(lines: String) -> Int32 {
    interpreter.run(lines, isTyped: false, report: printer.print)?.exitStatus ?? 0
  }

  /// Runs standard input line by line, so that a program at the other end can wait for replies.
  func runStandardInput() -> Int32 {
    var lineNumber = 1
    var entry = ""
    var entryLine = 1
    func runEntry() -> Int32? {
      defer { entry = "" }
      let source = SourceText(entry, name: "stdin", firstLine: entryLine)
      return interpreter.runScript(source, report: printer.print)?.exitStatus
    }
    while let line = readLine(strippingNewline: false) {
      if entry.isEmpty { entryLine = lineNumber }
      // A byte order mark is no text, in a file or in a stream.
      entry += lineNumber == 1 && line.hasPrefix("\u{FEFF}") ? String(line.dropFirst()) : line
      lineNumber += 1
      // Bytes, because a carriage return and the line's end are one character.
      let begun = String(decoding: entry.utf8.dropLast(), as: UTF8.self)
      let isWaiting = line.utf8.last == UInt8(ascii: "\n") && TypedText.isUnfinished(begun)
      if isWaiting, entry.utf8.count <= Lexer.maxEntryBytes { continue }
      if let status = runEntry() { return status }
      if interpreter.context.shell.isQuitting { return 0 }
    }
    return entry.isEmpty ? 0 : runEntry() ?? 0
  }

  /// A `name=value` that a script never uses is most likely misspelt.
  private func checkVariables(of source: SourceText) throws {
    let given = interpreter.context.shell.givenVariables.keys.sorted()
    if given.isEmpty { return }
    let text = source.text(0..<source.bytes.count)
    var names: [String] = []
    for case .command(let statement) in (try? Lexer.items(of: source)) ?? [] {
      let words = statement.text.split { " =\t".contains($0) }
      if words.first == "source" { return }
      if words.first == "let", words.count > 1, !names.contains(String(words[1])) {
        names.append(String(words[1]))
      }
    }
    for name in given where !names.contains(name) {
      if text.contains("$" + name) || text.contains("${" + name + "}") { continue }
      throw Diagnostic(
        "the script \(Diagnostic.quote(source.name ?? "")) does not use a variable '\(name)', it has "
          + (names.isEmpty ? "no 'let'" : Diagnostic.alternatives(names)),
        help: EditDistance.nearest(to: name, in: names).map { $0 + "=…" })
    }
  }
}
