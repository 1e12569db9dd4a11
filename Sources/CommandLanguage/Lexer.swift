/// Text → tokens with source ranges.
///
/// Spaces separate tokens except inside "…", (…), […]; `#`, `;`, `|`, `->`, `{`, `}` are tokens only
/// outside those. A line continues after `\` and inside an open brace or bracket.
public struct Lexer {
  /// The deepest nesting of brackets and braces.
  public static let maxDepth = 64
  /// The longest entry (a line with its continuations), in bytes.
  public static let maxEntryBytes = 1 << 20

  /// Why a text is not whole: the REPL asks for more, a script reports it.
  public enum Incomplete: Sendable, Equatable {
    case openBracket
    case openBrace
    case openQuote
    case trailingBackslash
  }

  private let source: SourceText
  private let bytes: [UInt8]
  private var at = 0
  private var tokens: [Token] = []
  private var braces: [Int] = []
  private var entryStart = 0
  private var incomplete: (why: Incomplete, offset: Int)?
  /// Where the backslashes are that continue a line.
  private var continuations: [Int] = []

  private init(_ source: SourceText) {
    self.source = source
    self.bytes = source.bytes
  }

  /// Returns the tokens of a whole text.
  ///
  /// - Throws: `Diagnostic` for open quotes and brackets, nesting deeper than 64, entries over 1 MB
  ///   and control characters.
  public static func tokens(of source: SourceText) throws -> [Token] {
    try whole(source).tokens
  }

  private static func whole(_ source: SourceText) throws -> Lexer {
    var lexer = Lexer(source)
    try lexer.run()
    if let (why, offset) = lexer.incomplete { throw lexer.openError(why, offset) }
    return lexer
  }

  /// Returns the tokens of a text that may be unfinished and what is still open at its end.
  public static func prefixTokens(
    of source: SourceText
  ) throws -> (tokens: [Token], incomplete: Incomplete?) {
    var lexer = Lexer(source)
    try lexer.run()
    return (lexer.tokens, lexer.incomplete?.why)
  }

  /// Returns commands and comments of a text in order; separators inside braces belong to a command.
  ///
  /// - Throws: `Diagnostic` as `tokens(of:)`.
  public static func items(of source: SourceText) throws -> [ScriptItem] {
    let lexer = try whole(source)
    let joined =
      lexer.continuations.isEmpty
      ? source : SourceText(source, continuedAt: lexer.continuations)
    return items(of: lexer.tokens, in: joined)
  }

  /// Returns commands and comments of some tokens of a text.
  static func items(of tokens: [Token], in source: SourceText) -> [ScriptItem] {
    var items: [ScriptItem] = []
    var pending: [Token] = []
    var depth = 0
    func flush() {
      if !pending.isEmpty { items.append(.command(Statement(source: source, tokens: pending))) }
      pending = []
    }
    for token in tokens {
      switch token.kind {
      case .semicolon, .newline:
        if depth == 0 { flush() } else { pending.append(token) }
      case .comment:
        if depth == 0 {
          flush()
          items.append(.comment(source.text(token.range), token.range))
        }
      case .openBrace, .closeBrace, .word, .pipe, .arrow:
        if token.kind == .openBrace { depth += 1 }
        if token.kind == .closeBrace { depth = max(0, depth - 1) }
        pending.append(token)
      }
    }
    flush()
    return items
  }

