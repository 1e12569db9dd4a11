import CommandLanguage
import Foundation

/// What users type at a prompt that is not quite the language.
public enum TypedText {
  /// The prompt for a new entry before there is a model.
  public static let prompt = "dyad> "
  /// The prompt inside an open bracket, a brace or after `\`.
  public static let continuationPrompt = "....> "

  /// The prompt for a new entry: `dyad @40> ` on the first branch, `dyad main-2@40> ` on another.
  public static func prompt(branch: String?, step: Int?) -> String {
    guard let step else { return prompt }
    return "dyad \(branch ?? "")@\(step)> "
  }

  /// A line without the prompts at its begin, in every form that they have, and whether it had any.
  public static func withoutPrompts(_ line: some StringProtocol) -> (
    text: String, hadPrompt: Bool
  ) {
    var rest = String(line)
    var hadPrompt = false
    while let found = rest.range(of: promptPattern, options: [.regularExpression, .anchored]) {
      rest = String(rest[found.upperBound...])
      hadPrompt = true
    }
    return (rest, hadPrompt)
  }

  /// A prompt; an empty one at a line's end may have lost its space.
  private static let promptPattern =
    "(\\.\\.\\.\\.|dyad( ([A-Za-z_][A-Za-z0-9_.-]*)?@[0-9]+)?)>( |$)"

  /// An entry with pasted prompts and the habits of other shells removed.
  ///
  /// `?`, `?step`, `.help`, `:quit` and, each alone on its line, `exit` and `q` are understood
  /// silently.
  ///
  /// - Parameters:
  ///   - entry: What was typed.
  ///   - begun: The lines that it goes on with, without the end of the last one.
  ///   - isDefined: Whether the user has a command of this name, which then is what is meant.
  /// - Returns: The entry in the language.
  public static func normalized(
    _ entry: String, after begun: String = "", isDefined: (String) -> Bool = { _ in false }
  ) -> String {
    var open = goesOn(begun) ? begun : ""
    return entry.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var text = withoutPrompts(line).text
      // The inside of a value is no command, so that it cannot be another shell's.
      if open.isEmpty { text = withoutHabits(text, isDefined) }
      open += (open.isEmpty ? "" : "\n") + text
      if !goesOn(open) { open = "" }
      return text
    }.joined(separator: "\n")
  }

  /// Whether the next line belongs to the same command.
  private static func goesOn(_ text: String) -> Bool {
    switch try? Lexer.prefixTokens(of: SourceText(text)).incomplete {
    case .openBracket, .trailingBackslash: true
    default: false
    }
  }

  private static func withoutHabits(_ line: String, _ isDefined: (String) -> Bool) -> String {
    let bare = line.drop { $0 == " " }
    guard let first = bare.first else { return line }
    let rest = bare.dropFirst()
    switch first {
    case "?": return "help " + rest
    case ":",
      "." where rest.first?.isLetter == true:
      return String(rest)
    default:
      // Only a line that is nothing else: 'q 2' may call the user's own q, and is an error if not.
      let word = line.trimmingCharacters(in: .whitespaces)
      let meansQuit = ["exit", "exit()", "quit()", "q"].contains(word) && !isDefined(word)
      return meansQuit ? "quit" : line
    }
  }

  /// Whether an entry needs another line: an open bracket or brace, or a `\` at its end.
  public static func isUnfinished(_ entry: String) -> Bool {
    switch try? Lexer.prefixTokens(of: SourceText(entry)).incomplete {
    case .openBracket, .openBrace, .trailingBackslash: true
    default: false
    }
  }
}
