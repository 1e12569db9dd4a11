/// Tokens of a statement → `Instruction`.
public struct InstructionParser {
  private let statement: Statement
  private var at = 0
  private var tokens: [Token] { statement.tokens }

  private init(_ statement: Statement) { self.statement = statement }

  /// Reads prefixes and, where one begins, a block; a command is left to `CommandParser`.
  ///
  /// - Throws: `Diagnostic` for what does not belong in a block's head or after its end.
  public static func parse(_ statement: Statement) throws -> Instruction {
    do {
      var parser = InstructionParser(statement)
      return try parser.instruction()
    } catch let error as Diagnostic {
      throw error.located(in: statement.source, at: statement.range)
    }
  }

  /// The prefixes that a statement begins with, whatever follows them.
  public static func prefixes(of statement: Statement) -> Set<Instruction.Prefix> {
    let words = statement.tokens.lazy.map {
      $0.kind == .word ? Instruction.Prefix(rawValue: statement.source.text($0.range)) : nil
    }
    return Set(words.prefix { $0 != nil }.compactMap { $0 })
  }

  /// Reads `{ … }`, which must be all of a statement.
  static func body(
    of statement: Statement, form: String, after last: Token?
  ) throws -> Instruction.Body {
    guard !statement.tokens.isEmpty else {
      throw Diagnostic("expected '{' after 'then'", at: last?.range, help: form)
    }
    var parser = InstructionParser(statement)
    let body = try parser.body(form)
    guard parser.at == statement.tokens.count else {
      throw Diagnostic(
        "nothing may follow the '}' of a block, got "
          + Diagnostic.quote(parser.text(statement.tokens[parser.at])),
        at: statement.tokens[parser.at].range)
    }
    return body
  }

  private mutating func instruction() throws -> Instruction {
    var prefixes: Set<Instruction.Prefix> = []
    while let prefix = word().flatMap(Instruction.Prefix.init(rawValue:)) {
      guard prefixes.insert(prefix).inserted else {
        throw Diagnostic("'\(prefix.rawValue)' is given twice", at: tokens[at].range)
      }
      at += 1
      if at == tokens.count {
        throw Diagnostic(
          "expected a command after '\(prefix.rawValue)'", at: tokens[at - 1].range,
          help: "\(prefix.rawValue) step")
      }
    }
    let kind: Instruction.Kind
    switch word() {
    case "repeat": kind = try repetition()
    case "for": kind = try loop()
    case "if": kind = try choice()
    case "def": kind = try definition()
    case "else":
      throw Diagnostic(
        "'else' stands on the line of the '}' before it", at: tokens[at].range,
        help: "if EXPR { … } else { … }")
    default:
      return Instruction(
        prefixes: prefixes,
        kind: .command(Statement(source: statement.source, tokens: Array(tokens[at...]))),
        statement: statement)
    }
    guard at == tokens.count else {
      throw Diagnostic(
        "nothing may follow the '}' of a block, got \(Diagnostic.quote(text(tokens[at])))",
        at: tokens[at].range, help: "put ';' or a new line after '}'")
    }
    return Instruction(prefixes: prefixes, kind: kind, statement: statement)
  }

  private func text(_ token: Token) -> String { statement.source.text(token.range) }

  private func word() -> String? {
    at < tokens.count && tokens[at].kind == .word ? text(tokens[at]) : nil
  }

  private mutating func repetition() throws -> Instruction.Kind {
    let form = "repeat N { … }"
    at += 1
    let count = try value("how often", form)
    return .repetition(count: count, try body(form))
  }

  private mutating func loop() throws -> Instruction.Kind {
    let form = "for NAME in LIST { … }"
    at += 1
    let name = try newName("the name of a variable", form)
    guard word() == "in" else { throw expected("'in'", form) }
    at += 1
    let list = try value("a list like 1,2,3, 0..5 or @e0..@e5", form)
    return .loop(name: name, list: list, try body(form))
  }

  private mutating func choice() throws -> Instruction.Kind {
    let form = "if EXPR { … } else { … }"
    var branches: [Instruction.Branch] = []
    while true {
      at += 1
      let start = at
      while at < tokens.count, tokens[at].kind == .word { at += 1 }
      guard at > start else { throw expected("a condition", form) }
      let condition = tokens[start].range.lowerBound..<tokens[at - 1].range.upperBound
      branches.append(Instruction.Branch(condition: condition, body: try body(form)))
      guard word() == "else" else { return .choice(branches, otherwise: nil) }
      at += 1
      if word() != "if" { return .choice(branches, otherwise: try body(form)) }
    }
  }

  private mutating func definition() throws -> Instruction.Kind {
    let form = "def NAME PARAMETER … { … }"
    let start = at
    at += 1
    let name = try newName("a name", form)
    var parameters: [String] = []
    while word() != nil {
      let parameter = try newName("a parameter's name", form)
      if parameters.contains(parameter) {
        throw Diagnostic("'\(parameter)' is given twice", at: tokens[at - 1].range)
      }
      parameters.append(parameter)
    }
    let body = try body(form)
    return .definition(
      Definition(
        name: name, parameters: parameters, body: body,
        // Without prefixes, which hold for the command that defines.
        text: Statement(source: statement.source, tokens: Array(tokens[start...])).oneLine))
  }

  private mutating func newName(_ what: String, _ form: String) throws -> String {
    guard let name = word() else { throw expected(what, form) }
    guard ValueParser.isName(name) else {
      throw Diagnostic(
        "expected \(what) of letters, digits, '_' and '-', got \(Diagnostic.quote(name))",
        at: tokens[at].range, help: form)
    }
    at += 1
    return name
  }

  private mutating func value(_ what: String, _ form: String) throws -> Range<Int> {
    guard word() != nil else { throw expected(what, form) }
    at += 1
    return tokens[at - 1].range
  }

  private func expected(_ what: String, _ form: String) -> Diagnostic {
    guard at < tokens.count else {
      return Diagnostic(
        "expected \(what), got the end of the command", at: tokens[tokens.count - 1].range,
        help: form)
    }
    return Diagnostic(
      "expected \(what), got \(Diagnostic.quote(text(tokens[at])))", at: tokens[at].range,
      help: form)
  }

  /// The commands between a brace and the one that closes it.
  private mutating func body(_ form: String) throws -> Instruction.Body {
    guard at < tokens.count, tokens[at].kind == .openBrace else { throw expected("'{'", form) }
    at += 1
    let start = at
    var depth = 1
    while at < tokens.count {
      if tokens[at].kind == .openBrace { depth += 1 }
      if tokens[at].kind == .closeBrace { depth -= 1 }
      if depth == 0 { break }
      at += 1
    }
    let inside = Array(tokens[start..<min(at, tokens.count)])
    at += 1
    let items = Lexer.items(of: inside, in: statement.source).compactMap { item -> Statement? in
      if case .command(let statement) = item { statement } else { nil }
    }
    return Instruction.Body(items: items)
  }
}