  private mutating func run() throws {
    while at < bytes.count, incomplete == nil {
      if at - entryStart > Lexer.maxEntryBytes {
        throw Diagnostic(
          "an entry may have at most \(Lexer.maxEntryBytes) bytes, this one is longer",
          at: entryStart..<entryStart + 1)
      }
      let byte = bytes[at]
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): at += 1
      case UInt8(ascii: "\n"):
        single(.newline)
        if braces.isEmpty { entryStart = at }
      case UInt8(ascii: ";"): single(.semicolon)
      case UInt8(ascii: "{"):
        try checkDepth(braces.count + 1)
        braces.append(at)
        single(.openBrace)
      case UInt8(ascii: "}"):
        if braces.popLast() == nil {
          throw Diagnostic("'}' closes nothing", at: at..<at + 1)
        }
        single(.closeBrace)
      case UInt8(ascii: "#"): comment()
      case UInt8(ascii: "\\"):
        if !continuesLine() { try word() }
      default: try word()
      }
    }
    if incomplete == nil, let open = braces.first { incomplete = (.openBrace, open) }
    if bytes.count - entryStart > Lexer.maxEntryBytes {
      throw Diagnostic(
        "an entry may have at most \(Lexer.maxEntryBytes) bytes, this one has "
          + "\(bytes.count - entryStart)", at: entryStart..<entryStart + 1)
    }
  }

  private mutating func single(_ kind: Token.Kind) {
    tokens.append(Token(kind, at..<at + 1))
    at += 1
  }

  private mutating func comment() {
    let start = at
    while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
    var end = at
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    tokens.append(Token(.comment, start..<end))
  }

  /// A backslash at a line's end joins it with the next; at the text's end more is expected.
  private mutating func continuesLine() -> Bool {
    guard let next = lineEnd(afterBackslash: at) else { return false }
    if next == bytes.count {
      incomplete = (.trailingBackslash, at)
      at = next
      return true
    }
    continuations.append(at)
    at = next + 1
    return true
  }

  /// Where the line or the text ends when only spaces follow a backslash; nil when more does.
  private func lineEnd(afterBackslash at: Int) -> Int? {
    var next = at + 1
    while next < bytes.count, [0x20, 0x09, 0x0D].contains(bytes[next]) { next += 1 }
    return next == bytes.count || bytes[next] == UInt8(ascii: "\n") ? next : nil
  }

  private mutating func word() throws {
    let start = at
    var open: [(closer: UInt8, offset: Int)] = []
    scan: while at < bytes.count {
      let byte = bytes[at]
      switch byte {
      case UInt8(ascii: "\""):
        if open.isEmpty, at > start, bytes[at - 1] != UInt8(ascii: "=") {
          throw Diagnostic(
            "a quote cannot begin inside a word", at: at..<at + 1,
            help: "put quotes around the whole value")
        }
        guard try string() else { break scan }
        if open.isEmpty, at < bytes.count, !Lexer.endsWord(bytes[at]) {
          throw Diagnostic(
            "a quoted value ends at its closing quote, got '\(shown(at))' after it", at: at..<at + 1
          )
        }
      case UInt8(ascii: "["), UInt8(ascii: "("):
        open.append((byte == UInt8(ascii: "[") ? UInt8(ascii: "]") : UInt8(ascii: ")"), at))
        try checkDepth(open.count + braces.count)
        at += 1
      case UInt8(ascii: "]"), UInt8(ascii: ")"):
        guard let last = open.popLast() else {
          throw Diagnostic("'\(shown(at))' closes nothing", at: at..<at + 1)
        }
        if last.closer != byte {
          throw Diagnostic(
            "expected '\(Character(Unicode.Scalar(last.closer)))', got '\(shown(at))'",
            at: at..<at + 1)
        }
        at += 1
      case UInt8(ascii: "\n") where !open.isEmpty, UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        if open.isEmpty { break scan }
        at += 1
      case UInt8(ascii: "\\"):
        if let end = lineEnd(afterBackslash: at) {
          if open.isEmpty { break scan }
          if end < bytes.count { continuations.append(at) }
        }
        at += 1
      case 0..<0x20, 0x7F:
        if byte == UInt8(ascii: "\n") { break scan }
        throw Diagnostic(
          "control character 0x\(String(byte, radix: 16)) is not text", at: at..<at + 1)
      default:
        if open.isEmpty, Lexer.endsWord(byte) { break scan }
        at += 1
      }
    }
    if incomplete == nil, let first = open.first { incomplete = (.openBracket, first.offset) }
    if at > start { tokens.append(Token(kind(start..<at), start..<at)) }
  }

  private func kind(_ range: Range<Int>) -> Token.Kind {
    switch (range.count, bytes[range.lowerBound]) {
    case (1, UInt8(ascii: "|")): .pipe
    case (2, UInt8(ascii: "-")) where bytes[range.lowerBound + 1] == UInt8(ascii: ">"): .arrow
    default: .word
    }
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"),
      UInt8(ascii: ";"), UInt8(ascii: "#"), UInt8(ascii: "{"), UInt8(ascii: "}"):
      true
    default: false
    }
  }

  /// Skips a string with its quotes; false when the text ends inside it.
  private mutating func string() throws -> Bool {
    let start = at
    at += 1
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        return true
      case UInt8(ascii: "\\"): at += min(2, bytes.count - at)
      case UInt8(ascii: "\n"):
        throw Diagnostic(
          "the string is not closed on its line", at: start..<start + 1, help: #"end it with '"'"#)
      default: at += 1
      }
    }
    incomplete = (.openQuote, start)
    return false
  }

  private func checkDepth(_ depth: Int) throws {
    if depth > Lexer.maxDepth {
      throw Diagnostic("brackets nest deeper than \(Lexer.maxDepth) levels", at: at..<at + 1)
    }
  }

  private func shown(_ offset: Int) -> String {
    String(source.text(offset..<min(offset + 4, bytes.count)).first ?? "?")
  }

  private func openError(_ why: Incomplete, _ offset: Int) -> Diagnostic {
    let found = shown(offset)
    return switch why {
    case .openQuote: Diagnostic("the string is not closed", at: offset..<offset + 1)
    case .openBracket, .openBrace: Diagnostic("'\(found)' is not closed", at: offset..<offset + 1)
    case .trailingBackslash:
      Diagnostic("nothing follows the '\\' that continues the line", at: offset..<offset + 1)
    }
  }
}
