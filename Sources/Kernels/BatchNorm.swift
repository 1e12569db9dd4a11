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
}

/// The number of floats that hold a normalisation's partial sums.
public func batchNormWorkspace(_ s: BatchNormShape) -> Int {
  4 * s.groups * s.chunks * s.channels + 5 * s.groups * s.channels
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
  channelSums(workers, s, partial, ShiftedSquares(x: x, groupStride: s.groupRows * c))
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
  let scale = workspace
  let shift = workspace + s.groups * c
  batchNormScales(
    s, mean: mean, variance: variance, eps: eps, gamma: gamma, beta: beta, scale: scale,
    shift: shift)
  workers.sweep(count: s.rows, grain: s.grain) { range, _ in
    for row in range {
      let g = row / s.groupRows &* c
      let base = row &* c
      var k = 0
      while k &+ 8 <= c {
        var v = fma8(load8(shift + (g &+ k)), load8(scale + (g &+ k)), load8(x + (base &+ k)))
        if let residual { v += load8(residual + (base &+ k)) }
        store8(y + (base &+ k), relu ? relu8(v) : v)
        k &+= 8
      }
      while k < c {
        var v = shift[g &+ k].addingProduct(scale[g &+ k], x[base &+ k])
        if let residual { v += residual[base &+ k] }
        y[base &+ k] = relu && v < 0 ? 0 : v
        k &+= 1
      }
    }
  }
}

/// Writes γ/√(var + ε) and β − mean·γ/√(var + ε) for every group and channel.
func batchNormScales(
  _ s: BatchNormShape, mean: FloatPointer, variance: FloatPointer, eps: Float,
  gamma: FloatPointer?, beta: FloatPointer?, scale: MutableFloatPointer,
  shift: MutableFloatPointer
) {
  let c = s.channels
  for i in 0..<s.groups * c {
    let a = Double(gamma?[i % c] ?? 1) / (Double(variance[i]) + Double(eps)).squareRoot()
    scale[i] = Float(a)
    shift[i] = Float(Double(beta?[i % c] ?? 0) - a * Double(mean[i]))
  }
}
