// Batch normalisation over rows [rows, C] of an NHWC map, fused with an optional residual add
// and ReLU. Rows may fall into equal groups with statistics of their own (SimSiam normalises
// each view by itself). Statistics are shifted sums, Double over fixed chunks, added in order.

/// The sizes of one normalisation.
public struct BatchNormShape: Sendable, Hashable {
  /// The number of rows: N·H·W, or N after a linear layer.
  public var rows: Int
  /// The number of channels.
  public var channels: Int
  /// The number of statistic groups; `rows` is a multiple of it.
  public var groups: Int

  /// Makes a shape.
  public init(rows: Int, channels: Int, groups: Int) {
    self.rows = rows
    self.channels = channels
    self.groups = groups
  }

  var groupRows: Int { rows / groups }
  /// The fixed number of chunks in which a group's sums are taken.
  var chunks: Int { max(1, min(32, groupRows / 64)) }
  /// Rows in one unit of elementwise work.
  var grain: Int { max(16, 32_768 / max(1, channels)) }
  /// The fewest rows that together are whole vectors: 1, 2, 4 or 8.
  ///
  /// Loops go over such tiles with each channel's numbers repeated in a table, so that 15 channels
  /// cost what 16 do.
  var tile: Int { channels & 7 == 0 ? 1 : channels & 3 == 0 ? 2 : channels & 1 == 0 ? 4 : 8 }
  /// The floats of a tile of rows, and of a table.
  var tileWidth: Int { tile * channels }
  /// The floats of the partial sums of every chunk, two doubles a channel.
  var partialCount: Int { 4 * groups * chunks * channels }

  /// Repeats a number of each group and channel over its tile.
  func fillTable(_ table: MutableFloatPointer, _ value: (_ group: Int, _ channel: Int) -> Float) {
    for group in 0..<groups {
      let row = table + group * tileWidth
      for k in 0..<channels {
        let v = value(group, k)
        for copy in 0..<tile { row[copy &* channels &+ k] = v }
      }
    }
  }

  /// Calls `body(group, first row, end)` for the part of each group in a range of rows.
  @inline(__always)
  func split(_ range: Range<Int>, _ body: (_ group: Int, _ first: Int, _ end: Int) -> Void) {
    var row = range.lowerBound
    while row < range.upperBound {
      let group = row / groupRows
      let end = min(range.upperBound, (group &+ 1) &* groupRows)
      body(group, row, end)
      row = end
    }
  }
}

/// The number of floats that hold a normalisation's partial sums and six tables.
public func batchNormWorkspace(_ s: BatchNormShape) -> Int {
  s.partialCount + 6 * s.groups * s.tileWidth
}

/// Computes each group's mean and biased variance.
///
/// Shape: x [rows, C]; `mean`, `variance` [groups, C].
public func batchNormStatistics(
  _ workers: Workers, _ s: BatchNormShape, x: FloatPointer, workspace: MutableFloatPointer,
  mean: MutableFloatPointer, variance: MutableFloatPointer
) {
  let c = s.channels
  let partial = UnsafeMutableRawPointer(workspace).assumingMemoryBound(to: Double.self)
  let origin = workspace + s.partialCount
  s.fillTable(origin) { group, k in x[group * s.groupRows * c + k] }
  channelSums(workers, s, partial, ShiftedSquares(x: x, origin: origin))
  let n = Double(s.groupRows)
  for group in 0..<s.groups {
    let sums = partial + group * s.chunks * 2 * c
    for k in 0..<c {
      let shifted = sums[k] / n
      mean[group * c + k] = Float(Double(x[group * s.groupRows * c + k]) + shifted)
      variance[group * c + k] = Float(max(0, sums[c + k] / n - shifted * shifted))
    }
  }
}

/// Computes y ← γ (x − mean)/√(var + ε) + β, plus the residual, then ReLU, as asked.
///
/// Shape: x, y, residual [rows, C]; `mean`, `variance` [groups, C]; γ, β [C] or nil for 1, 0.
public func batchNormApply(
  _ workers: Workers, _ s: BatchNormShape, x: FloatPointer, mean: FloatPointer,
  variance: FloatPointer, eps: Float, gamma: FloatPointer?, beta: FloatPointer?,
  residual: FloatPointer?, relu: Bool, workspace: MutableFloatPointer, y: MutableFloatPointer
) {
  let c = s.channels
  let wide = s.tileWidth
  let scale = workspace
  let shift = workspace + s.groups * wide
  batchNormScales(
    s, mean: mean, variance: variance, eps: eps, gamma: gamma, beta: beta, scale: scale,
    shift: shift)
  workers.sweep(count: s.rows, grain: s.grain) { range, _ in
    s.split(range) { group, first, last in
      let scale = scale + group &* wide
      let shift = shift + group &* wide
      let end = last &* c
      var i = first &* c
      var k = 0
      while i &+ 8 <= end {
        var v = fma8(load8(shift + k), load8(scale + k), load8(x + i))
        if let residual { v += load8(residual + i) }
        store8(y + i, relu ? relu8(v) : v)
        i &+= 8
        k &+= 8
        if k == wide { k = 0 }
      }
      while i < end {
        var v = shift[k].addingProduct(scale[k], x[i])
        if let residual { v += residual[i] }
        y[i] = relu && v < 0 ? 0 : v
        i &+= 1
        k &+= 1
      }
    }
  }
}

/// Writes the tables of γ/√(var + ε) and β − mean·γ/√(var + ε).
func batchNormScales(
  _ s: BatchNormShape, mean: FloatPointer, variance: FloatPointer, eps: Float,
  gamma: FloatPointer?, beta: FloatPointer?, scale: MutableFloatPointer,
  shift: MutableFloatPointer
) {
  let factor = { (group: Int, k: Int) in
    Double(gamma?[k] ?? 1)
      / (Double(variance[group * s.channels + k]) + Double(eps)).squareRoot()
  }
  s.fillTable(scale) { group, k in Float(factor(group, k)) }
  s.fillTable(shift) { group, k in
    Float(Double(beta?[k] ?? 0) - factor(group, k) * Double(mean[group * s.channels + k]))
  }
}
