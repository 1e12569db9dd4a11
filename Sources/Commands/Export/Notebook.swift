/// A session's log or a script as prose, commands, what they replied, and figures.
struct Notebook {
  /// The title of the first cell, else the file's name.
  var title: String
  /// What follows the title, in order.
  var cells: [Cell] = []

  /// A part of a notebook.
  enum Cell: Equatable {
    /// The title of a cell of the script.
    case heading(String)
    /// Markdown, one paragraph or more.
    case prose([String])
    /// Commands with their reply.
    case code(Code)
  }

  /// Commands and what the last of them replied.
  struct Code: Equatable {
    /// The commands as they were written, with the comments among them.
    var source: [String]
    /// The lines of the reply.
    var output: [String] = []
    /// The figures that were written.
    var figures: [Figure] = []
  }

  /// A figure that a command wrote.
  struct Figure: Equatable {
    /// Its file as the command names it.
    let path: String
    /// What it shows.
    let alt: String
    let content: Content

    /// Whether the file is there.
    enum Content: Equatable {
      /// The file and its bytes: a whole PNG.
      case png(file: String, bytes: [UInt8])
      /// Why there is no figure.
      case absent(String)
    }
  }
}

extension Notebook {
  /// A file that several cells wrote shows what the last one drew: the others show no figure.
  mutating func markReplacedFigures() {
    var later: Set<String> = []
    for index in cells.indices.reversed() {
      guard case .code(var code) = cells[index] else { continue }
      code.figures = code.figures.map { figure in
        guard case .png(let file, _) = figure.content, !later.insert(file).inserted else {
          return figure
        }
        return Figure(
          path: figure.path, alt: figure.alt,
          content: .absent("was drawn again below: another name keeps both"))
      }
      cells[index] = .code(code)
    }
  }
}
