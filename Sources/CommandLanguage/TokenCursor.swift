/// A walk over the tokens of one statement.
struct TokenCursor {
  let statement: Statement
  private var at = 0

  init(_ statement: Statement) { self.statement = statement }

  func text(_ token: Token) -> String { statement.source.text(token.range) }

  func peek() -> Token? { at < statement.tokens.count ? statement.tokens[at] : nil }

  mutating func next() -> Token? {
    defer { at += 1 }
    return peek()
  }

  mutating func skip() { at += 1 }

  /// The token that was taken last.
  var previous: Token? {
    at > 0 && at <= statement.tokens.count ? statement.tokens[at - 1] : nil
  }

  /// Moves past the rest of an expression whose first word was taken; returns where it ends.
  ///
  /// It ends at `then`, a brace, `key=`, `|`, `->`, `--name` or the statement's end.
  mutating func expressionEnd() -> Int {
    var end = lastEnd
    while let token = peek(), token.kind == .word {
      let text = text(token)
      if text == "then" || KeySplitter.key(of: text) != nil { break }
      if text.hasPrefix("--"), text.utf8.count > 2,
        ExpressionParser.isNameStart(Array(text.utf8)[2])
      {
        break
      }
      end = token.range.upperBound
      skip()
    }
    return end
  }
}

/// Telling `key=value` from other words.
enum KeySplitter {
  /// The key of a `key=value` word, or nil; `a==b` is a comparison.
  static func key(of text: String) -> String? {
    guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let name = text[..<equals]
    let after = text.utf8.index(after: equals)
    if after < text.endIndex, text.utf8[after] == UInt8(ascii: "=") { return nil }
    return ValueParser.isName(name) ? String(name) : nil
  }
}
