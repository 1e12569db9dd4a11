import CommandLanguage
import Foundation

/// What users type or paste at a prompt that is not quite the language.
public enum TypedText {
  /// The prompt for a new entry.
  public static let prompt = "dyad> "
  /// The prompt inside an open bracket, a brace or after `\`.
  public static let continuationPrompt = "....> "

  /// A line with pasted prompts and the habits of other shells removed.
  ///
  /// `?`, `?step`, `.help`, `:quit` and `exit` are understood silently.
  public static func normalized(_ line: String) -> String {
    var line = Substring(line)
    for prompt in [prompt, continuationPrompt] {
      while line.hasPrefix(prompt) { line = line.dropFirst(prompt.count) }
    }
    let bare = line.drop { $0 == " " }
    guard let first = bare.first else { return String(line) }
    let rest = bare.dropFirst()
    switch first {
    case "?": return "help " + rest
    case ":",
      "." where rest.first?.isLetter == true:
      return String(rest)
    default:
      let word = bare.prefix { $0 != " " }
      return word == "exit" || word == "exit()" || word == "quit()" || word == "q"
        ? "quit" : String(line)
    }
  }

  /// Whether an entry needs another line: an open bracket or brace, or a `\` at its end.
  public static func isUnfinished(_ entry: String) -> Bool {
    switch try? Lexer.prefixTokens(of: SourceText(entry)).incomplete {
    case .openBracket, .openBrace, .trailingBackslash: true
    default: false
    }
  }

  /// An entry on one line, for the history.
  public static func oneLine(_ entry: String) -> String {
    entry.replacing("\\\n", with: " ").split(whereSeparator: \.isNewline).joined(separator: " ")
      .trimmingCharacters(in: .whitespaces)
  }
}
