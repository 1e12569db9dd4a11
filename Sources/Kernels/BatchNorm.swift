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
  4 * s.groups * s.chunks * s.channels + 3 * s.groups * s.channels
}

/// Sums two quantities per channel over a group's rows in fixed chunks.
///
/// `sums` holds [groups][2][C] doubles afterwards; `pair(offset)` gives both at eight channels,
/// `scalar(offset)` at one; the channel is passed for per-channel constants.
@inline(__always)
private func channelSums(
  _ workers: Workers, _ s: BatchNormShape, _ partial: UnsafeMutablePointer<Double>,
  pair: (_ offset: Int, _ group: Int, _ channel: Int) -> (F8, F8),
  scalar: (_ offset: Int, _ group: Int, _ channel: Int) -> (Float, Float)
) {
  let c = s.channels
  let chunks = s.chunks
  workers.parallel(s.groups * chunks) { unit, _ in
    let group = unit / chunks
    let chunk = unit % chunks
    let low = group * s.groupRows + s.groupRows * chunk / chunks
    let high = group * s.groupRows + s.groupRows * (chunk + 1) / chunks
    let out = partial + unit * 2 * c
    for i in 0..<2 * c { out[i] = 0 }
    var p = low
    while p < high {
      let end = min(high, p &+ 32)
      var k = 0
      while k &+ 8 <= c {
        var first = F8.zero
        var second = F8.zero
        for row in p..<end {
          let v = pair(row &* c &+ k, group, k)
          first += v.0
          second += v.1
        }
        for j in 0..<8 {
          out[k &+ j] += Double(first[j])
          out[c &+ k &+ j] += Double(second[j])
        }
        k &+= 8
      }
      while k < c {
        for row in p..<end {
          let v = scalar(row &* c &+ k, group, k)
          out[k] += Double(v.0)
          out[c &+ k] += Double(v.1)
        }
        k &+= 1
      }
      p = end
    }
  }
  for group in 0..<s.groups {
    let out = partial + group * chunks * 2 * c
    for chunk in 1..<max(2, chunks) where chunk < chunks {
      let q = out + chunk * 2 * c
      for i in 0..<2 * c { out[i] += q[i] }
    }
  }
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
  // Sums are taken of x − x₀ with x₀ the group's first row, so a mean far from 0 costs no digits.
  channelSums(
    workers, s, partial,
    pair: { offset, group, k in
      let d = load8(x + offset) - load8(x + (group &* s.groupRows &* c &+ k))
      return (d, d * d)
    },
    scalar: { offset, group, k in
      let d = x[offset] - x[group &* s.groupRows &* c &+ k]
      return (d, d * d)
    })
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
  for i in 0..<s.groups * c {
    let a = Double(gamma?[i % c] ?? 1) / (Double(variance[i]) + Double(eps)).squareRoot()
    scale[i] = Float(a)
    shift[i] = Float(Double(beta?[i % c] ?? 0) - a * Double(mean[i]))
  }
  workers.parallel(count: s.rows, grain: s.grain) { range, _ in
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

/// What the backward pass of a normalisation reads and writes.
public struct BatchNormGradients {
  /// The gradient of the output [rows, C].
  public var dy: FloatPointer
  /// The output, when it went through a ReLU: its sign is the mask.
  public var masked: FloatPointer?
  /// The gradient of the input, and whether to add to it; nil when nothing asks for it.
  public var dx: MutableFloatPointer?
  /// Whether `dx` is added to.
  public var addsToInput: Bool
  /// The gradient of the residual, and whether to add to it.
  public var dResidual: MutableFloatPointer?
  /// Whether `dResidual` is added to.
  public var addsToResidual: Bool
  /// The gradient of γ [C].
  public var dGamma: MutableFloatPointer?
  /// The gradient of β [C].
  public var dBeta: MutableFloatPointer?

  /// Makes the set of pointers.
  public init(
    dy: FloatPointer, masked: FloatPointer?, dx: MutableFloatPointer?, addsToInput: Bool,
    dResidual: MutableFloatPointer?, addsToResidual: Bool, dGamma: MutableFloatPointer?,
    dBeta: MutableFloatPointer?
  ) {
    self.dy = dy
    self.masked = masked
    self.dx = dx
    self.addsToInput = addsToInput
    self.dResidual = dResidual
    self.addsToResidual = addsToResidual
    self.dGamma = dGamma
    self.dBeta = dBeta
  }
}

/// Computes the gradients of `batchNormApply`.
///
/// With `usesBatch`, mean and variance were the batch's own and carry gradient, as in training:
/// dx = γ/σ (dz − mean(dz) − x̂ mean(dz x̂)); otherwise they are constants: dx = γ/σ dz.
public func batchNormBackward(
  _ workers: Workers, _ s: BatchNormShape, x: FloatPointer, mean: FloatPointer,
  variance: FloatPointer, eps: Float, gamma: FloatPointer?, usesBatch: Bool,
  workspace: MutableFloatPointer, _ g: BatchNormGradients
) {
  let c = s.channels
  let partial = UnsafeMutableRawPointer(workspace).assumingMemoryBound(to: Double.self)
  let coefficients = workspace + 4 * s.groups * s.chunks * c
  let dy = g.dy
  let masked = g.masked
  channelSums(
    workers, s, partial,
    pair: { offset, group, k in
      var d = load8(dy + offset)
      if let masked { d = F8.zero.replacing(with: d, where: load8(masked + offset) .> F8.zero) }
      return (d, d * (load8(x + offset) - load8(mean + (group &* c &+ k))))
    },
    scalar: { offset, group, k in
      let d = masked.map { $0[offset] > 0 ? dy[offset] : 0 } ?? dy[offset]
      return (d, d * (x[offset] - mean[group &* c &+ k]))
    })
  let n = Double(s.groupRows)
  for k in 0..<c {
    var dGamma = 0.0
    var dBeta = 0.0
    for group in 0..<s.groups {
      let i = group * c + k
      let sums = partial + group * s.chunks * 2 * c
      let inverse = 1 / (Double(variance[i]) + Double(eps)).squareRoot()
      let projected = sums[c + k] * inverse
      dGamma += projected
      dBeta += sums[k]
      // dx = a·dz + b·x + e, with the mean folded into e.
      let a = Double(gamma?[k] ?? 1) * inverse
      let b = usesBatch ? -a * inverse * projected / n : 0
      coefficients[i] = Float(a)
      coefficients[s.groups * c + i] = Float(b)
      coefficients[2 * s.groups * c + i] =
        Float(usesBatch ? -a * sums[k] / n : 0)
    }
    g.dGamma?[k] = Float(dGamma)
    g.dBeta?[k] = Float(dBeta)
  }
  guard g.dx != nil || g.dResidual != nil else { return }
  let groups = s.groups
  workers.parallel(count: s.rows, grain: s.grain) { range, _ in
    for row in range {
      let q = row / s.groupRows &* c
      let base = row &* c
      let a = coefficients + q
      let b = coefficients + (groups &* c &+ q)
      let e = coefficients + (2 &* groups &* c &+ q)
      var k = 0
      while k &+ 8 <= c {
        let i = base &+ k
        var d = load8(dy + i)
        if let masked { d = F8.zero.replacing(with: d, where: load8(masked + i) .> F8.zero) }
        if let r = g.dResidual { store8(r + i, g.addsToResidual ? load8(r + i) + d : d) }
        if let dx = g.dx {
          let centred = load8(x + i) - load8(mean + (q &+ k))
          let v = fma8(fma8(load8(e + k), load8(b + k), centred), load8(a + k), d)
          store8(dx + i, g.addsToInput ? load8(dx + i) + v : v)
        }
        k &+= 8
      }
      while k < c {
        let i = base &+ k
        let d = masked.map { $0[i] > 0 ? dy[i] : 0 } ?? dy[i]
        if let r = g.dResidual { r[i] = g.addsToResidual ? r[i] + d : d }
        if let dx = g.dx {
          let v = e[k].addingProduct(b[k], x[i] - mean[q &+ k]).addingProduct(a[k], d)
          dx[i] = g.addsToInput ? dx[i] + v : v
        }
        k &+= 1
      }
    }
  }
}
