/// A recursive-descent JSON reader over bytes (RFC 8259), with a depth limit.
struct JSONParser {
  /// The deepest accepted nesting of arrays and objects.
  static let depthLimit = 64

  private static let escapes: [UInt8: UInt8] = [
    0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
  ]

  private let bytes: UnsafeBufferPointer<UInt8>
  private let source: String
  private var position = 0
  private var depth = 0

  init(bytes: UnsafeBufferPointer<UInt8>, source: String) {
    self.bytes = bytes
    self.source = source
  }

  /// Reads the whole text as one value.
  mutating func document() throws -> JSONValue {
    let result = try value()
    skipSpace()
    guard position == bytes.count else { throw fault("the end of the text") }
    return result
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func fault(_ expected: String) -> FileError {
    let found: String
    if let byte = current {
      found =
        byte > 0x20 && byte < 0x7F ? "'\(UnicodeScalar(byte))'" : "byte \(byte)"
    } else {
      found = "the end"
    }
    return FileError("\(source): expected \(expected) at byte \(position), found \(found)")
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func value() throws -> JSONValue {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try nested { try $0.object() }
    case UInt8(ascii: "["): return try nested { try $0.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte): return try number()
    default: throw fault("a value")
    }
  }

  private mutating func nested(_ read: (inout JSONParser) throws -> JSONValue) throws -> JSONValue {
    guard depth < Self.depthLimit else {
      throw FileError(
        "\(source): expected at most \(Self.depthLimit) levels, found more at byte \(position)")
    }
    depth += 1
    defer { depth -= 1 }
    position += 1
    return try read(&self)
  }

  private mutating func object() throws -> JSONValue {
    var result = JSONObject()
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(result) }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw fault("a key in quotes") }
      let start = position
      let key = try string()
      guard result[key] == nil else {
        throw FileError("\(source): duplicate key '\(key)' at byte \(start)")
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw fault("':'") }
      result[key] = try value()
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(result) }
      guard take(UInt8(ascii: ",")) else { throw fault("',' or '}'") }
    }
  }

  private mutating func array() throws -> JSONValue {
    var result: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(result) }
    while true {
      result.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(result) }
      guard take(UInt8(ascii: ",")) else { throw fault("',' or ']'") }
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws -> JSONValue {
    for i in 0..<text.utf8CodeUnitCount {
      guard take(text.utf8Start[i]) else { throw fault("'\(text)'") }
    }
    return value
  }

  private mutating func digits() throws {
    guard let first = current, Self.isDigit(first) else { throw fault("a digit") }
    while let byte = current, Self.isDigit(byte) { position += 1 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private mutating func number() throws -> JSONValue {
    let start = position
    var isInteger = true
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try digits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isInteger = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text), text != "-0" { return .int(value) }
    guard let value = Double(text), value.isFinite else {
      position = start
      throw fault("a number in the range of Double")
    }
    return .double(value)
  }

  private mutating func string() throws -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let result = String(validating: text, as: UTF8.self) else {
          throw FileError("\(source): expected UTF-8 in the string before byte \(position)")
        }
        return result
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &text)
      case 0..<0x20: throw fault("no control character in a string")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw fault("'\"'")
  }

  private mutating func escape(into text: inout [UInt8]) throws {
    guard let byte = current else { throw fault("an escape") }
    if let mapped = Self.escapes[byte] {
      position += 1
      text.append(mapped)
      return
    }
    guard byte == UInt8(ascii: "u") else { throw fault("an escape") }
    position += 1
    var code = try hexUnit()
    if code >= 0xD800, code < 0xDC00, take(0x5C), take(UInt8(ascii: "u")) {
      let low = try hexUnit()
      guard low >= 0xDC00, low < 0xE000 else { throw fault("a low surrogate") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = UnicodeScalar(code) else { throw fault("a surrogate pair") }
    text.append(contentsOf: Array(String(Character(scalar)).utf8))
  }

  private mutating func hexUnit() throws -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw fault("four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
