/// One lexical unit of the command language and the bytes that it came from.
public struct Token: Sendable, Equatable {
  /// What a token can be.
  public enum Kind: Sendable, Equatable {
    /// A run without spaces; quoted and bracketed parts belong to it as a whole.
    case word
    /// `;`
    case semicolon
    /// The end of a line outside brackets.
    case newline
    /// `|` between spaces.
    case pipe
    /// `->` between spaces.
    case arrow
    /// `{`
    case openBrace
    /// `}`
    case closeBrace
    /// `#` to the end of its line.
    case comment
  }

  /// What the token is.
  public let kind: Kind
  /// Its bytes in the source.
  public let range: Range<Int>

  /// Creates a token.
  public init(_ kind: Kind, _ range: Range<Int>) {
    self.kind = kind
    self.range = range
  }
}

/// The tokens of one command and the text that they stand in.
public struct Statement: Sendable {
  /// The text.
  public let source: SourceText
  /// The command's tokens, without the separator that ends it.
  public let tokens: [Token]

  /// Creates a statement.
  public init(source: SourceText, tokens: [Token]) {
    self.source = source
    self.tokens = tokens
  }

  /// The bytes from the first token to the last.
  public var range: Range<Int> {
    guard let first = tokens.first, let last = tokens.last else { return 0..<0 }
    return first.range.lowerBound..<last.range.upperBound
  }

  /// The command as it was written.
  public var text: String { source.writtenText(range) }
}

/// One unit of a script, in order.
public enum ScriptItem: Sendable {
  /// A command to run.
  case command(Statement)
  /// A comment with its `#`: prose, a cell marker `#%%`, a fingerprint `#=`, expected output `#>`.
  case comment(String, Range<Int>)
}
