import Foundation

/// An augmentation that cannot be used, in one line: what was expected and what was found.
public struct AugmentationError: Error, Sendable, Equatable, CustomStringConvertible,
  LocalizedError
{
  /// The message, lower case, the user's text in single quotes, no final period.
  public let message: String
  /// The position in the text of the operations, in characters from 0; nil if there is no text.
  public let offset: Int?

  /// Makes an error from its message and, for text, its position.
  public init(_ message: String, offset: Int? = nil) {
    self.message = message
    self.offset = offset
  }

  /// The message with its position, counted from 1.
  public var description: String {
    offset.map { "character \($0 + 1): \(message)" } ?? message
  }

  /// The message with its position, for code that only knows `Error`.
  public var errorDescription: String? { description }
}
