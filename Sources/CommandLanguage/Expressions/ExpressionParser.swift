/// Precedence climbing over the bytes of an expression; depth at most 64.
struct ExpressionParser {
  private enum Lexeme: Equatable {
    case number(Double)
    case name(String)
    case variable(String)
    case text(String)
    case reference(Reference, slices: [Range<Int>])
    case symbol(String)
    case end
  }

  private let source: SourceText
  private let range: Range<Int>
  private let takesTexts: Bool
  private var at: Int
  private var lexeme = Lexeme.end
  private var lexemeRange = 0..<0
  private var depth = 0
  private var program: [Formula.Step] = []

  init(source: SourceText, range: Range<Int>, takesTexts: Bool) {
    self.takesTexts = takesTexts
    self.source = source
    self.range = range
    self.at = range.lowerBound
  }

  mutating func parse() throws -> [Formula.Step] {
    try advance()
    try binary(minimum: 0)
    if lexeme != .end { throw unexpected("an operator or the end of the expression") }
    return program
  }

  private static let operators: [String: (level: Int, operation: Formula.Operation)] = [
    "or": (1, .or), "and": (2, .and),
    "<": (4, .less), "<=": (4, .lessOrEqual), ">": (4, .greater), ">=": (4, .greaterOrEqual),
    "==": (4, .equal), "!=": (4, .notEqual),
    "+": (5, .add), "-": (5, .subtract), "*": (6, .multiply), "/": (6, .divide),
  ]

  private mutating func binary(minimum: Int) throws {
    try unary()
    while true {
      let text: String
      switch lexeme {
      case .symbol(let symbol): text = symbol
      case .name(let name) where name == "and" || name == "or": text = name
      default: return
      }
      guard let (level, operation) = Self.operators[text], level >= minimum else { return }
      let place = lexemeRange
      try advance()
      if case .text(let text) = lexeme {
        try compare(with: text, operation, place)
        continue
      }
      try nested { try $0.binary(minimum: level + 1) }
      program.append(Formula.Step(operation: operation, range: place))
    }
  }

  /// A column on the left, a text on the right; the step is at the place of both.
  private mutating func compare(
    with text: String, _ operation: Formula.Operation, _ place: Range<Int>
  ) throws {
    let isEqual: Bool
    switch operation {
    case .equal: isEqual = true
    case .notEqual: isEqual = false
    default: throw unexpected("a number: a text compares by '==' and '!='")
    }
    guard case .metric(let column)? = program.last?.operation, let left = program.popLast() else {
      throw unexpected("a number: a text compares with a table's column")
    }
    program.append(
      Formula.Step(
        operation: .isText(column: column, at: left.range, text), range: lexemeRange))
    if !isEqual { program.append(Formula.Step(operation: .not, range: left.range)) }
    try advance()
  }

  private mutating func nested(_ body: (inout Self) throws -> Void) throws {
    depth += 1
    if depth > Lexer.maxDepth {
      throw Diagnostic("an expression nests deeper than \(Lexer.maxDepth) levels", at: lexemeRange)
    }
    try body(&self)
    depth -= 1
  }

  private mutating func unary() throws {
    let place = lexemeRange
    switch lexeme {
    case .symbol("-"):
      try advance()
      try nested { try $0.binary(minimum: 7) }
      program.append(Formula.Step(operation: .negate, range: place))
    case .symbol("+"):
      try advance()
      try nested { try $0.binary(minimum: 7) }
    case .name("not"):
      try advance()
      try nested { try $0.binary(minimum: 3) }
      program.append(Formula.Step(operation: .not, range: place))
    case .symbol("("):
      try advance()
      try nested { try $0.binary(minimum: 0) }
      try close(place)
    case .number(let value):
      program.append(Formula.Step(operation: .number(value), range: place))
      try advance()
    case .variable(let name):
      program.append(Formula.Step(operation: .variable(name), range: place))
      try advance()
    case .reference(let reference, let slices):
      program.append(
        Formula.Step(operation: .tensor(reference, slices: slices), range: place))
      try advance()
    case .name(let name) where name != "and" && name != "or":
      try advance()
      if lexeme == .symbol("(") {
        try call(name, place)
      } else {
        program.append(Formula.Step(operation: .metric(name), range: place))
      }
    default: throw unexpected("a number, a metric, a tensor, $name or '('")
    }
  }

  private mutating func call(_ name: String, _ place: Range<Int>) throws {
    guard let function = ExpressionFunction(rawValue: name) else {
      let names = ExpressionFunction.allCases.map(\.rawValue)
      throw Diagnostic(
        "unknown function \(Diagnostic.quote(name)), expected \(names.joined(separator: " "))",
        at: place, help: EditDistance.nearest(to: name, in: names))
    }
    let open = lexemeRange
    try advance()
    var count = 1
    try nested { try $0.binary(minimum: 0) }
    while lexeme == .symbol(","), count < function.arguments.upperBound {
      try advance()
      try nested { try $0.binary(minimum: 0) }
      count += 1
    }
    if count < function.arguments.lowerBound {
      throw unexpected("',' and a second argument of \(name)")
    }
    try close(open)
    program.append(
      Formula.Step(operation: .function(function, arguments: count), range: place))
  }

  private mutating func close(_ open: Range<Int>) throws {
    guard lexeme == .symbol(")") else { throw unexpected("')'") }
    try advance()
  }

  private func unexpected(_ expected: String) -> Diagnostic {
    if lexeme == .end {
      let end = range.upperBound
      return Diagnostic(
        "expected \(expected), got the end of the expression",
        at: max(range.lowerBound, end - 1)..<end)
    }
    let found = source.text(lexemeRange)
    return Diagnostic("expected \(expected), got \(Diagnostic.quote(found))", at: lexemeRange)
  }

