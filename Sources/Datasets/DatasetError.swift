import Foundation

/// A data set that cannot be used as asked, in one line: what was expected and what was found.
public struct DatasetError: Error, Sendable, Equatable, CustomStringConvertible, LocalizedError {
  /// The whole message, lower case, the user's text in single quotes, no final period.
  public let message: String
  /// What the user could type instead, nil when there is no good guess.
  public let suggestion: String?
  /// The option that the error is about, by its name at the prompt; nil for the files.
  public let option: String?
  /// The part of that option's value that is wrong, such as one name of a list; nil for all of it.
  public let part: String?

  /// Makes an error from its message.
  public init(
    _ message: String, suggestion: String? = nil, about option: String? = nil, part: String? = nil
  ) {
    self.message = message
    self.suggestion = suggestion
    self.option = option
    self.part = part
  }

  /// The message.
  public var description: String { message }

  /// The message, for code that only knows `Error`.
  public var errorDescription: String? { message }
}
