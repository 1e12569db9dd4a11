/// The author's Markdown → HTML: headings, paragraphs, lists, quotes, code, tables, rules.
///
/// Raw HTML is shown as it is written. What is not understood is a paragraph.
struct ProseHTML {
  /// The deepest nesting of lists and quotes; deeper ones are paragraphs.
  private static let maxDepth = 8

  private let lines: [String]
  private let depth: Int
  private var at = 0

  private init(_ lines: [String], depth: Int) {
    self.lines = lines
    self.depth = depth
  }

  /// Returns some lines of Markdown as HTML.
  static func text(_ lines: [String], depth: Int = 0) -> String {
    var reader = ProseHTML(lines, depth: depth)
    return reader.blocks()
  }

  private mutating func blocks() -> String {
    var html = ""
    while at < lines.count {
      let line = lines[at]
      if line.allSatisfy(\.isWhitespace) {
        at += 1
      } else if Self.isIndented(line) {
        html += indented()
      } else if let fence = Fence(line) {
        html += fenced(fence)
      } else if let (level, title) = Self.heading(line) {
        html += "<h\(level)>\(InlineHTML.text(title))</h\(level)>\n"
        at += 1
      } else if Self.isRule(line) {
        html += "<hr>\n"
        at += 1
      } else if depth < Self.maxDepth, line.hasPrefix(">") {
        html += quote()
      } else if depth < Self.maxDepth, let item = ListItem(line) {
        html += list(item)
      } else if isTable(at) {
        html += table()
      } else {
        html += paragraph()
      }
    }
    return html
  }

  private mutating func fenced(_ fence: Fence) -> String {
    at += 1
    var code: [String] = []
    while at < lines.count {
      let line = lines[at]
      at += 1
      if let end = Fence(line), end.closes(fence) { break }
      code.append(line)
    }
    return Self.pre(code)
  }

  private static func isIndented(_ line: String) -> Bool { line.hasPrefix("    ") }

  /// A block of code that is indented, blank lines inside it too.
  private mutating func indented() -> String {
    var code: [String] = []
    while at < lines.count,
      Self.isIndented(lines[at]) || lines[at].allSatisfy(\.isWhitespace)
    {
      code.append(String(lines[at].dropFirst(4)))
      at += 1
    }
    while code.last?.allSatisfy(\.isWhitespace) == true { code.removeLast() }
    return Self.pre(code)
  }

  private static func pre(_ code: [String]) -> String {
    "<pre class=\"quoted\" tabindex=\"0\"><code>\n"
      + HTMLText.escaped(code.joined(separator: "\n")) + "</code></pre>\n"
  }

  private mutating func quote() -> String {
    var inner: [String] = []
    while at < lines.count, lines[at].hasPrefix(">") {
      let rest = lines[at].dropFirst()
      inner.append(String(rest.first == " " ? rest.dropFirst() : rest))
      at += 1
    }
    return "<blockquote>\n" + Self.text(inner, depth: depth + 1) + "</blockquote>\n"
  }

  private mutating func list(_ first: ListItem) -> String {
    let name = first.isOrdered ? "ol" : "ul"
    var html = first.number.map { "<ol start=\"\($0)\">\n" } ?? "<\(name)>\n"
    while at < lines.count, let item = ListItem(lines[at]), item.isOrdered == first.isOrdered,
      !Self.isRule(lines[at])
    {
      var inner = [item.text]
      at += 1
      // What is indented belongs to the item; an empty line only when such a line follows it.
      while at < lines.count {
        let line = lines[at]
        let indent = line.prefix { $0 == " " }.count
        if indent > item.indent, !line.allSatisfy(\.isWhitespace) {
          inner.append(String(line.dropFirst(min(indent, item.width))))
        } else if line.isEmpty, at + 1 < lines.count,
          lines[at + 1].prefix(while: { $0 == " " }).count > item.indent
        {
          inner.append("")
        } else {
          break
        }
        at += 1
      }
      html += "<li>" + Self.item(inner, depth: depth + 1) + "</li>\n"
    }
    return html + "</\(name)>\n"
  }

