/// JSON as text: numbers with full round-trip precision, non-finite numbers as strings.
public enum JSONText {
  /// Returns the shortest text that reads back as the same Double; "nan", "inf", "-inf" quoted.
  public static func number(_ value: Double) -> String {
    if value.isNaN { return "\"nan\"" }
    if value.isInfinite { return value < 0 ? "\"-inf\"" : "\"inf\"" }
    return value.description
  }

  /// Returns the shortest text that reads back as the same Float; "nan", "inf", "-inf" quoted.
  public static func number(_ value: Float) -> String {
    if value.isFinite { return value.description }
    return number(Double(value))
  }

  /// Returns a string in quotes, with control characters, quotes and backslashes escaped.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// Returns a value as compact JSON on one line.
  public static func compact(_ value: JSONValue) -> String {
    var result = ""
    append(value, to: &result)
    return result
  }

  private static func append(_ value: JSONValue, to result: inout String) {
    switch value {
    case .null: result += "null"
    case .bool(let value): result += value ? "true" : "false"
    case .int(let value): result += String(value)
    case .double(let value): result += number(value)
    case .string(let text): result += quoted(text)
    case .array(let items):
      result += "["
      for (i, item) in items.enumerated() {
        if i > 0 { result += "," }
        append(item, to: &result)
      }
      result += "]"
    case .object(let object):
      result += "{"
      for i in 0..<object.count {
        if i > 0 { result += "," }
        result += quoted(object.keys[i]) + ":"
        append(object.values[i], to: &result)
      }
      result += "}"
    }
  }

  /// Reads one JSON value; nothing but space may follow it.
  ///
  /// Object keys must be unique.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8 text.
  ///   - limit: the largest accepted size in bytes.
  ///   - source: what the text is called in errors, such as a quoted path.
  /// - Returns: the value.
  /// - Throws: `FileError` with the byte offset of the fault.
  public static func parse(
    _ bytes: [UInt8], limit: Int = 100_000_000, source: String = "JSON text"
  ) throws -> JSONValue {
    guard bytes.count <= limit else {
      throw FileError("\(source): expected at most \(limit) bytes, found \(bytes.count)")
    }
    return try bytes.withUnsafeBufferPointer { buffer in
      var parser = JSONParser(bytes: buffer, source: source)
      return try parser.document()
    }
  }

  /// Reads one JSON value from a string.
  public static func parse(_ text: String, source: String = "JSON text") throws -> JSONValue {
    try parse(Array(text.utf8), source: source)
  }
}
