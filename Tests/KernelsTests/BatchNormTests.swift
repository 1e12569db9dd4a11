import Testing

@testable import Kernels

/// Batch normalisation against its formula in Float64, at channel counts that are no whole vectors
/// and rows that are no whole tiles.
@Suite struct BatchNormTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var rows: Int
    var channels: Int
    var groups = 1
    var testDescription: String { "\(rows) rows × \(channels), \(groups) groups" }
    var shape: BatchNormShape { BatchNormShape(rows: rows, channels: channels, groups: groups) }
  }

  static let cases =
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 31].flatMap { channels in
      [
        Case(rows: 2, channels: channels), Case(rows: 7, channels: channels),
        Case(rows: 203, channels: channels), Case(rows: 2 * 151, channels: channels, groups: 2),
      ]
    } + [Case(rows: 16_700, channels: 7), Case(rows: 65, channels: 515)]

  private static let eps: Float = 1e-5

  /// One input and everything that the kernels make of it on some number of threads.
  private struct Run {
    let s: BatchNormShape
    let x: Arena
    let dy: Arena
    let residual: Arena
    let gamma: Arena
    let beta: Arena
    let mean: Arena
    let variance: Arena
    let y: Arena
    let dx: Arena
    /// What the gradient of the residual is added to begins as the residual.
    let dResidual: Arena
    let dGamma: Arena
    let dBeta: Arena

    init(_ s: BatchNormShape, threads: Int, masksByInput: Bool = false) {
      self.s = s
      let count = s.rows * s.channels
      x = arena(noise(count, seed: 1).map { 3 * $0 + 5 })
      dy = arena(noise(count, seed: 2))
      residual = arena(noise(count, seed: 3))
      gamma = arena(noise(s.channels, seed: 4).map { $0 + 1.5 })
      beta = arena(noise(s.channels, seed: 5))
      mean = arena(s.groups * s.channels)
      variance = arena(s.groups * s.channels)
      y = arena(count)
      dx = arena(count)
      dResidual = arena(noise(count, seed: 3))
      dGamma = arena(s.channels)
      dBeta = arena(s.channels)
      let workers = Workers(threads: threads)
      let workspace = arena(batchNormWorkspace(s))
      batchNormStatistics(
        workers, s, x: x.base, workspace: workspace.base, mean: mean.base,
        variance: variance.base)
      batchNormApply(
        workers, s, x: x.base, mean: mean.base, variance: variance.base, eps: eps,
        gamma: gamma.base, beta: beta.base,
        residual: masksByInput ? nil : FloatPointer(residual.base),
        relu: true, workspace: workspace.base, y: y.base)
      batchNormBackward(
        workers, s, x: x.base, mean: mean.base, variance: variance.base, eps: eps,
        gamma: gamma.base, usesBatch: true, workspace: workspace.base,
        BatchNormGradients(
          dy: dy.base, mask: masksByInput ? .input(beta: beta.base) : .output(y.base),
          dx: dx.base, addsToInput: false, dResidual: dResidual.base, addsToResidual: true,
          dGamma: dGamma.base, dBeta: dBeta.base))
    }

    var bits: [UInt32] {
      [mean, variance, y, dx, dResidual, dGamma, dBeta].flatMap(values).map(\.bitPattern)
    }
  }

  @Test(arguments: cases, [false, true])
  func everyNumberIsTheFormulas(_ c: Case, masksByInput: Bool) {
    let s = c.shape
    let run = Run(s, threads: 2, masksByInput: masksByInput)
    let n = s.rows / s.groups
    var dGamma = [Double](repeating: 0, count: s.channels)
    var dBeta = dGamma
    for group in 0..<s.groups {
      for k in 0..<s.channels {
        let places = (0..<n).map { (group * n + $0) * s.channels + k }
        let x = places.map { Double(run.x.base[$0]) }
        let mean = x.reduce(0, +) / Double(n)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
        close(run.mean.base[group * s.channels + k], mean, scale: 8)
        close(run.variance.base[group * s.channels + k], variance, scale: 9)
        let inverse = 1 / (variance + Double(Self.eps)).squareRoot()
        let gamma = Double(run.gamma.base[k])
        let normal = x.map { ($0 - mean) * inverse }
        // The mask is the kernel's own: a value at 0 may round to either side.
        let dz = places.map { run.y.base[$0] > 0 ? Double(run.dy.base[$0]) : 0 }
        let sum = dz.reduce(0, +)
        let projected = zip(dz, normal).reduce(0) { $0 + $1.0 * $1.1 }
        dGamma[k] += projected
        dBeta[k] += sum
        for (i, place) in places.enumerated() {
          let z =
            gamma * normal[i] + Double(run.beta.base[k])
            + (masksByInput ? 0 : Double(run.residual.base[place]))
          close(run.y.base[place], max(0, z), scale: inverse * 8)
          let dx = gamma * inverse * (dz[i] - sum / Double(n) - normal[i] * projected / Double(n))
          close(run.dx.base[place], dx, scale: max(1, inverse * inverse) * 8)
          close(run.dResidual.base[place], Double(run.residual.base[place]) + dz[i], scale: 2)
        }
      }
    }
    for k in 0..<s.channels {
      close(run.dGamma.base[k], dGamma[k], scale: 8 * Double(s.rows).squareRoot())
      close(run.dBeta.base[k], dBeta[k], scale: 8 * Double(s.rows).squareRoot())
    }
  }

  @Test(arguments: cases)
  func threadCountDoesNotChangeABit(_ c: Case) {
    let one = Run(c.shape, threads: 1).bits
    #expect(one == Run(c.shape, threads: 2).bits)
    #expect(one == Run(c.shape, threads: 7).bits)
  }

  /// Asserts a difference below 4 · 10⁻⁶ of a scale, some thirty roundings.
  private func close(
    _ got: Float, _ exact: Double, scale: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = abs(Double(got) - exact)
    if !(error <= 4e-6 * scale) {
      Issue.record("got \(got), expected \(exact)", sourceLocation: sourceLocation)
    }
  }
}

private func arena(_ values: [Float]) -> Arena {
  let arena = arena(values.count)
  for (i, value) in values.enumerated() { arena.base[i] = value }
  return arena
}

/// Memory that nothing was written to.
private func arena(_ count: Int) -> Arena {
  var layout = ArenaLayout()
  layout.add("values", shape: [count])
  let arena = Arena(layout: layout)
  for i in 0..<count { arena.base[i] = .nan }
  return arena
}

private func values(_ arena: Arena) -> [Float] { (0..<arena.floatCount).map { arena.base[$0] } }