  /// An item of one paragraph stands without `<p>`.
  private static func item(_ lines: [String], depth: Int) -> String {
    let html = text(lines, depth: depth)
    guard html.hasPrefix("<p>"), html.hasSuffix("</p>\n"), !html.dropFirst(3).contains("<p>")
    else { return html }
    return String(html.dropFirst(3).dropLast(5))
  }

  private mutating func paragraph() -> String {
    var text = lines[at]
    at += 1
    while at < lines.count, !begins(at) {
      text += "\n" + lines[at]
      at += 1
    }
    return "<p>\(InlineHTML.text(text))</p>\n"
  }

  /// Whether a line ends the paragraph before it.
  private func begins(_ index: Int) -> Bool {
    let line = lines[index]
    return line.allSatisfy(\.isWhitespace) || Fence(line) != nil || Self.heading(line) != nil
      || Self.isRule(line)
      || depth < Self.maxDepth && (line.hasPrefix(">") || ListItem(line) != nil)
      || isTable(index)
  }

  private static func heading(_ line: String) -> (level: Int, title: String)? {
    let marks = line.prefix { $0 == "#" }.count
    let rest = line.dropFirst(marks)
    guard (1...6).contains(marks), rest.first == " " else { return nil }
    return (min(6, marks + 1), String(rest.drop { $0 == " " }))
  }

  private static func isRule(_ line: String) -> Bool {
    let marks = line.filter { $0 != " " }
    guard marks.count >= 3, let mark = marks.first, "-*_".contains(mark) else { return false }
    return marks.allSatisfy { $0 == mark }
  }

  private func isTable(_ index: Int) -> Bool {
    guard index + 1 < lines.count, lines[index].contains("|"), lines[index + 1].contains("-") else {
      return false
    }
    let rule = lines[index + 1]
    return rule.contains("|") && rule.allSatisfy { "|-: ".contains($0) }
  }

  private mutating func table() -> String {
    func row(_ line: String, _ name: String) -> String {
      var text = line.trimmingPrefix { $0 == " " }
      if text.first == "|" { text.removeFirst() }
      while text.last == " " { text.removeLast() }
      if text.last == "|" { text.removeLast() }
      let cells = text.split(separator: "|", omittingEmptySubsequences: false).map { cell in
        let inner = String(cell.trimmingPrefix { $0 == " " })
        return "<\(name)>\(InlineHTML.text(inner))</\(name)>"
      }
      return "<tr>" + cells.joined() + "</tr>\n"
    }
    var html = "<div class=\"wide\" tabindex=\"0\"><table>\n" + row(lines[at], "th")
    at += 2
    while at < lines.count, lines[at].contains("|") {
      html += row(lines[at], "td")
      at += 1
    }
    return html + "</table></div>\n"
  }
}

/// The first line of an item of a list.
private struct ListItem {
  let indent: Int
  /// The columns before the item's text.
  let width: Int
  /// The number that an ordered list begins with.
  let number: Int?
  let text: String

  var isOrdered: Bool { number != nil }

  init?(_ line: String) {
    let indent = line.prefix { $0 == " " }.count
    let rest = line.dropFirst(indent)
    let digits = rest.prefix(9) { $0.isASCII && $0.isNumber }
    let mark = rest.dropFirst(digits.count).first
    let isMark =
      digits.isEmpty ? mark == "-" || mark == "*" || mark == "+" : mark == "." || mark == ")"
    let after = rest.dropFirst(digits.count + 1)
    guard isMark, after.first == " " || after.isEmpty else { return nil }
    let text = after.drop { $0 == " " }
    self.indent = indent
    number = digits.isEmpty ? nil : Int(digits)
    width = indent + digits.count + 1 + min(4, max(1, after.count - text.count))
    self.text = String(text)
  }
}

extension Substring {
  /// The first characters that hold, `limit` at most.
  fileprivate func prefix(_ limit: Int, while holds: (Character) -> Bool) -> Substring {
    prefix(limit).prefix(while: holds)
  }
}
