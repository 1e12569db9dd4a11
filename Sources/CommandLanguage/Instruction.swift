/// A command or a block, with the prefixes before it.
public struct Instruction: Sendable {
  /// A word before a command that changes how it is run.
  public enum Prefix: String, Sendable, CaseIterable {
    /// Replies are not shown.
    case quiet
    /// The time that it takes is shown, however short.
    case time
    /// An error is shown and does not end the script.
    case attempt = "try"
  }

  /// What a block runs.
  public struct Body: Sendable {
    /// Commands and blocks in order.
    public let items: [Statement]
  }

  /// A condition and what is run when it holds.
  public struct Branch: Sendable {
    /// The bytes of the condition.
    public let condition: Range<Int>
    /// What is run.
    public let body: Body
  }

  /// What is to be run.
  public enum Kind: Sendable {
    /// A single command.
    case command(Statement)
    /// `repeat N { … }`
    case repetition(count: Range<Int>, Body)
    /// `for NAME in LIST { … }`
    case loop(name: String, list: Range<Int>, Body)
    /// `if EXPR { … } else { … }`
    case choice([Branch], otherwise: Body?)
    /// `def NAME PARAMETER … { … }`
    case definition(Definition)
  }

  /// The prefixes, each at most once.
  public let prefixes: Set<Prefix>
  /// What is to be run.
  public let kind: Kind
  /// All of it, prefixes included.
  public let statement: Statement

  /// The words that begin a block.
  public static let keywords = ["repeat", "for", "if", "def"]
  /// The words that may stand before a command.
  public static let prefixNames = Prefix.allCases.map(\.rawValue)
}

/// A command that a user defined.
public struct Definition: Sendable {
  /// Its name.
  public let name: String
  /// The names of its arguments, variables while it runs.
  public let parameters: [String]
  /// What it runs.
  public let body: Instruction.Body
  /// The definition on one line.
  public let text: String
}

extension Definition: Equatable {
  /// Two definitions are equal when they are written alike.
  public static func == (a: Definition, b: Definition) -> Bool { a.text == b.text }
}

extension Statement {
  /// The statement on one line, comments left out, as the log writes a block.
  public var oneLine: String {
    var text = ""
    var isFresh = true
    for token in tokens {
      switch token.kind {
      case .comment: continue
      case .semicolon, .newline:
        if !isFresh { text += ";" }
        isFresh = true
      case .openBrace:
        text += text.isEmpty ? "{" : " {"
        isFresh = true
      case .closeBrace:
        if text.hasSuffix(";") { text.removeLast() }
        text += " }"
        isFresh = false
      case .word, .pipe, .arrow:
        text += (text.isEmpty ? "" : " ") + source.text(token.range).onOneLine
        isFresh = false
      }
    }
    return text
  }
}
