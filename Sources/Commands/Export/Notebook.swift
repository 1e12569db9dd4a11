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
    /// The file that was looked at, when it is another figure's.
    var file: String?
    /// Whether no reply names it, and its command draws later, if ever.
    var isPromise = false

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
  /// What is said of one file several times in a cell, as of a loop's, is said once with a number.
  private static func withoutRepetitions(_ figures: [Figure]) -> [Figure] {
    var result: [Figure] = []
    var counts: [Int] = []
    for figure in figures {
      let first = result.firstIndex {
        guard case .absent = figure.content else { return false }
        return $0.path == figure.path && $0.content == figure.content
      }
      if let first {
        counts[first] += 1
      } else {
        result.append(figure)
        counts.append(1)
      }
    }
    return zip(result, counts).map { figure, count in
      guard count > 1, case .absent(let reason) = figure.content else { return figure }
      return Figure(
        path: figure.path, alt: figure.alt, content: .absent("(\(count) times here) \(reason)"))
    }
  }

  /// A file that several replies name shows what the last one drew: the others show no figure.
  mutating func markReplacedFigures() {
    var later: Set<String> = []
    var named: Set<String> = []
    for index in cells.indices.reversed() {
      guard case .code(var code) = cells[index] else { continue }
      var figures: [Figure] = []
      for figure in code.figures.reversed() {
        // The reply that names it comes where it was drawn.
        if !named.insert(figure.path).inserted, figure.isPromise { continue }
        var isShownBelow = figure.file.map(later.contains) ?? false
        if case .png(let file, _) = figure.content { isShownBelow = !later.insert(file).inserted }
        guard isShownBelow else {
          figures.append(figure)
          continue
        }
        figures.append(
          Figure(
            path: figure.path, alt: figure.alt,
            content: .absent("was drawn again below: another name keeps both")))
      }
      code.figures = Self.withoutRepetitions(figures.reversed())
      cells[index] = .code(code)
    }
  }
}
