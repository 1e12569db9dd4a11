/// What a command gives back; the front end prints it, logs it, fingerprints it.
public struct Output: Sendable, Equatable {
  /// The stable part: the same on every replay.
  public indirect enum Content: Sendable, Equatable {
    case nothing
    case text(String)
    case table(Table)
    /// Numbers whose columns keep standing below each other; text in JSON.
    case numbers(NumberGrid)
    case figure(FigureOutput)
    case sequence([Content])
  }

  /// A part of a reply that differs from run to run: a time, a rate, an amount of memory.
  public struct Volatile: Sendable, Equatable {
    /// Its name in JSON.
    public let name: String
    /// Its text with the unit.
    public let text: String

    /// Creates a volatile part.
    public init(_ name: String, _ text: String) {
      self.name = name
      self.text = text
    }
  }

  /// The stable part.
  public var content: Content
  /// The parts that end the reply and are masked in tested scripts.
  public var volatile: [Volatile]
  /// Members that `--json` adds: numbers with full precision behind a text.
  public var data: [(String, JSONValue)]
  /// What the log records instead of the command as typed: `step 371` for an epoch cut short.
  public var loggedText: String?
  /// What the log keeps as the reply when `loggedText`, run again, would reply otherwise than the
  /// stable part.
  public var loggedReply: String?
  /// Whether the command replaced the log, which does not record it then.
  public var replacesLog = false

  /// Creates an output.
  public init(
    _ content: Content, volatile: [Volatile] = [], data: [(String, JSONValue)] = []
  ) {
    self.content = content
    self.volatile = volatile
    self.data = data
  }

  /// No output.
  public static let nothing = Output(.nothing)
  /// Some lines of text.
  public static func text(_ text: String) -> Output { Output(.text(text)) }
  /// A table.
  public static func table(_ table: Table) -> Output { Output(.table(table)) }
  /// A figure that was written.
  public static func figure(_ figure: FigureOutput) -> Output { Output(.figure(figure)) }

  /// The stable part as text, without final newline.
  public var stableText: String { Output.text(of: content, width: nil) }

  /// The stable part as text whose lines fit into the width of a terminal.
  public func stableText(width: Int) -> String { Output.text(of: content, width: width) }

  /// The figures that were written.
  public var figures: [FigureOutput] { Output.figures(of: content) }

  /// The whole reply as text; the volatile parts end the last line.
  public var text: String {
    let tail = volatile.map(\.text).joined(separator: "   ")
    if tail.isEmpty { return stableText }
    return stableText.isEmpty ? "  " + tail : stableText + "   " + tail
  }

  /// The members of the reply's JSON object: `text`, `rows`, `figure`, `volatile`, data.
  public var json: [(String, JSONValue)] {
    var members = Output.json(of: content) + data
    if !volatile.isEmpty {
      members.append(("volatile", .object(volatile.map { ($0.name, .string($0.text)) })))
    }
    return members
  }

  private static func text(of content: Content, width: Int?) -> String {
    func fitting(_ text: String) -> String {
      width.map { WordWrap.wrapped(text, width: $0, hanging: 2) } ?? text
    }
    return switch content {
    case .nothing: ""
    case .text(let text): fitting(text)
    case .table(let table): width.map(table.text(width:)) ?? table.text
    case .numbers(let grid): width.map(grid.text(width:)) ?? grid.text
    case .figure(let figure): fitting(figure.text)
    case .sequence(let parts):
      parts.map { text(of: $0, width: width) }.filter { !$0.isEmpty }.joined(separator: "\n")
    }
  }

  private static func figures(of content: Content) -> [FigureOutput] {
    switch content {
    case .figure(let figure): [figure]
    case .sequence(let parts): parts.flatMap(figures)
    case .nothing, .text, .table, .numbers: []
    }
  }

  private static func json(of content: Content) -> [(String, JSONValue)] {
    switch content {
    case .nothing: []
    case .text(let text): [("text", .string(text))]
    case .numbers(let grid): [("text", .string(grid.text))]
    case .table(let table):
      [("title", .string(table.title)), ("rows", table.json)]
        + (table.notes.isEmpty ? [] : [("notes", .array(table.notes.map(JSONValue.string)))])
    case .figure(let figure): [("figure", figure.json)]
    case .sequence(let parts): [("parts", .array(parts.map { .object(json(of: $0)) }))]
    }
  }

  /// Two outputs are equal when all their parts are.
  public static func == (a: Output, b: Output) -> Bool {
    a.content == b.content && a.volatile == b.volatile && a.loggedText == b.loggedText
      && JSONValue.object(a.data) == JSONValue.object(b.data)
  }
}

/// A figure that a command wrote.
public struct FigureOutput: Sendable, Equatable {
  /// The file.
  public let path: String
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  /// What the figure shows, one line.
  public let caption: String

  /// Describes a figure.
  public init(path: String, width: Int, height: Int, caption: String) {
    self.path = path
    self.width = width
    self.height = height
    self.caption = caption
  }

  var text: String { "  \(path)  \(width)×\(height) px" + (caption.isEmpty ? "" : "  " + caption) }

  var json: JSONValue {
    .object([
      ("path", .string(path)), ("width", .int(width)), ("height", .int(height)),
      ("caption", .string(caption)),
    ])
  }
}
