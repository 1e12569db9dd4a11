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
  /// The moment that was asked for and one that there is, as the prompt writes them; with them goes
  /// the command in which the moment stands, which only its caller knows.
  public let moment: (wrong: String, right: String)?
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
    moment = nil
    isAboutFile = false
  }

  /// Makes an error about a moment that there is not, beside one that there is.
  init(_ message: String, wrong: MomentName, right: MomentName) {
    self.message = message
    help = "rewind \(right.description)"
    option = nil
    part = nil
    moment = (wrong.description, right.description)
    isAboutFile = false
  }

  /// Makes an error about the file that the command names.
  public init(file message: String, help: String? = nil) {
    self.message = message
    self.help = help
    option = nil
    part = nil
    moment = nil
    isAboutFile = true
  }

  /// Two are equal when all their parts are.
  public static func == (a: SessionError, b: SessionError) -> Bool {
    a.message == b.message && a.help == b.help && a.option == b.option && a.part == b.part
      && a.moment?.wrong == b.moment?.wrong && a.moment?.right == b.moment?.right
      && a.isAboutFile == b.isAboutFile
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
