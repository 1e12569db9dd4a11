// Rows of tiles of convolutions of stride 2 to points, by the same two passes as at stride 1.

extension WinogradRow {
  /// Writes the 9 × 9 points of every tile of the row of an input.
  func halvingPoints(to out: MutableFloatPointer, _ layout: PointLayout) {
    let columns = 8 &* grid.tilesX &+ 1
    let map = SourceMap(
      height: grid.h, width: grid.w, pitchY: 2 &* grid.pitchY, pitchX: 2 &* grid.pitchX, step: 8,
      lead: 1, reads: 9, points: 9)
    walk(map, columns: columns) { load, position in
      Kernels.halvingPoints(load, position, columns &* 8)
    } along: { scratch, c in
      rows(out, layout, scratch, c, columns: columns, step: 8) { s, q in
        Kernels.halvingPoints({ load8(s + $0 &* 8) }, q, layout.plane)
      }
    }
  }

  /// Writes the 9 × 9 points of every tile of the row of an output gradient, for that of the input.
  func doublingPoints(to out: MutableFloatPointer, _ layout: PointLayout) {
    let columns = 4 &* grid.tilesX &+ 1
    let map = SourceMap(
      height: grid.oh, width: grid.ow, pitchY: grid.pitchY, pitchX: grid.pitchX, step: 4, lead: 0,
      reads: 5, points: 9)
    walk(map, columns: columns) { load, position in
      Kernels.doublingPoints(load, position, columns &* 8)
    } along: { scratch, c in
      rows(out, layout, scratch, c, columns: columns, step: 4) { s, q in
        Kernels.doublingPoints({ load8(s + $0 &* 8) }, q, layout.plane)
      }
    }
  }

  /// Writes the 9 × 9 points of every tile of the row of an output gradient, for that of weights.
  func halvingGradientPoints(to out: MutableFloatPointer, _ layout: PointLayout) {
    let columns = 4 &* grid.tilesX
    let map = SourceMap(
      height: grid.oh, width: grid.ow, pitchY: grid.pitchY, pitchX: grid.pitchX, step: 4, lead: 0,
      reads: 4, points: 9)
    walk(map, columns: columns) { load, position in
      Kernels.halvingGradientPoints(
        (load(0), load(1), load(2), load(3)), position, columns &* 8)
    } along: { scratch, c in
      rows(out, layout, scratch, c, columns: columns, step: 4) { s, q in
        Kernels.halvingGradientPoints(
          (load8(s), load8(s + 8), load8(s + 16), load8(s + 24)), q, layout.plane)
      }
    }
  }

  /// Calls `body(source, target)` for the nine rows of every tile.
  @inline(__always)
  private func rows(
    _ out: MutableFloatPointer, _ layout: PointLayout, _ scratch: MutableFloatPointer, _ c: Int,
    columns: Int, step: Int, _ body: (MutableFloatPointer, MutableFloatPointer) -> Void
  ) {
    let o = out + ((c >> 4) &* layout.panel &+ (c & 15))
    for tx in 0..<grid.tilesX {
      var s = scratch + tx &* step &* 8
      var q = o + tx &* layout.tile
      for _ in 0..<9 {
        body(s, q)
        s += columns &* 8
        q += 9 &* layout.plane
      }
    }
  }
}

/// Where the outputs of rows of tiles of stride 2 go: 4×4 outputs of the convolution, or 8×8
/// gradients of its input.
struct PolyphaseTarget {
  let grid: WinogradGrid
  let kind: TileKind
  let output: MutableFloatPointer
  let channels: Int
  /// Whether outputs are added to what is there.
  let accumulate: Bool

