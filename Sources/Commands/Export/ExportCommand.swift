import CommandLanguage
import Files

/// Writes a session or a script as a document.
public enum ExportCommand: Command {
  static let file = Key<String>("file", .path(["dyad"]), help: "the session's log, or a script")
  static let endings = ["html", "md", "ipynb"]

  /// The declaration.
  public static let spec = CommandSpec(
    "export", group: .sessions, summary: "Writes a session or a script as a document.",
    details: "Nothing is run: cells, prose, notes, commands, the replies that the log keeps "
      + "(lines that begin '#>') and figures are taken from the files as they are. The ending decides: .md "
      + "is Markdown with links to the figures, .html one page with figures inside, .ipynb a "
      + "Jupyter notebook with its outputs. Figures are looked up beside FILE, then in the working "
      + "directory; one that another command has drawn since, or that dyad did not draw, is named, not shown. "
      + "Without '->' it writes FILE with the ending .html.",
    arguments: [file], output: OutputFile(endings, help: "the document"), isLogged: false,
    examples: [
      Example("export run1.dyad -> run1.html", "A page that needs no other file"),
      Example("export run1.dyad overwrite=on -> run1.ipynb", "Replaces an older notebook"),
    ], seeAlso: ["save", "replay", "note"])

  /// Exports.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let files = context.shell.files
    let path = invocation[file]
    let shown = invocation.outputPath ?? standardTarget(path)
    guard let target = try files.checkedPath(shown, for: invocation) else { return .nothing }
    let notebook: Notebook
    do {
      notebook = try NotebookReader.notebook(
        from: Interpreter.readScript(path), registry: context.registry,
        readPath: files.readPath)
    } catch let error as Diagnostic {
      // A fault inside the file has its own place; any other is about the argument.
      throw error.located(in: invocation.source, at: invocation.fileRange)
    }
    try AtomicFile.write(text(of: notebook, for: target), to: target)
    files.didWrite(target)
    return .text("  \(shown)  " + summary(of: notebook))
  }

  private static func text(of notebook: Notebook, for target: String) -> String {
    switch Paths.fileExtension(target) {
    case "md": MarkdownExport(notebook: notebook, target: target).text
    case "ipynb": JupyterExport(notebook: notebook).text
    default: HTMLExport(notebook: notebook).text
    }
  }

  private static func standardTarget(_ path: String) -> String {
    (path.hasSuffix(".dyad") ? String(path.dropLast(5)) : path) + ".html"
  }

  private static func summary(of notebook: Notebook) -> String {
    var commands = 0
    var figures = 0
    var absent: [String] = []
    for case .code(let code) in notebook.cells {
      commands += 1
      for figure in code.figures {
        if case .absent(let reason) = figure.content {
          absent.append("  \(figure.path) \(reason)")
        } else {
          figures += 1
        }
      }
    }
    let counts =
      "\(notebook.cells.count) cell\(notebook.cells.count == 1 ? "" : "s"), \(commands) with commands, \(figures) figure"
      + (figures == 1 ? "" : "s")
    let shown = absent.prefix(10) + (absent.count > 10 ? ["  and \(absent.count - 10) more"] : [])
    return ([counts] + shown).joined(separator: "\n")
  }
}
