import CommandLanguage
import Foundation

/// A notebook as a Jupyter notebook, nbformat 4.5, with its outputs.
struct JupyterExport {
  let notebook: Notebook

  /// The whole file: JSON with one cell a line.
  var text: String {
    var cells = [markdown(["# " + MarkdownText.escaped(notebook.title)])]
    for cell in notebook.cells {
      switch cell {
      case .heading(let title): cells.append(markdown(["## " + MarkdownText.escaped(title)]))
      case .prose(let lines):
        var prose = MarkdownProse()
        cells.append(markdown([prose.text(lines)]))
      case .code(let code): cells.append(self.code(code))
      }
    }
    let lines = cells.enumerated().map { index, cell in
      JSONValue.object([("id", .string("cell-\(index + 1)"))] + cell).text
    }
    let metadata = JSONValue.object([
      (
        "kernelspec",
        .object([
          ("display_name", .string("dyad")), ("language", .string("dyad")),
          ("name", .string("dyad")),
        ])
      ),
      (
        "language_info", .object([("name", .string("dyad")), ("file_extension", .string(".dyad"))])
      ),
      ("title", .string(notebook.title)),
    ])
    return "{\"cells\":[\n" + lines.joined(separator: ",\n") + "\n],\n\"metadata\":"
      + metadata.text + ",\n\"nbformat\":4,\"nbformat_minor\":5}\n"
  }

  private func markdown(_ lines: [String]) -> [(String, JSONValue)] {
    [
      ("cell_type", .string("markdown")), ("metadata", .object([])),
      (
        "source",
        Self.source(
          lines.flatMap {
            $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
          })
      ),
    ]
  }

  private func code(_ code: Notebook.Code) -> [(String, JSONValue)] {
    var outputs: [JSONValue] = []
    if !code.output.isEmpty {
      outputs.append(Self.stream(code.output))
    }
    for figure in code.figures {
      switch figure.content {
      case .absent(let reason): outputs.append(Self.stream(["\(figure.path) \(reason)"]))
      case .png(_, let bytes):
        outputs.append(
          .object([
            ("output_type", .string("display_data")),
            (
              "data",
              .object([
                ("image/png", .string(Data(bytes).base64EncodedString())),
                ("text/plain", .string(figure.alt)),
              ])
            ), ("metadata", .object([])),
          ]))
      }
    }
    return [
      ("cell_type", .string("code")), ("execution_count", .null), ("metadata", .object([])),
      ("outputs", .array(outputs)), ("source", Self.source(code.source)),
    ]
  }

  private static func stream(_ lines: [String]) -> JSONValue {
    .object([
      ("output_type", .string("stream")), ("name", .string("stdout")),
      ("text", .array(lines.map { .string($0 + "\n") })),
    ])
  }

  /// Lines as Jupyter writes them: all but the last with their line end.
  private static func source(_ lines: [String]) -> JSONValue {
    .array(
      lines.enumerated().map { .string($0 < lines.count - 1 ? $1 + "\n" : $1) })
  }
}
