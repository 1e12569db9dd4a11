import WinogradFormulas

/// The weights of one direction of a 3×3 convolution at 6 × 6 points, in panels of output columns:
/// column panel p, point ξ, depth d, column j lie at p·panel + ξ·point + d·width + j.
struct WinogradWeights {
  let kind: TileKind
  /// The depth of the product, rounded up to whole vectors; the rows beyond are 0.
  let depth: Int
  let columns: Int

  /// Floats between the points of a panel; no power of two, so that they share no cache set.
  var point: Int { depth * 16 + 16 }
  /// Floats between panels.
  var panel: Int { weightPointCount * point }
  /// The number of panels.
  var panels: Int { (columns + 15) / 16 }
  /// The number of floats.
  var count: Int { panels * panel }

  /// Makes G g Gᵀ of weights [K, C, 3, 3] for the forward pass (depth C, columns K).
  func packForward(
    _ workers: Workers, k: Int, c: Int, weights: FloatPointer, to out: MutableFloatPointer
  ) {
    pack(
      workers, depthCount: c, laneStride: 9 * c, depthStride: 9, isTurned: false, weights, to: out)
  }

  /// Makes the points of the turned weights for the gradient of the input (depth K, columns C).
  func packBackward(
    _ workers: Workers, k: Int, c: Int, weights: FloatPointer, to out: MutableFloatPointer
  ) {
    pack(
      workers, depthCount: k, laneStride: 9, depthStride: 9 * c, isTurned: true, weights, to: out)
  }

  private func pack(
    _ workers: Workers, depthCount: Int, laneStride: Int, depthStride: Int, isTurned: Bool,
    _ weights: FloatPointer, to out: MutableFloatPointer
  ) {
    let pieces = max(1, min(depth / 8, depth / 64))
    workers.parallel(panels * pieces) { unit, worker in
      let p = unit / pieces
      let piece = unit % pieces
      let scratch = workers.scratch(worker, count: 18 * 8)
      let j0 = p * 16
      let width = panelWidth(j0, columns)
      let target = out + p * panel
      for d in depth * piece / pieces..<depth * (piece + 1) / pieces {
        var half = 0
        while half < width {
          let o = target + (d &* width &+ half)
          let lanes = d < depthCount ? max(0, min(8, columns &- j0 &- half)) : 0
          let w = weights + ((j0 &+ half) &* laneStride &+ d &* depthStride)
          points(w, laneStride, lanes, isTurned, scratch, o)
          half &+= 8
        }
      }
    }
  }

  @inline(__always)
  private func points(
    _ w: FloatPointer, _ laneStride: Int, _ lanes: Int, _ isTurned: Bool,
    _ scratch: MutableFloatPointer, _ o: MutableFloatPointer
  ) {
    guard lanes > 0 else {
      for xi in 0..<weightPointCount { store8(o + xi &* point, F8.zero) }
      return
    }
    let taps = taps(w, laneStride, lanes)
    let t = taps.first
    let at = { (row: Int, column: Int) -> F8 in
      switch isTurned ? 8 &- row &* 3 &- column : row &* 3 &+ column {
      case 0: t.0
      case 1: t.1
      case 2: t.2
      case 3: t.3
      case 4: t.4
      case 5: t.5
      case 6: t.6
      case 7: t.7
      default: taps.last
      }
    }
    for column in 0..<3 {
      let g = (at(0, column), at(1, column), at(2, column))
      storeSix(
        scratch + column &* 8, 24,
        kind == .unit ? weightPoints(g) : polyphaseWeightPoints(g))
    }
    for row in 0..<6 {
      let s = scratch + row &* 24
      let g = (load8(s), load8(s + 8), load8(s + 16))
      storeSix(
        o + (row &* 6 &* point), point,
        kind == .unit ? weightPoints(g) : polyphaseWeightPoints(g))
    }
  }

  /// Loads the nine taps of up to eight lanes that lie `stride` apart: the first eight, and the last.
  @inline(__always)
  private func taps(_ p: FloatPointer, _ stride: Int, _ lanes: Int) -> (first: EightRows, last: F8)
  {
    guard lanes == 8 else {
      let row = { (i: Int) in i < lanes ? load8(p + i &* stride) : F8.zero }
      var last = F8.zero
      for i in 0..<lanes { last[i] = p[i &* stride &+ 8] }
      return (transposed((row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7))), last)
    }
    let rows = (
      load8(p), load8(p + stride), load8(p + 2 &* stride), load8(p + 3 &* stride),
      load8(p + 4 &* stride), load8(p + 5 &* stride), load8(p + 6 &* stride),
      load8(p + 7 &* stride)
    )
    let q = p + 8
    let last = F8(
      q[0], q[stride], q[2 &* stride], q[3 &* stride], q[4 &* stride], q[5 &* stride],
      q[6 &* stride], q[7 &* stride])
    return (transposed(rows), last)
  }
}
