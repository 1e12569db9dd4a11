import Foundation

/// An error in what a user wrote or asked for: what is wrong, where, and what to type instead.
public struct Diagnostic: Error, Sendable, Equatable {
  /// What is wrong: lower case, user's text in single quotes, expected and found, no final period.
  public var message: String
  /// The bytes of the source that the message is about; nil when it is about no place in the text.
  public var range: Range<Int>?
  /// One line that the user could type instead.
  public var help: String?
  /// What else the user must know: which lines of a script were run before the one that failed.
  public var note: String?
  /// The text that the range points into.
  public var source: SourceText?
  /// The process's exit status when the error ends a script: 1, or 2 for a failed verification.
  public var exitStatus: Int32 = 1

  /// Creates a diagnostic.
  public init(
    _ message: String, at range: Range<Int>? = nil, help: String? = nil,
    in source: SourceText? = nil
  ) {
    self.message = message
    self.range = range
    self.help = help
    self.source = source
  }

  /// Returns the diagnostic with source and range filled in where it had none.
  public func located(in source: SourceText, at range: Range<Int>? = nil) -> Diagnostic {
    var located = self
    if located.source == nil { located.source = source }
    if located.range == nil { located.range = range }
    return located
  }

  /// The position as `file:line:column`, or nil for a line that was typed.
  public var position: String? {
    guard let source, let name = source.name, let range else { return nil }
    let (line, column) = source.position(of: range.lowerBound)
    return "\(name):\(line):\(column)"
  }

  /// The error as a JSON object: message, help, note, file, line, column.
  public var json: JSONValue {
    var members: [(String, JSONValue)] = [("message", .string(message))]
    if let help { members.append(("help", .string(help))) }
    if let note { members.append(("note", .string(note))) }
    if let source, let range {
      let (line, column) = source.position(of: range.lowerBound)
      if let name = source.name { members.append(("file", .string(name))) }
      members += [("line", .int(line)), ("column", .int(column))]
    }
    return .object(members)
  }

  /// The message as the front ends print it: position, message, the line with a caret, help, note.
  public var text: String { text(width: nil) }

  /// The same for a terminal: the line with the caret is cut to a width, the others are as long as
  /// they are.
  public func text(width: Int?) -> String {
    var lines = [(position.map { $0 + ": " } ?? "") + "error: " + Diagnostic.oneLine(message)]
    if let source, let range { lines += source.excerpt(of: range, width: width) }
    if let help { lines.append("help: " + Diagnostic.oneLine(help)) }
    if let note { lines.append("note: " + Diagnostic.oneLine(note)) }
    return lines.joined(separator: "\n")
  }

  /// Text from users and files goes into messages: it may not break lines or steer a terminal.
  static func oneLine(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(2000) {
      let isControl = scalar.properties.generalCategory == .control
      result.unicodeScalars.append(isControl ? "?" : scalar)
    }
    return result
  }

  /// User's text in single quotes, shortened to 60 characters.
  public static func quote(_ text: some StringProtocol) -> String {
    let start = text.prefix(60)
    return "'" + start + (start.endIndex == text.endIndex ? "'" : "…'")
  }

  /// Names joined as `a, b or c`; of more than 16 the first 16 and how many more there are.
  public static func alternatives(_ names: [String]) -> String {
    if names.count > 16 {
      return names.prefix(16).joined(separator: ", ") + " and \(names.count - 16) more"
    }
    guard let last = names.last, names.count > 1 else { return names.first ?? "nothing" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }
}
