/// One axis of a slice: what Python's `[i]` or `[start:stop:step]` takes, already resolved.
public struct AxisSlice: Sendable, Equatable {
  /// The first element.
  public var start: Int
  /// The number of elements.
  public var count: Int
  /// The distance between elements.
  public var step: Int
  /// Whether the axis disappears (a single index).
  public var isIndex: Bool

  /// Makes a slice of one axis.
  public init(start: Int, count: Int, step: Int, isIndex: Bool) {
    self.start = start
    self.count = count
    self.step = step
    self.isIndex = isIndex
  }
}

extension Tensor {
  /// Returns the elements that one slice per axis selects.
  ///
  /// Precondition: as many slices as axes, each within its axis.
  public func sliced(_ slices: [AxisSlice]) -> Tensor {
    precondition(slices.count == shape.count, "\(slices.count) slices of \(shape)")
    var strides = Array(repeating: 1, count: shape.count)
    for i in shape.indices.dropLast().reversed() { strides[i] = strides[i + 1] * shape[i + 1] }
    var offsets = [0]
    for (axis, slice) in slices.enumerated() {
      precondition(
        slice.count == 0
          || (slice.start >= 0 && slice.start + (slice.count - 1) * slice.step < shape[axis]),
        "slice outside axis \(axis)")
      offsets = offsets.flatMap { base in
        (0..<slice.count).map { base + (slice.start + $0 * slice.step) * strides[axis] }
      }
    }
    return Tensor(
      shape: slices.filter { !$0.isIndex }.map(\.count), values: offsets.map { values[$0] })
  }
}

/// What `stats` says of a tensor.
public struct TensorStatistics: Sendable, Equatable {
  /// The number of elements.
  public var count = 0
  /// The smallest finite element.
  public var minimum = Double.nan
  /// The largest finite element.
  public var maximum = Double.nan
  /// The mean of the finite elements.
  public var mean = Double.nan
  /// The unbiased standard deviation of the finite elements.
  public var standardDeviation = Double.nan
  /// The Euclidean norm of the finite elements.
  public var norm = 0.0
  /// The number of elements equal to 0.
  public var zeros = 0
  /// The number of elements that are not finite.
  public var nonFinite = 0

  /// Measures a tensor, in Float64.
  public init(_ tensor: Tensor) {
    count = tensor.count
    var sum = 0.0
    var squares = 0.0
    var finite = 0.0
    for x in tensor.values {
      guard x.isFinite else {
        nonFinite += 1
        continue
      }
      let v = Double(x)
      if v == 0 { zeros += 1 }
      minimum = minimum < v ? minimum : v
      maximum = maximum > v ? maximum : v
      sum += v
      squares += v * v
      finite += 1
    }
    norm = squares.squareRoot()
    guard finite > 0 else { return }
    mean = sum / finite
    guard finite > 1 else { return }
    var deviations = 0.0
    for x in tensor.values where x.isFinite {
      let d = Double(x) - mean
      deviations += d * d
    }
    standardDeviation = (deviations / (finite - 1)).squareRoot()
  }
}
