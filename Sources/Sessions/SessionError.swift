/// What a user, a file or the machine made impossible; the session is as it was before.
public struct SessionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was expected and what was found.
  public let message: String
  /// A command that the user could type next.
  public let help: String?

  /// Makes an error.
  public init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }

  /// The message.
  public var description: String { message }
}
