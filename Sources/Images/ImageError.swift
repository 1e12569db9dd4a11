import Foundation

/// An image file or argument that cannot be used: what was expected and what was found.
public struct ImageError: Error, Sendable, Equatable, CustomStringConvertible, LocalizedError {
  /// The whole message, lower case, without a final period.
  public let description: String

  /// Makes an error from its message.
  public init(_ description: String) { self.description = description }

  /// The message, for code that only knows `Error`.
  public var errorDescription: String? { description }
}
