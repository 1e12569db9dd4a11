/// What a user, a file or the machine made impossible; the session is as it was before.
public struct SessionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was expected and what was found.
  public let message: String
  /// A command that the user could type next.
  public let help: String?
  /// The argument or option that the error is about, by its name at the prompt; nil for the command
  /// as a whole.
  public let option: String?
  /// The part of that option's value that is wrong, such as one name of a list; nil for all of it.
  public let part: String?
  /// Whether the error is about the file that the command names.
  public let isAboutFile: Bool

  /// Makes an error.
  public init(
    _ message: String, help: String? = nil, about option: String? = nil, part: String? = nil
  ) {
    self.message = message
    self.help = help
    self.option = option
    self.part = part
    isAboutFile = false
  }

  /// Makes an error about the file that the command names.
  public init(file message: String, help: String? = nil) {
    self.message = message
    self.help = help
    option = nil
    part = nil
    isAboutFile = true
  }

  /// The message.
  public var description: String { message }
}

extension SessionError {
  /// A batch was asked for after `step` completed steps, and none is there.
  static func noBatch(step: Int) -> SessionError {
    step == 0
      ? SessionError("no step was taken since the model was built or loaded", help: "step")
      : SessionError(
        "the batch of step \(step) is not here, nor the step before it, as after 'load'",
        help: "step")
  }
}
