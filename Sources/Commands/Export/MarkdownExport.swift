import Files

/// A notebook as GitHub-flavoured Markdown; figures are links to their files.
struct MarkdownExport {
  let notebook: Notebook
  /// The file that is written: links are relative to its folder.
  let target: String

  /// The whole text.
  var text: String {
    var blocks = ["# " + MarkdownText.escaped(notebook.title)]
    for cell in notebook.cells {
      switch cell {
      case .heading(let title): blocks.append("## " + MarkdownText.escaped(title))
      case .prose(let lines): blocks.append(MarkdownText.prose(lines))
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