  private mutating func advance() throws {
    let bytes = source.bytes
    while at < range.upperBound, bytes[at] <= 0x20 { at += 1 }
    let start = at
    guard at < range.upperBound else {
      lexeme = .end
      lexemeRange = at..<at
      return
    }
    defer { lexemeRange = start..<at }
    let byte = bytes[at]
    let next = at + 1 < range.upperBound ? bytes[at + 1] : 0
    if Self.isDigit(byte) || (byte == UInt8(ascii: ".") && Self.isDigit(next)) {
      lexeme = .number(try number())
    } else if Self.isNameStart(byte) {
      let name = name(allowDots: true)
      lexeme = try reference(beginning: name, at: start) ?? .name(name)
    } else if byte == UInt8(ascii: "$"), Self.isNameStart(next) {
      at += 1
      lexeme = .variable(name(allowDots: false))
    } else if takesTexts, byte == UInt8(ascii: "\"") {
      lexeme = .text(try quoted())
    } else {
      let pair = source.text(at..<min(at + 2, range.upperBound))
      let isPair = ["<=", ">=", "==", "!="].contains(pair)
      at += isPair ? 2 : 1
      // A character of several bytes stays whole.
      while at < range.upperBound, bytes[at] & 0xC0 == 0x80 { at += 1 }
      let symbol = isPair ? pair : source.text(start..<at)
      lexeme = .symbol(symbol)
      if !isPair, !"+-*/()<>,".contains(symbol) {
        let shown = source.text(start..<min(start + 4, range.upperBound)).prefix(1)
        throw Diagnostic(
          "'\(shown)' does not belong in an expression", at: start..<at,
          help: symbol == "=" ? "'==' compares" : nil)
      }
    }
  }

  /// A text in quotes, which are closed: the lexer saw to it.
  private mutating func quoted() throws -> String {
    let start = at
    at += 1
    while at < range.upperBound, source.bytes[at] != UInt8(ascii: "\"") {
      at += source.bytes[at] == UInt8(ascii: "\\") ? 2 : 1
    }
    at = min(at + 1, range.upperBound)
    do {
      return try Quoting.content(of: source.text(start..<at)) { name in
        throw Diagnostic("a text that is compared takes no variable, got '${\(name)}'")
      }
    } catch var error as Diagnostic {
      error.range = error.range.map { start + $0.lowerBound..<start + $0.upperBound }
      throw error
    }
  }

  /// A tensor's name goes on with `:NAME`, `@TIME` and `[SLICE]`, glued to it; the time may stand
  /// after the slice too.
  private mutating func reference(beginning name: String, at start: Int) throws -> Lexeme? {
    guard let base = Reference.Base(rawValue: name) else { return nil }
    let bytes = source.bytes
    if base.takesName {
      guard at < range.upperBound, bytes[at] == UInt8(ascii: ":") else { return nil }
      at += 1
      skip { ReferenceParser.isNameByte($0) }
    }
    let name = at
    skipTime()
    let head = at
    if at < range.upperBound, bytes[at] == UInt8(ascii: "[") {
      skip { $0 != UInt8(ascii: "]") }
      guard at < range.upperBound else {
        throw Diagnostic("'[' is not closed", at: head..<head + 1)
      }
      at += 1
    }
    let slice = head..<at
    if name == head { skipTime() }
    let isInOrder = slice.upperBound == at
    let text =
      isInOrder
      ? source.text(start..<at)
      : source.text(start..<name) + source.text(slice.upperBound..<at) + source.text(slice)
    do {
      return .reference(
        try ReferenceParser.parse(text), slices: ReferenceParser.slicePlaces(bytes, slice))
    } catch var error as Diagnostic {
      error.range =
        error.range.flatMap {
          isInOrder ? start + $0.lowerBound..<start + $0.upperBound : nil
        } ?? start..<at
      throw error
    }
  }

  private mutating func skipTime() {
    guard at < range.upperBound, source.bytes[at] == UInt8(ascii: "@") else { return }
    at += 1
    skip { ReferenceParser.isNameByte($0) || $0 == UInt8(ascii: "/") }
  }

  private mutating func skip(while holds: (UInt8) -> Bool) {
    while at < range.upperBound, holds(source.bytes[at]) { at += 1 }
  }

  private mutating func number() throws -> Double {
    let bytes = source.bytes
    let start = at
    func digits() { while at < range.upperBound, Self.isDigit(bytes[at]) { at += 1 } }
    digits()
    if at + 1 < range.upperBound, bytes[at] == UInt8(ascii: "."), Self.isDigit(bytes[at + 1]) {
      at += 1
      digits()
    }
    if at + 1 < range.upperBound, bytes[at] | 0x20 == UInt8(ascii: "e") {
      let isSigned = bytes[at + 1] == UInt8(ascii: "-") || bytes[at + 1] == UInt8(ascii: "+")
      let first = at + (isSigned ? 2 : 1)
      if first < range.upperBound, Self.isDigit(bytes[first]) {
        at = first
        digits()
      }
    }
    guard let value = Double(source.text(start..<at)), value.isFinite else {
      throw Diagnostic("a number is too large for a 64-bit float", at: start..<at)
    }
    return value
  }

  private mutating func name(allowDots: Bool) -> String {
    let bytes = source.bytes
    let start = at
    while at < range.upperBound {
      let isDot = allowDots && bytes[at] == UInt8(ascii: ".")
      let isDash = bytes[at] == UInt8(ascii: "-")
      guard Self.isNameStart(bytes[at]) || Self.isDigit(bytes[at]) || isDot || isDash else { break }
      at += 1
    }
    return source.text(start..<at)
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  static func isNameStart(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == 0x5F
  }
}
