import Testing

/// Returns max|got − want| / max|want|; the denominator is at least 1e-30, NaN counts as infinite.
public func relToMax<T: BinaryFloatingPoint, U: BinaryFloatingPoint>(
  _ got: [T], _ want: [U]
) -> Double {
  guard got.count == want.count else { return .infinity }
  let largest = want.reduce(1e-30) { max($0, abs(Double($1))) }
  return worst(got, want).difference / largest
}

/// Returns ‖got − want‖ / max(‖want‖, floor·√n); NaN counts as infinite.
public func relL2<T: BinaryFloatingPoint, U: BinaryFloatingPoint>(
  _ got: [T], _ want: [U], floor: Double = 1e-6
) -> Double {
  guard got.count == want.count else { return .infinity }
  var difference = 0.0
  var norm = 0.0
  for (a, b) in zip(got, want) {
    difference += (Double(a) - Double(b)) * (Double(a) - Double(b))
    norm += Double(b) * Double(b)
  }
  let least = floor * Double(want.count).squareRoot()
  let ratio = difference.squareRoot() / max(norm.squareRoot(), least, 1e-300)
  return ratio.isNaN ? .infinity : ratio
}

private func worst<T: BinaryFloatingPoint, U: BinaryFloatingPoint>(
  _ got: [T], _ want: [U]
) -> (index: Int, difference: Double) {
  var index = 0
  var largest = 0.0
  for i in got.indices {
    let a = Double(got[i])
    let b = Double(want[i])
    let difference = a == b || a.isNaN && b.isNaN ? 0 : abs(a - b)
    // A NaN difference fails every comparison, so it is made infinite.
    let size = difference.isNaN ? .infinity : difference
    if size > largest { (index, largest) = (i, size) }
  }
  return (index, largest)
}

/// Records an issue unless max|got − want| ≤ relToMax · max|want| + abs, element by element.
///
/// - Parameters:
///   - got: the values under test.
///   - want: the reference values.
///   - relToMax: the relative limit.
///   - abs: the absolute limit.
///   - label: what is compared, shown in the issue.
///   - sourceLocation: the caller's line.
public func expectClose<T: BinaryFloatingPoint, U: BinaryFloatingPoint>(
  _ got: [T], _ want: [U], relToMax: Double = 0, abs: Double = 0, _ label: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard got.count == want.count else {
    Issue.record(
      "\(label): expected \(want.count) values, found \(got.count)", sourceLocation: sourceLocation)
    return
  }
  let largest = want.reduce(0.0) { max($0, Swift.abs(Double($1))) }
  let limit = relToMax * largest + abs
  let (index, difference) = worst(got, want)
  guard difference > limit else { return }
  Issue.record(
    """
    \(label): at \(index) got \(got[index]), want \(want[index]): \
    difference \(difference) > \(limit) (largest |want| \(largest))
    """, sourceLocation: sourceLocation)
}

/// Records an issue unless two numbers differ by at most rel · |want| + abs.
public func expectClose<T: BinaryFloatingPoint, U: BinaryFloatingPoint>(
  _ got: T, _ want: U, rel: Double = 0, abs: Double = 0, _ label: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose([got], [want], relToMax: rel, abs: abs, label, sourceLocation: sourceLocation)
}
