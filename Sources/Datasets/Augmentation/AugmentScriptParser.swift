import Images

/// The recursive-descent parser of `AugmentScript`.
struct AugmentScriptParser {
  private static let longestText = 65_536
  private static let mostOperations = 100
  private let text: [Character]
  private var position = 0

  init(_ text: String) {
    // One character more than allowed is enough to refuse the text.
    self.text = Array(text.prefix(Self.longestText + 1))
  }

  mutating func parse() throws -> [AugmentScript.Step] {
    guard text.count <= Self.longestText else {
      throw AugmentationError(
        "expected at most \(Self.longestText) characters, found more", offset: Self.longestText)
    }
    var steps: [AugmentScript.Step] = []
    repeat {
      skipSpace()
      let offset = position
      guard steps.count < Self.mostOperations else {
        throw AugmentationError(
          "expected at most \(Self.mostOperations) operations, found more", offset: offset)
      }
      steps.append(AugmentScript.Step(operation: try parseOperation(), offset: offset))
      skipSpace()
    } while take(";")
    guard position == text.count else { throw expected("';' or the end") }
    return steps
  }

  private mutating func parseOperation() throws -> AugmentOperation {
    let start = position
    let name = takeWord()
    guard !name.isEmpty else {
      throw expected("an operation (\(AugmentSignature.names))")
    }
    guard let signature = AugmentSignature.all.first(where: { $0.name == name }) else {
      throw AugmentationError(
        "expected one of \(AugmentSignature.names), found '\(name)'", offset: start)
    }
    var arguments = AugmentArguments(offset: start)
    try require("(")
    skipSpace()
    if !take(")") {
      repeat { try parseArgument(of: signature, into: &arguments) } while take(",")
      try require(")")
    }
    guard arguments.numbers.count == signature.parameters.count else {
      throw AugmentationError(
        "expected \(signature.usage), found \(arguments.numbers.count) numbers", offset: start)
    }
    return try signature.make(arguments)
  }

  private mutating func parseArgument(
    of signature: AugmentSignature, into arguments: inout AugmentArguments
  ) throws {
    skipSpace()
    let start = position
    if let first = peek, first.isLetter {
      let key = takeWord()
      guard signature.keys.contains(key) else {
        throw AugmentationError("expected \(signature.usage), found '\(key)'", offset: start)
      }
      try require("=")
      skipSpace()
      try parseOption(key, at: start, into: &arguments)
    } else {
      guard arguments.numbers.count < signature.parameters.count else {
        throw expected(signature.keys.isEmpty ? "')'" : "a key (\(signature.usage))")
      }
      arguments.numbers.append(try parseNumber())
    }
    skipSpace()
  }

  private mutating func parseOption(
    _ key: String, at start: Int, into arguments: inout AugmentArguments
  ) throws {
    if key == "interp" {
      guard arguments.interpolation == nil else {
        throw AugmentationError("expected 'interp' once, found it again", offset: start)
      }
      let valueStart = position
      let word = takeWord()
      guard let interpolation = Interpolation(rawValue: word) else {
        throw AugmentationError(
          "interp must be bicubic or bilinear, got '\(word)'", offset: valueStart)
      }
      arguments.interpolation = interpolation
      return
    }
    guard arguments.size == nil else {
      throw AugmentationError("expected 'size' once, found it again", offset: start)
    }
    try require("[")
    skipSpace()
    let height = try parseNumber()
    try require(",")
    skipSpace()
    let width = try parseNumber()
    try require("]")
    arguments.size = (height, width)
  }

  private mutating func parseNumber() throws -> AugmentArguments.Number {
    let start = position
    while let next = peek, next.isASCII, next.isLetter || next.isNumber || "+-.".contains(next) {
      position += 1
    }
    let word = String(text[start..<position])
    guard let first = word.first, first.isNumber || "+-.".contains(first),
      word.contains(where: \.isNumber), !word.contains(where: { "xXpP".contains($0) }),
      let value = Double(word)
    else {
      position = start
      throw word.isEmpty
        ? expected("a number")
        : AugmentationError("expected a number, found '\(word)'", offset: start)
    }
    return AugmentArguments.Number(value: value, text: word, offset: start)
  }

  private var peek: Character? { position < text.count ? text[position] : nil }

  private mutating func skipSpace() {
    while let next = peek, next.isWhitespace { position += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard peek == character else { return false }
    position += 1
    return true
  }

  private mutating func require(_ character: Character) throws {
    skipSpace()
    guard take(character) else { throw expected("'\(character)'") }
  }

  private mutating func takeWord() -> String {
    let start = position
    while let next = peek, next.isLetter || next.isNumber || next == "_" { position += 1 }
    return String(text[start..<position])
  }

  private func expected(_ what: String) -> AugmentationError {
    AugmentationError(
      "expected \(what), found \(peek.map { "'\($0)'" } ?? "the end")", offset: position)
  }
}
