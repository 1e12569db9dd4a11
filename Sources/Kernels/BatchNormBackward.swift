/// Which elements of an output went through its ReLU.
public enum ReLUMask {
  /// There is no ReLU.
  case none
  /// Those whose output, given here, is positive.
  case output(FloatPointer)
  /// Those whose normalised input is positive; recomputed from it with β [C] by the forward
  /// pass's own operations, so the output need not be read.
  case input(beta: FloatPointer?)
}

/// What the backward pass of a normalisation reads and writes.
public struct BatchNormGradients {
  /// The gradient of the output [rows, C].
  public var dy: FloatPointer
  /// Which elements went through a ReLU.
  public var mask: ReLUMask
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
    dy: FloatPointer, mask: ReLUMask, dx: MutableFloatPointer?, addsToInput: Bool,
    dResidual: MutableFloatPointer?, addsToResidual: Bool, dGamma: MutableFloatPointer?,
    dBeta: MutableFloatPointer?
  ) {
    self.dy = dy
    self.mask = mask
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
  let scale = workspace + s.partialCount + 4 * s.groups * s.tileWidth
  let shift = scale + s.groups * s.tileWidth
  let dy = g.dy
  switch g.mask {
  case .none:
    finish(
      workers, s, x: x, mean: mean, variance: variance, eps: eps, gamma: gamma,
      usesBatch: usesBatch, workspace: workspace, g, PlainGradient(dy: dy))
  case .output(let y):
    finish(
      workers, s, x: x, mean: mean, variance: variance, eps: eps, gamma: gamma,
      usesBatch: usesBatch, workspace: workspace, g, OutputMaskedGradient(dy: dy, y: y))
  case .input(let beta):
    batchNormScales(
      s, mean: mean, variance: variance, eps: eps, gamma: gamma, beta: beta, scale: scale,
      shift: shift)
    finish(
      workers, s, x: x, mean: mean, variance: variance, eps: eps, gamma: gamma,
      usesBatch: usesBatch, workspace: workspace, g,
      InputMaskedGradient(dy: dy, x: x, scale: scale, shift: shift))
  }
}

/// Sums the gradient, then writes those of γ, β, the input and the residual.
private func finish<Gradient: GradientSource>(
  _ workers: Workers, _ s: BatchNormShape, x: FloatPointer, mean: FloatPointer,
  variance: FloatPointer, eps: Float, gamma: FloatPointer?, usesBatch: Bool,
  workspace: MutableFloatPointer, _ g: BatchNormGradients, _ gradient: Gradient
) {
  let c = s.channels
  let partial = UnsafeMutableRawPointer(workspace).assumingMemoryBound(to: Double.self)
  let tables = InputGradientTables(
    first: workspace + s.partialCount, count: s.groups * s.tileWidth)
  s.fillTable(tables.mean) { group, k in mean[group * c + k] }
  channelSums(
    workers, s, partial,
    GradientProducts(gradient: gradient, x: x, mean: tables.mean))
  let n = Double(s.groupRows)
  let sums = { (group: Int) in partial + group * s.chunks * 2 * c }
  let inverse = { (group: Int, k: Int) in
    1 / (Double(variance[group * c + k]) + Double(eps)).squareRoot()
  }
  for k in 0..<c {
    var dGamma = 0.0
    var dBeta = 0.0
    for group in 0..<s.groups {
      dGamma += sums(group)[c + k] * inverse(group, k)
      dBeta += sums(group)[k]
    }
    g.dGamma?[k] = Float(dGamma)
    g.dBeta?[k] = Float(dBeta)
  }
  guard g.dx != nil || g.dResidual != nil else { return }
  // dx = a·dz + b·(x − mean) + e.
  let factor = { (group: Int, k: Int) in Double(gamma?[k] ?? 1) * inverse(group, k) }
  s.fillTable(tables.a) { group, k in Float(factor(group, k)) }
  s.fillTable(tables.b) { group, k in
    let i = inverse(group, k)
    return usesBatch ? Float(-factor(group, k) * i * (sums(group)[c + k] * i) / n) : 0
  }
  s.fillTable(tables.e) { group, k in
    Float(usesBatch ? -factor(group, k) * sums(group)[k] / n : 0)
  }
  inputGradient(workers, s, g, x: x, tables, gradient)
}

/// The numbers of dx = a·dz + b·(x − mean) + e, each a table [groups][tile width].
private struct InputGradientTables {
  let a: MutableFloatPointer
  let b: MutableFloatPointer
  let e: MutableFloatPointer
  let mean: MutableFloatPointer

  /// Lays four tables of `count` floats out one after the other.
  init(first: MutableFloatPointer, count: Int) {
    a = first
    b = first + count
    e = first + 2 * count
    mean = first + 3 * count
  }
}

/// Writes dx = a·dz + b·(x − mean) + e and, where asked, dz for the residual.
private func inputGradient<Gradient: GradientSource>(
  _ workers: Workers, _ s: BatchNormShape, _ g: BatchNormGradients, x: FloatPointer,
  _ tables: InputGradientTables, _ gradient: Gradient
) {
  let wide = s.tileWidth
  workers.sweep(count: s.rows, grain: s.grain) { range, _ in
    s.split(range) { group, first, last in
      let base = group &* wide
      let stop = base &+ wide
      let end = last &* s.channels
      var i = first &* s.channels
      var k = base
      while i &+ 8 <= end {
        let d = gradient.eight(i, k)
        if let r = g.dResidual { store8(r + i, g.addsToResidual ? load8(r + i) + d : d) }
        if let dx = g.dx {
          let centred = load8(x + i) - load8(tables.mean + k)
          let v = fma8(
            fma8(load8(tables.e + k), load8(tables.b + k), centred), load8(tables.a + k), d)
          store8(dx + i, g.addsToInput ? load8(dx + i) + v : v)
        }
        i &+= 8
        k &+= 8
        if k == stop { k = base }
      }
      while i < end {
        let d = gradient.one(i, k)
        if let r = g.dResidual { r[i] = g.addsToResidual ? r[i] + d : d }
        if let dx = g.dx {
          let v = tables.e[k].addingProduct(tables.b[k], x[i] - tables.mean[k])
            .addingProduct(tables.a[k], d)
          dx[i] = g.addsToInput ? dx[i] + v : v
        }
        i &+= 1
        k &+= 1
      }
    }
  }
}
