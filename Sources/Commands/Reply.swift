import CommandLanguage

/// What one command of an entry or a script came to.
public struct Reply: Sendable {
  /// The command as the log writes it; as it was typed when it could not be parsed.
  public let command: String
  /// Its output, or why it failed.
  public let result: Result<Output, Diagnostic>
  /// How long it took, in seconds.
  public let elapsed: Double
  /// The state after it, when it changed the state: what follows `#= `.
  public let fingerprint: String?

  /// The reply as one JSON object on one line.
  public var json: String {
    var members: [(String, JSONValue)] = [("command", .string(command))]
    switch result {
    case .success(let output): members += [("ok", .bool(true))] + output.json
    case .failure(let error): members += [("ok", .bool(false)), ("error", error.json)]
    }
    if let fingerprint { members.append(("fingerprint", .string(fingerprint))) }
    members.append(("seconds", .number((elapsed * 1e6).rounded() / 1e6)))
    return JSONValue.object(members).text
  }
}
