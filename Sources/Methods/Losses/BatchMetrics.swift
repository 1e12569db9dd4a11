import Kernels

/// Per-step metrics of a batch.
public enum BatchMetrics {
  /// Returns the floats of workspace that `normalizedStd` needs.
  public static func workspaceCount(rows: Int, dim: Int) -> Int {
    Workspace.doubles(rows) + Workspace.doubles((dim + columns - 1) / columns)
  }

  private static let columns = 16

  /// Returns the mean over dimensions of the unbiased std, over the batch, of normalised z.
  ///
  /// A collapsed batch gives 0, a uniform one about 1/√dim. The reference logs the mean of both
  /// views as `z_std`. Shape: z [rows, dim]; fewer than two rows give 0.
  public static func normalizedStd(
    _ workers: Workers, z: FloatPointer, rows: Int, dim: Int, workspace: MutableFloatPointer
  ) -> Double {
    guard rows > 1, dim > 0 else { return 0 }
    var space = Workspace(workspace)
    let inverse = space.doubles(rows)
    let blocks = (dim + columns - 1) / columns
    let sums = space.doubles(blocks)
    workers.parallel(count: rows, grain: 16) { range, _ in
      for i in range {
        let norm = Rows.squaredNorm(z + i * dim, dim).squareRoot()
        inverse[i] = 1 / max(norm, RowNormalization.epsilon)
      }
    }
    workers.parallel(blocks) { block, _ in
      let start = block * columns
      let width = min(columns, dim - start)
      // Rows outside, columns in lanes: a column-wise walk would miss the cache at every step.
      var mean = SIMD16<Double>()
      for i in 0..<rows {
        mean.addProduct(lanes(z + i * dim + start, width), SIMD16(repeating: inverse[i]))
      }
      mean /= Double(rows)
      var square = SIMD16<Double>()
      for i in 0..<rows {
        let d = lanes(z + i * dim + start, width) * inverse[i] - mean
        square.addProduct(d, d)
      }
      var total = 0.0
      for lane in 0..<width { total += (square[lane] / Double(rows - 1)).squareRoot() }
      sums[block] = total
    }
    var total = 0.0
    for block in 0..<blocks { total += sums[block] }
    return total / Double(dim)
  }

  @inline(__always)
  private static func lanes(_ p: FloatPointer, _ width: Int) -> SIMD16<Double> {
    if width == 16 {
      return SIMD16<Double>(UnsafeRawPointer(p).loadUnaligned(as: SIMD16<Float>.self))
    }
    var v = SIMD16<Double>()
    for lane in 0..<width { v[lane] = Double(p[lane]) }
    return v
  }

  /// Returns the percentages of labelled rows whose label is the first, or among the first five.
  ///
  /// With fewer than five classes all of them count. Equal logits rank by smaller class; rows
  /// with a label outside 0..<classes are passed over, and with none left the result is nil.
  public static func accuracy(
    logits: FloatPointer, labels: UnsafePointer<Int32>, rows: Int, classes: Int
  ) -> (top1: Double, top5: Double)? {
    var (first, five, counted) = (0, 0, 0)
    for i in 0..<rows {
      let label = Int(labels[i])
      guard label >= 0, label < classes else { continue }
      let row = logits + i * classes
      var ahead = 0
      for j in 0..<classes where row[j] > row[label] || (row[j] == row[label] && j < label) {
        ahead += 1
      }
      counted += 1
      if ahead < 1 { first += 1 }
      if ahead < 5 { five += 1 }
    }
    guard counted > 0 else { return nil }
    return (100 * Double(first) / Double(counted), 100 * Double(five) / Double(counted))
  }
}
