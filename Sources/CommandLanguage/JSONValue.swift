import Foundation

/// A JSON value whose objects keep their order and whose numbers keep full precision.
///
/// Only for writing replies: this target imports nothing, so it cannot use the type that reads and
/// writes files.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  /// Non-finite numbers are written as the strings "nan", "inf", "-inf".
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])

  /// The value on one line.
  public var text: String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .int(let value): return String(value)
    case .number(let value):
      if value.isNaN { return "\"nan\"" }
      if value.isInfinite { return value < 0 ? "\"-inf\"" : "\"inf\"" }
      return NumberText.exact(value)
    case .string(let text): return JSONValue.quoted(text)
    case .array(let items): return "[" + items.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      return "{" + members.map { JSONValue.quoted($0) + ":" + $1.text }.joined(separator: ",") + "}"
    }
  }

  /// Two values are equal when they are written alike.
  public static func == (a: JSONValue, b: JSONValue) -> Bool { a.text == b.text }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
