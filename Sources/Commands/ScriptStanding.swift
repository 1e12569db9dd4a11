import CommandLanguage

/// What of a script was run and stands when a command in it failed.
///
/// The failing command leaves the session as it was before it; the commands before it are not taken
/// back, as in every shell, so the error says which they are.
enum ScriptStanding {
  /// The note of an error; nil for lines that were typed.
  ///
  /// - Parameters:
  ///   - error: The error, with its place.
  ///   - source: The script that it ended: the one of its place, or one that ran that with `source`.
  ///   - last: The last command of the script that succeeded.
  /// - Returns: The lines that were run, as a clause without a final period.
  static func note(_ error: Diagnostic, in source: SourceText, after last: Statement?) -> String? {
    guard let name = source.name else { return nil }
    let isItsOwn = error.source == source
    let script = isItsOwn ? "" : " of '\(name)'"
    // Lines read from a stream are entries of their own; those before this one have all run.
    guard last != nil || source.firstLine > 1 else {
      return isItsOwn ? "no command was run before it" : nil
    }
    let end =
      last.map { source.position(of: $0.range.upperBound) }
      ?? (line: source.firstLine - 1, column: 0)
    let place = isItsOwn ? error.range?.lowerBound : nil
    let failing = place.map { source.position(of: $0).line } ?? end.line + 1
    var parts: [String] = []
    if failing > 1 { parts.append(failing == 2 ? "line 1" : "lines 1–\(failing - 1)") }
    if end.line == failing { parts.append("line \(failing) up to column \(end.column - 1)") }
    let isOne = parts.count == 1 && failing <= 2
    return parts.joined(separator: " and ") + script
      + (isOne ? " was run and stands" : " were run and stand")
  }
}
