import Files

/// A notebook as GitHub-flavoured Markdown; figures are links to their files.
struct MarkdownExport {
  let notebook: Notebook
  /// The file that is written: links are relative to its folder.
  let target: String

  /// The whole text.
  var text: String {
    var blocks = ["# " + MarkdownText.escaped(notebook.title)]
    var prose = MarkdownProse()
    for (index, cell) in notebook.cells.enumerated() {
      switch cell {
      case .heading(let title): blocks.append("## " + MarkdownText.escaped(title))
      case .prose(let lines):
        if index > 0, case .prose = notebook.cells[index - 1], Self.isIndented(lines) {
          // A line that shows nothing, lest the cell goes on with a list of the one before.
          blocks.append("[//]: # (cell)")
        }
        blocks.append(prose.text(lines))
      case .code(let code):
        blocks.append(MarkdownText.fenced(code.source, language: "dyad"))
        if !code.output.isEmpty {
          blocks.append(MarkdownText.fenced(code.output, language: "text"))
        }
        blocks += code.figures.map(figure)
      }
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func isIndented(_ lines: [String]) -> Bool {
    let first = lines.first { !$0.allSatisfy { $0 == " " || $0 == "\t" } }
    return first?.utf8.first == 0x20 || first?.utf8.first == 9
  }

  private func figure(_ figure: Notebook.Figure) -> String {
    switch figure.content {
    case .absent(let reason): "*" + MarkdownText.escaped("\(figure.path) \(reason)") + "*"
    case .png(let file, _):
      "![\(MarkdownText.escaped(figure.alt))](\(MarkdownText.target(relative(file))))"
    }
  }

  /// A file's path from the folder of the target.
  private func relative(_ file: String) -> String {
    let from = PathText.folder(of: PathText.absolute(target)).split(separator: "/")
    let to = PathText.absolute(file).split(separator: "/")
    let shared = zip(from, to).prefix { $0 == $1 }.count
    let up = Array(repeating: Substring(".."), count: from.count - shared)
    return (up + to[shared...]).joined(separator: "/")
  }
}
