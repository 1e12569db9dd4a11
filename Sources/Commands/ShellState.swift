import CommandLanguage

/// The state of the shell itself: nothing here reaches a fingerprint.
public final class ShellState {
  /// The user's variables.
  public var variables: [String: Variable] = [:]
  /// Values given on the command line; each beats the first `let` of its name.
  public var givenVariables: [String: Variable] = [:]
  /// The user's own commands, by name.
  public var definitions: [String: Definition] = [:]
  /// Conditions that training looks at after every step, in the order in which they were set.
  public var watches: [Watch] = []
  /// The conditions that held when they were last looked at.
  ///
  /// Where their values are not there, as without a batch, that is what is known of them.
  var heldConditions: Set<String> = []
  /// Preferences.
  public var settings = Settings()
  /// Entries as they were typed, oldest first.
  public var history: [String] = []
  /// Files that this session wrote.
  public let files = WrittenFiles()
  /// How many columns the terminal has that replies are read on; nil where there is none.
  public var columns: () -> Int? = { nil }
  /// Whether somebody sits at a prompt and can be led.
  public var leadsTours = false
  /// The tour that is under way.
  public var tour: Tour?
  /// Whether `quit` was called.
  public var isQuitting = false

  /// Creates an empty state.
  public init() {}

  /// Takes a `name=value` of the command line: a number when it reads as one, else text.
  public func give(_ name: String, _ text: String) {
    let number = NumberText.parse(text).flatMap { $0.isFinite ? $0 : nil }
    let value = number.map(Variable.number) ?? .text(text)
    variables[name] = value
    givenVariables[name] = value
  }
}