  /// Writes one row of tiles for up to 16 channels from `channel` on.
  ///
  /// Point ξ of tile t lies at `points` + ξ·plane + t·16; `scratch` holds 72 vectors.
  func write(
    tileRow: Int, points: FloatPointer, plane: Int, channel: Int, scratch: MutableFloatPointer
  ) {
    let lanes = min(16, channels &- channel)
    let (first, ty) = grid.place(tileRow)
    for tx in 0..<grid.tilesX {
      let base = inside(ty: ty, tx: tx, first: first)
      var half = 0
      while half < lanes {
        let m = points + (tx &* 16 &+ half)
        for column in 0..<9 { down(m + column &* plane, 9 &* plane, scratch + column &* 8) }
        let count = min(8, lanes &- half)
        if let base {
          var row = base + (channel &+ half)
          for i in 0..<side {
            along(scratch + i &* 72) { j, value in
              put(row + j &* channels, value, lanes: count)
            }
            row += width &* channels
          }
        } else {
          for i in 0..<side {
            along(scratch + i &* 72) { j, value in
              border(
                value, row: side &* ty &+ i, column: side &* tx &+ j, first, channel &+ half, count)
            }
          }
        }
        half &+= 8
      }
    }
  }

  private var scale: Int { kind == .halving ? 1 : 2 }
  private var height: Int { kind == .halving ? grid.oh : grid.h }
  private var width: Int { kind == .halving ? grid.ow : grid.w }

  /// The first output of a tile that lies within one image.
  private func inside(ty: Int, tx: Int, first: Int) -> MutableFloatPointer? {
    let pitch = grid.pitchX &* scale
    let mx = grid.across == 1 ? 0 : min(grid.across &- 1, tx &* side / pitch)
    let x = tx &* side &- mx &* pitch
    guard x &+ side <= width,
      let at = grid.row(
        side &* ty, of: height, pitch: grid.pitchY &* scale, column: mx, first: first),
      at.y &+ side <= height
    else { return nil }
    return output + ((at.image &* height &+ at.y) &* width &+ x) &* channels
  }

  /// The outputs along one axis of a tile.
  private var side: Int { kind == .halving ? 4 : 8 }

  /// Turns a column of nine points into `side` rows of the scratch, 72 floats apart.
  @inline(__always)
  private func down(_ m: FloatPointer, _ step: Int, _ out: MutableFloatPointer) {
    if kind == .halving {
      let v = halvingValues(m, step)
      store8(out, v.0)
      store8(out + 72, v.1)
      store8(out + 144, v.2)
      store8(out + 216, v.3)
    } else {
      let v = doublingValues(m, step)
      let e = m + 5 &* step
      store8(out, load8(e))
      store8(out + 72, v.0)
      store8(out + 144, load8(e + step))
      store8(out + 216, v.1)
      store8(out + 288, load8(e + 2 &* step))
      store8(out + 360, v.2)
      store8(out + 432, load8(e + 3 &* step))
      store8(out + 504, v.3)
    }
  }

  @inline(__always)
  private func along(_ s: MutableFloatPointer, _ put: (_ j: Int, _ value: F8) -> Void) {
    if kind == .halving {
      let v = halvingValues(FloatPointer(s), 8)
      put(0, v.0)
      put(1, v.1)
      put(2, v.2)
      put(3, v.3)
    } else {
      let v = doublingValues(FloatPointer(s), 8)
      put(0, load8(s + 40))
      put(1, v.0)
      put(2, load8(s + 48))
      put(3, v.1)
      put(4, load8(s + 56))
      put(5, v.2)
      put(6, load8(s + 64))
      put(7, v.3)
    }
  }

  /// Writes one output of a tile that crosses the border of a map.
  private func border(
    _ value: F8, row: Int, column: Int, _ first: Int, _ channel: Int, _ lanes: Int
  ) {
    let pitch = grid.pitchX &* scale
    let mx = grid.across == 1 ? 0 : column / pitch
    let x = column &- mx &* pitch
    guard mx < grid.across, x < width,
      let at = grid.row(row, of: height, pitch: grid.pitchY &* scale, column: mx, first: first)
    else { return }
    let pixel = (at.image &* height &+ at.y) &* width &+ x
    let p = output + (pixel &* channels &+ channel)
    put(p, value, lanes: lanes)
  }

  @inline(__always)
  private func put(_ p: MutableFloatPointer, _ value: F8, lanes: Int) {
    store8(p, accumulate ? load8(p, lanes: lanes) + value : value, lanes: lanes)
  }
}
