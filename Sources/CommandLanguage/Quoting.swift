/// Quotes and escapes of strings.
public enum Quoting {
  /// The text in double quotes with `"`, `\`, newline, tab and `$` escaped.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for character in text.unicodeScalars {
      switch character {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "$": result += "\\$"
      default: result.unicodeScalars.append(character)
      }
    }
    return result + "\""
  }

  /// The text as one word, quoted only when it would not read back as itself.
  public static func quotedIfNeeded(_ text: String) -> String {
    isPlainWord(text) ? text : quoted(text)
  }

  /// Whether a text reads back as one word with the same content.
  public static func isPlainWord(_ text: String) -> Bool {
    guard !text.isEmpty, text != "|", text != "->", !text.hasPrefix("--") else { return false }
    let special: Set<Unicode.Scalar> = [
      " ", "\t", "\n", "\r", "\"", "\\", "#", ";", "{", "}", "[", "]", "(", ")", "$", ",", "=",
    ]
    return !text.unicodeScalars.contains {
      special.contains($0) || $0.value < 0x20 || $0.value == 0x7F
    }
  }

  /// What a word of a script stands for; nil when it depends on a variable or is no plain text.
  public static func literal(_ word: String) -> String? {
    guard word.hasPrefix("\"") else { return word.contains("$") ? nil : word }
    return try? content(of: word) { throw Diagnostic("'\($0)' is not known") }
  }

  /// The content of a string token: escapes resolved, `${name}` replaced.
  ///
  /// - Parameters:
  ///   - token: The token with its quotes.
  ///   - variable: Gives the text of a variable.
  /// - Returns: The text between the quotes.
  /// - Throws: `Diagnostic` (ranges relative to the token) for unknown escapes and open `${`.
  static func content(
    of token: String, variable: (String) throws -> String
  ) throws -> String {
    let bytes = Array(token.utf8)
    var result: [UInt8] = []
    var at = 1
    let end = max(1, bytes.count - 1)
    while at < end {
      switch bytes[at] {
      case UInt8(ascii: "\\"):
        let next = at + 1 < end ? bytes[at + 1] : 0
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"): result.append(next)
        case UInt8(ascii: "n"): result.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "t"): result.append(UInt8(ascii: "\t"))
        default:
          throw Diagnostic(
            #"unknown escape in a string, expected \" \\ \n \t or \$"#,
            at: at..<min(at + 2, end), help: #"\\ writes one \"#)
        }
        at += 2
      case UInt8(ascii: "$") where at + 1 < end && bytes[at + 1] == UInt8(ascii: "{"):
        guard let close = bytes[at..<end].firstIndex(of: UInt8(ascii: "}")) else {
          throw Diagnostic(
            "'${' is not closed in the string", at: at..<at + 2, help: #"write '\$' for a dollar"#)
        }
        let name = String(decoding: bytes[(at + 2)..<close], as: UTF8.self)
        do {
          result += Array(try variable(name).utf8)
        } catch var error as Diagnostic {
          error.range = at..<close + 1
          throw error
        }
        at = close + 1
      default:
        result.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
