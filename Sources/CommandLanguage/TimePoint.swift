/// A moment of a session as a user names it: `@start`, `@s1200`, `@e5`, `@-1`, `@main-2/e5`.
public indirect enum TimePoint: Sendable, Hashable {
  /// A snapshot, or a branch, which stands for its end.
  case name(String)
  /// After a number of steps.
  case step(Int)
  /// After a number of epochs.
  case epoch(Int)
  /// A number of steps ago.
  case back(Int)
  /// A moment of another branch.
  case branch(String, TimePoint)

  /// The time as the log writes it.
  public var canonicalText: String { "@" + text }

  private var text: String {
    switch self {
    case .name(let name): name
    case .step(let count): "s\(count)"
    case .epoch(let count): "e\(count)"
    case .back(let count): "-\(count)"
    case .branch(let name, let rest): name + "/" + rest.text
    }
  }

  /// What is legal, as the end of "must be …".
  static let expected = "a moment like @start, @s1200, @e5, @-1 or @BRANCH/e5"

  /// Reads a moment; the `@` may be left out.
  ///
  /// Returns nil for anything else.
  public init?(_ written: String) {
    let text = written.hasPrefix("@") ? String(written.dropFirst()) : written
    if let slash = text.firstIndex(of: "/") {
      let name = text[..<slash]
      let after = String(text[text.index(after: slash)...])
      guard ValueParser.isMomentName(name), !after.contains("/"), !after.hasPrefix("@"),
        let rest = TimePoint(after)
      else { return nil }
      self = .branch(String(name), rest)
      return
    }
    let digits = text.dropFirst()
    let isCount = !digits.isEmpty && digits.utf8.allSatisfy(ExpressionParser.isDigit)
    switch (text.first, Int(digits)) {
    case ("s", let count?) where isCount: self = .step(count)
    case ("e", let count?) where isCount: self = .epoch(count)
    case ("-", let count?) where isCount: self = .back(count)
    default:
      guard ValueParser.isMomentName(text), !(isCount && (text.first == "s" || text.first == "e"))
      else {
        return nil
      }
      self = .name(text)
    }
  }
}
