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
    for column in 0..<3 {
      var g = (F8.zero, F8.zero, F8.zero)
      let at = { (row: Int) in isTurned ? 8 &- (row &* 3 &+ column) : row &* 3 &+ column }
      g.0 = gather(w + at(0), laneStride, lanes)
      g.1 = gather(w + at(1), laneStride, lanes)
      g.2 = gather(w + at(2), laneStride, lanes)
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

  /// Loads eight floats `stride` apart.
  @inline(__always)
  private func gather(_ p: FloatPointer, _ stride: Int, _ lanes: Int) -> F8 {
    if lanes == 8 {
      return F8(
        p[0], p[stride], p[2 &* stride], p[3 &* stride], p[4 &* stride], p[5 &* stride],
        p[6 &* stride], p[7 &* stride])
    }
    var v = F8.zero
    for i in 0..<lanes { v[i] = p[i &* stride] }
    return v
  }
}
