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
  let c = s.channels
  let scale = workspace + 4 * s.groups * s.chunks * c + 3 * s.groups * c
  let shift = scale + s.groups * c
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
  let coefficients = workspace + 4 * s.groups * s.chunks * c
  channelSums(
    workers, s, partial, GradientProducts(gradient: gradient, x: x, mean: mean, channels: c))
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
  inputGradient(workers, s, g, x: x, mean: mean, coefficients, gradient)
}

/// Writes dx = a·dz + b·(x − mean) + e and, where asked, dz for the residual.
private func inputGradient<Gradient: GradientSource>(
  _ workers: Workers, _ s: BatchNormShape, _ g: BatchNormGradients, x: FloatPointer,
  mean: FloatPointer, _ coefficients: FloatPointer, _ gradient: Gradient
) {
  let c = s.channels
  let groups = s.groups
  workers.sweep(count: s.rows, grain: s.grain) { range, _ in
    for row in range {
      let q = row / s.groupRows &* c
      let base = row &* c
      let a = coefficients + q
      let b = coefficients + (groups &* c &+ q)
      let e = coefficients + (2 &* groups &* c &+ q)
      var k = 0
      while k &+ 8 <= c {
        let i = base &+ k
        let d = gradient.eight(i, q &+ k)
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
        let d = gradient.one(i, q &+ k)
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
