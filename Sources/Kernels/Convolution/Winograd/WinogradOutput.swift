/// Where the outputs of rows of tiles go, and what is done on the way.
struct WinogradTarget {
  let grid: WinogradGrid
  let output: MutableFloatPointer
  let channels: Int
  /// Whether outputs are added to what is there.
  let accumulate: Bool

  /// Writes Aᵀ M A of one row of tiles for up to 16 channels from `channel` on.
  ///
  /// Point ξ of tile t lies at `points` + ξ·plane + t·16; `scratch` holds 24 vectors.
  func write(
    tileRow: Int, points: FloatPointer, plane: Int, channel: Int, scratch: MutableFloatPointer
  ) {
    let (first, ty) = grid.place(tileRow)
    let lanes = min(16, channels &- channel)
    var shown = 0
    var top = grid.row(4 &* ty, of: grid.oh, pitch: grid.pitchY, column: 0, first: first)
    for tx in 0..<grid.tilesX {
      let mx = grid.across == 1 ? 0 : min(grid.across &- 1, tx &* 4 / grid.pitchX)
      let x = tx &* 4 &- mx &* grid.pitchX
      if mx != shown {
        shown = mx
        top = grid.row(4 &* ty, of: grid.oh, pitch: grid.pitchY, column: mx, first: first)
      }
      let isInside =
        top.map { $0.y &+ 4 <= grid.oh && x &+ 4 <= grid.ow } ?? false
      let m = points + tx &* 16
      if isInside, let top {
        let pixel = (top.image &* grid.oh &+ top.y) &* grid.ow &+ x
        let o = output + (pixel &* channels &+ channel)
        var half = 0
        while half < lanes {
          columns(m + half, plane, scratch)
          let q = o + half
          for i in 0..<4 {
            let row = q + i &* grid.ow &* channels
            let v = outputValues(loadSix(scratch + i &* 48, 8))
            // The usual case has no test inside.
            if half &+ 8 <= lanes {
              put(row, v.0)
              put(row + channels, v.1)
              put(row + 2 &* channels, v.2)
              put(row + 3 &* channels, v.3)
            } else {
              let count = lanes &- half
              put(row, v.0, lanes: count)
              put(row + channels, v.1, lanes: count)
              put(row + 2 &* channels, v.2, lanes: count)
              put(row + 3 &* channels, v.3, lanes: count)
            }
          }
          half &+= 8
        }
      } else {
        border(m, plane, ty: ty, tx: tx, first: first, channel: channel, scratch)
      }
    }
  }

  @inline(__always)
  private func columns(_ m: FloatPointer, _ plane: Int, _ scratch: MutableFloatPointer) {
    for j in 0..<6 {
      let v = outputValues(loadSix(m + j &* plane, 6 &* plane))
      store8(scratch + j &* 8, v.0)
      store8(scratch + (j &* 8 &+ 48), v.1)
      store8(scratch + (j &* 8 &+ 96), v.2)
      store8(scratch + (j &* 8 &+ 144), v.3)
    }
  }

  @inline(__always)
  private func put(_ p: MutableFloatPointer, _ v: F8) {
    store8(p, accumulate ? load8(p) + v : v)
  }

  @inline(__always)
  private func put(_ p: MutableFloatPointer, _ v: F8, lanes: Int) {
    store8(p, accumulate ? load8(p, lanes: lanes) + v : v, lanes: lanes)
  }

  /// A tile that crosses the border of a map: each output finds its own place.
  private func border(
    _ m: FloatPointer, _ plane: Int, ty: Int, tx: Int, first: Int, channel: Int,
    _ scratch: MutableFloatPointer
  ) {
    let lanes = min(16, channels &- channel)
    var half = 0
    while half < lanes {
      columns(m + half, plane, scratch)
      let count = min(8, lanes &- half)
      for i in 0..<4 {
        let v = outputValues(loadSix(scratch + i &* 48, 8))
        for j in 0..<4 {
          let column = tx &* 4 &+ j
          let mx = grid.across == 1 ? 0 : column / grid.pitchX
          let x = column &- mx &* grid.pitchX
          guard mx < grid.across, x < grid.ow,
            let at = grid.row(
              4 &* ty &+ i, of: grid.oh, pitch: grid.pitchY, column: mx, first: first)
          else { continue }
          let value = j == 0 ? v.0 : j == 1 ? v.1 : j == 2 ? v.2 : v.3
          let pixel = (at.image &* grid.oh &+ at.y) &* grid.ow &+ x
          let p = output + (pixel &* channels &+ channel &+ half)
          put(p, value, lanes: count)
        }
      }
      half &+= 8
    }
  }
}
