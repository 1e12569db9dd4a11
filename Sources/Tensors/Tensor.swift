/// A Float32 value with a shape, row-major; what the prompt, files and tests see.
///
/// The engine works in arenas (see `Plan`); a `Tensor` is a copy that may be kept and sliced.
public struct Tensor: Sendable, Equatable {
  /// The extent of each dimension; an empty shape is a scalar.
  public let shape: [Int]
  /// The elements, row-major; `shape.reduce(1, *)` of them.
  public var values: [Float]

  /// Makes a tensor of a shape from its elements.
  ///
  /// Precondition: the count of elements is the product of the shape.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for \(shape)")
    self.shape = shape
    self.values = values
  }

  /// Makes a tensor with every element equal to a value.
  public init(shape: [Int], repeating value: Float = 0) {
    self.init(shape: shape, values: Array(repeating: value, count: shape.reduce(1, *)))
  }

  /// The number of elements.
  public var count: Int { values.count }
}
