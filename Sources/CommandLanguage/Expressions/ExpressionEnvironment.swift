/// What an expression can name: the user's variables, the latest metrics and tensors.
public protocol ExpressionEnvironment {
  /// The value of `$name`, or nil when there is no such variable.
  func variable(_ name: String) -> Variable?
  /// The latest value of a metric, or nil when there is no such metric.
  ///
  /// - Throws: `Diagnostic` when the metric exists but has no value yet.
  func metric(_ name: String) throws -> Double?
  /// The numbers of a tensor, or nil where none can be named.
  ///
  /// - Throws: `Diagnostic` when there is no such tensor or nothing in it yet, `SliceMisfit` when
  ///   the slice does not fit it.
  func tensor(_ reference: Reference) throws -> NumberArray?
  /// The text of a table's column, or nil when it is none.
  ///
  /// - Throws: `Diagnostic` when there is no such column.
  func text(ofColumn name: String) throws -> String?
  /// Names for suggestions.
  var variableNames: [String] { get }
  /// Names for suggestions.
  var metricNames: [String] { get }
  /// What a name that is neither a variable nor a tensor is the name of.
  var nounOfNames: String { get }
}

extension ExpressionEnvironment {
  /// Metrics.
  public var nounOfNames: String { "metric" }

  /// There are no columns.
  public func text(ofColumn name: String) throws -> String? { nil }

  /// There are no tensors.
  public func tensor(_ reference: Reference) throws -> NumberArray? { nil }
}

/// A slice that does not fit the tensor.
public struct SliceMisfit: Error {
  /// What was expected and found.
  public let message: String
  /// The position in the slice that is wrong; nil for the whole.
  public let position: Int?

  /// Makes the error.
  public init(_ message: String, position: Int? = nil) {
    self.message = message
    self.position = position
  }
}
