/// Reductions and products of arrays.
extension NumberArray {
  /// A sum, a mean, … over all numbers or along one axis, which disappears.
  ///
  /// Throws: `Misfit` when there is no such axis.
  func reduced(along axis: Double?, _ reduce: ([Double]) -> Double) throws -> NumberArray {
    guard let axis else { return NumberArray(shape: [], values: [reduce(values)]) }
    let rank = shape.count
    guard let given = Int(exactly: axis), given >= -rank, given < rank else {
      throw Misfit(
        rank == 0
          ? "a single number has no axis"
          : "expected an axis 0…\(rank - 1) or -\(rank)…-1 of a tensor of shape \(shape), got "
            + NumberText.exact(axis))
    }
    let at = given < 0 ? given + rank : given
    let inner = shape[(at + 1)...].reduce(1, *)
    let outer = shape[..<at].reduce(1, *)
    let length = shape[at]
    var rest = shape
    rest.remove(at: at)
    var line = Array(repeating: 0.0, count: length)
    var out: [Double] = []
    out.reserveCapacity(outer * inner)
    for o in 0..<outer {
      for i in 0..<inner {
        for k in 0..<length { line[k] = values[(o * length + k) * inner + i] }
        out.append(reduce(line))
      }
    }
    return NumberArray(shape: rest, values: out)
  }

  /// The mean; NaN of nothing.
  static func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }

  /// The unbiased standard deviation, as PyTorch's `std`; NaN of less than two numbers.
  static func standardDeviation(_ x: [Double]) -> Double {
    guard x.count > 1 else { return .nan }
    let mean = mean(x)
    return (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count - 1)).squareRoot()
  }

  /// The Euclidean norm.
  static func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// Rows (along the last axis) scaled to unit length, as PyTorch's `normalize`.
  func normalized() -> NumberArray {
    let width = shape.last ?? 1
    guard width > 0 else { return self }
    var out = values
    for start in stride(from: 0, to: out.count, by: width) {
      let row = start..<start + width
      let length = max(Self.norm(Array(values[row])), 1e-12)
      for i in row { out[i] /= length }
    }
    return NumberArray(shape: shape, values: out)
  }

  /// The matrix with rows and columns exchanged.
  ///
  /// Throws: `Misfit` when it is no matrix.
  func transposed() throws -> NumberArray {
    guard shape.count == 2 else {
      throw Misfit("transpose: expected a matrix [n, m], got a tensor of shape \(shape)")
    }
    let (n, m) = (shape[0], shape[1])
    let out = (0..<m).flatMap { j in (0..<n).map { values[$0 * m + j] } }
    return NumberArray(shape: [m, n], values: out)
  }

  /// The matrix product; a vector on the left is a row, on the right a column.
  ///
  /// Throws: `Misfit` when the shapes do not fit or the product is too large.
  static func product(_ a: NumberArray, _ b: NumberArray) throws -> NumberArray {
    let isMatrices = (1...2).contains(a.shape.count) && (1...2).contains(b.shape.count)
    guard isMatrices, let k = a.shape.last, k == b.shape[0] else {
      throw Misfit(
        "matmul: expected [n, k] and [k, m] (or vectors [k]), got \(a.shape) and \(b.shape)"
          + (isMatrices && a.shape.last == b.shape.last ? ": transpose(…) turns the second" : ""))
    }
    let n = a.shape.count == 2 ? a.shape[0] : 1
    let m = b.shape.count == 2 ? b.shape[1] : 1
    let shape = Array(a.shape.dropLast() + b.shape.dropFirst())
    try check(shape)
    guard Double(n) * Double(m) * Double(k) <= maxProducts else {
      throw Misfit("matmul: \(a.shape) times \(b.shape) is too large to compute here: slice them")
    }
    var out = Array(repeating: 0.0, count: n * m)
    out.withUnsafeMutableBufferPointer { out in
      a.values.withUnsafeBufferPointer { a in
        b.values.withUnsafeBufferPointer { b in
          for i in 0..<n {
            for l in 0..<k {
              let factor = a[i * k + l]
              for j in 0..<m { out[i * m + j] += factor * b[l * m + j] }
            }
          }
        }
      }
    }
    return NumberArray(shape: shape, values: out)
  }

  /// The most multiplications of one product: some seconds.
  private static let maxProducts = 1e10

  /// Cosines of the rows of one array with those of another, as PyTorch's `cosine_similarity`.
  ///
  /// Throws: `Misfit` when the shapes differ.
  static func cosines(_ a: NumberArray, _ b: NumberArray) throws -> NumberArray {
    guard a.shape == b.shape, let width = a.shape.last, width > 0 else {
      throw Misfit("cos: expected two tensors of one shape, got \(a.shape) and \(b.shape)")
    }
    let out = stride(from: 0, to: a.values.count, by: width).map { start -> Double in
      let (x, y) = (Array(a.values[start..<start + width]), Array(b.values[start..<start + width]))
      let dot = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
      return dot / (max(norm(x), 1e-8) * max(norm(y), 1e-8))
    }
    return NumberArray(shape: Array(a.shape.dropLast()), values: out)
  }
}
