/// Numbers with a shape, row-major: what expressions compute with where a tensor is named.
///
/// Everything is in Float64; shapes fit each other by PyTorch's rules of broadcasting.
public struct NumberArray: Sendable, Equatable {
  /// The most numbers of one array: 512 MB.
  public static let maxCount = 1 << 26

  /// The extent of each axis; empty for a single number.
  public let shape: [Int]
  /// The numbers.
  public let values: [Double]

  /// Makes an array.
  ///
  /// Precondition: as many numbers as the shape has.
  public init(shape: [Int], values: [Double]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) numbers for \(shape)")
    self.shape = shape
    self.values = values
  }

  /// What does not fit, without a place.
  struct Misfit: Error {
    let message: String
    init(_ message: String) { self.message = message }
  }

  /// Returns the array with a function applied to each number.
  func map(_ function: (Double) -> Double) -> NumberArray {
    NumberArray(shape: shape, values: values.map(function))
  }

  /// Combines two arrays number by number; axes of length 1 and missing first axes are repeated.
  ///
  /// Throws: `Misfit` when the shapes do not fit or the result is too large.
  static func combined(
    _ a: NumberArray, _ b: NumberArray, _ combine: (Double, Double) -> Double
  ) throws -> NumberArray {
    if a.shape == b.shape {
      return NumberArray(shape: a.shape, values: zip(a.values, b.values).map(combine))
    }
    if b.shape.isEmpty {
      let right = b.values[0]
      return a.map { combine($0, right) }
    }
    if a.shape.isEmpty {
      let left = a.values[0]
      return b.map { combine(left, $0) }
    }
    let shape = try commonShape(a.shape, b.shape)
    let (left, right) = (strides(of: a.shape, in: shape), strides(of: b.shape, in: shape))
    let count = shape.reduce(1, *)
    var values: [Double] = []
    values.reserveCapacity(count)
    var place = Array(repeating: 0, count: shape.count)
    var (i, j) = (0, 0)
    for _ in 0..<count {
      values.append(combine(a.values[i], b.values[j]))
      var axis = shape.count - 1
      while axis >= 0 {
        place[axis] += 1
        i += left[axis]
        j += right[axis]
        if place[axis] < shape[axis] { break }
        i -= left[axis] * shape[axis]
        j -= right[axis] * shape[axis]
        place[axis] = 0
        axis -= 1
      }
    }
    return NumberArray(shape: shape, values: values)
  }

  private static func commonShape(_ a: [Int], _ b: [Int]) throws -> [Int] {
    let rank = max(a.count, b.count)
    let (left, right) = (padded(a, rank), padded(b, rank))
    var shape: [Int] = []
    for (m, n) in zip(left, right) {
      guard m == n || m == 1 || n == 1 else {
        throw Misfit(
          "the shapes \(a) and \(b) do not fit: from the last axis on, lengths must be equal or 1")
      }
      shape.append(m == 1 ? n : m)
    }
    try check(shape)
    return shape
  }

  private static func padded(_ shape: [Int], _ rank: Int) -> [Int] {
    Array(repeating: 1, count: rank - shape.count) + shape
  }

  /// The distance between neighbours of each axis of `whole`; 0 where the axis is repeated.
  private static func strides(of shape: [Int], in whole: [Int]) -> [Int] {
    var stride = 1
    var strides: [Int] = []
    for extent in padded(shape, whole.count).reversed() {
      strides.append(extent == 1 ? 0 : stride)
      stride *= extent
    }
    return strides.reversed()
  }

  /// Refuses a shape of too many numbers.
  static func check(_ shape: [Int]) throws {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= maxCount else {
        throw Misfit(
          "a result of shape \(shape) is too large: expected at most \(maxCount) numbers")
      }
      count = product
    }
  }
}
