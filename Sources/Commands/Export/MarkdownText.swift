/// Pieces of GitHub-flavoured Markdown from text that is not Markdown, and prose without raw HTML.
enum MarkdownText {
  /// Text that reads as itself: every character with a meaning is escaped.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result += "&lt;"
      case "&": result += "&amp;"
      case "\\", "`", "*", "_", "{", "}", "[", "]", "(", ")", "#", ">", "|", "~", "!", "$", "^":
        result += "\\" + String(scalar)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Lines between fences that are longer than any run of backticks in them.
  static func fenced(_ lines: [String], language: String) -> String {
    var longest = 0
    for line in lines {
      var run = 0
      for byte in line.utf8 {
        run = byte == UInt8(ascii: "`") ? run + 1 : 0
        longest = max(longest, run)
      }
    }
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return ([fence + language] + lines + [fence]).joined(separator: "\n")
  }

  /// The author's Markdown without raw HTML, its last open fence closed.
  ///
  /// A `<` that could begin a tag is written `&lt;` wherever it stands: whether it stands in code
  /// depends on the reader's dialect.
  static func prose(_ lines: [String]) -> String {
    var open: Fence?
    var result: [String] = []
    for line in lines {
      result.append(withoutTags(line))
      guard let fence = Fence(line) else { continue }
      if let opened = open {
        if fence.closes(opened) { open = nil }
      } else {
        open = fence
      }
    }
    if let open { result.append(open.text) }
    return result.joined(separator: "\n")
  }

  private static func withoutTags(_ line: String) -> String {
    let bytes = Array(line.utf8)
    guard bytes.contains(UInt8(ascii: "<")) else { return line }
    var result: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0x20
      let beginsTag =
        next | 0x20 >= UInt8(ascii: "a") && next | 0x20 <= UInt8(ascii: "z")
        || next == UInt8(ascii: "/") || next == UInt8(ascii: "!") || next == UInt8(ascii: "?")
      if byte == UInt8(ascii: "<"), beginsTag {
        result += Array("&lt;".utf8)
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A path as the target of a link.
  static func target(_ path: String) -> String {
    var result = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return result
  }
}

/// A line that begins or ends a block of code: three or more backticks or tildes.
struct Fence {
  private let mark: Character
  private let length: Int
  /// What stands after the marks.
  let info: String

  /// Reads a line; nil when it is no fence.
  init?(_ line: String) {
    let rest = line.drop { $0 == " " }
    guard line.count - rest.count <= 3, let mark = rest.first, mark == "`" || mark == "~" else {
      return nil
    }
    let marks = rest.prefix { $0 == mark }
    info = String(rest.dropFirst(marks.count).drop { $0 == " " })
    guard marks.count >= 3, mark == "~" || !info.contains("`") else { return nil }
    self.mark = mark
    length = marks.count
  }

  /// Whether this line ends a block that another began.
  func closes(_ open: Fence) -> Bool {
    mark == open.mark && length >= open.length && info.allSatisfy { $0 == " " }
  }

  /// The line that ends a block which this one began.
  var text: String { String(repeating: mark, count: length) }
}
