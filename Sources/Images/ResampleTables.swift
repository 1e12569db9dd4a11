/// The fixed-point weights of resampling one axis from `input` to `output` samples.
///
/// Source: Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc` (libImaging/Resample.c). Every
/// output has the same number of taps here: shorter ones are padded with weights of zero.
final class ResampleTable {
  /// The fraction bits of a weight.
  static let precision = 22
  /// The taps of each output.
  let taps: Int
  /// The first input of each output.
  let starts: UnsafeMutablePointer<Int32>
  /// The weights, `taps` for each output.
  let weights: UnsafeMutablePointer<Int32>
  /// The memory taken, in bytes.
  let byteCount: Int

  init(input: Int, output: Int, interpolation: Interpolation) {
    let scale = Double(input) / Double(output)
    let filterScale = max(scale, 1)
    let radius = (interpolation == .bicubic ? 2.0 : 1.0) * filterScale
    let inverse = 1 / filterScale
    var spans: [(low: Int, high: Int)] = []
    spans.reserveCapacity(output)
    var widest = 1
    for i in 0..<output {
      let center = (Double(i) + 0.5) * scale
      let low = max(0, Int(center - radius + 0.5))
      let high = min(input, Int(center + radius + 0.5))
      spans.append((low, high))
      widest = max(widest, high - low)
    }
    taps = widest
    starts = .allocate(capacity: output)
    weights = .allocate(capacity: output * widest)
    weights.initialize(repeating: 0, count: output * widest)
    byteCount = output * (widest + 1) * MemoryLayout<Int32>.size
    var line = [Double](repeating: 0, count: widest)
    for (i, span) in spans.enumerated() {
      let center = (Double(i) + 0.5) * scale
      var sum = 0.0
      for j in span.low..<span.high {
        let x = (Double(j) - center + 0.5) * inverse
        let weight = interpolation == .bicubic ? Self.cubic(x) : Self.triangle(x)
        line[j - span.low] = weight
        sum += weight
      }
      // Shifting the first tap keeps every padded tap inside the input.
      let start = min(span.low, input - widest)
      (starts + i).initialize(to: Int32(start))
      for j in span.low..<span.high {
        weights[i * widest + j - start] = Self.fixed(sum == 0 ? 0 : line[j - span.low] / sum)
      }
    }
  }

  deinit {
    starts.deallocate()
    weights.deallocate()
  }

  private static func triangle(_ x: Double) -> Double {
    abs(x) < 1 ? 1 - abs(x) : 0
  }

  /// Keys' kernel with a = −0.5.
  private static func cubic(_ x: Double) -> Double {
    let a = -0.5
    let x = abs(x)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }

  private static func fixed(_ weight: Double) -> Int32 {
    let scaled = weight * Double(1 << precision)
    return Int32((scaled + (weight < 0 ? -0.5 : 0.5)).rounded(.towardZero))
  }
}

/// The tables of the sizes met lately; small crops meet the same sizes again and again.
struct ResampleTables {
  private struct Key: Hashable {
    let input: Int
    let output: Int
    let interpolation: Interpolation
  }
  private static let byteLimit = 1 << 20
  private var tables: [Key: ResampleTable] = [:]
  private var byteCount = 0

  mutating func table(input: Int, output: Int, interpolation: Interpolation) -> ResampleTable {
    let key = Key(input: input, output: output, interpolation: interpolation)
    if let table = tables[key] { return table }
    let table = ResampleTable(input: input, output: output, interpolation: interpolation)
    if byteCount + table.byteCount > Self.byteLimit {
      tables.removeAll(keepingCapacity: true)
      byteCount = 0
    }
    tables[key] = table
    byteCount += table.byteCount
    return table
  }
}
