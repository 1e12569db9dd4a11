import WinogradFormulas

#if arch(x86_64)
  import KernelsAVX512
#endif

/// Where the values of rows of tiles go: Aᵀ M A, 4×4 outputs of a convolution or 8×8 gradients of
/// its input at stride 2.
struct WinogradTarget {
  private let grid: WinogradGrid
  private let kind: TileKind
  private let output: MutableFloatPointer
  private let channels: Int
  /// Whether values are added to what is there.
  private let accumulate: Bool
  private let height: Int
  private let width: Int
  private let pitchY: Int
  private let pitchX: Int

  /// Makes a target: a map [N, H, W, channels], `output`.
  init(
    _ kind: TileKind, grid: WinogradGrid, output: MutableFloatPointer, channels: Int,
    accumulate: Bool
  ) {
    self.grid = grid
    self.kind = kind
    self.output = output
    self.channels = channels
    self.accumulate = accumulate
    height = kind == .doubling ? grid.h : grid.oh
    width = kind == .doubling ? grid.w : grid.ow
    let scale = kind == .doubling ? 2 : 1
    pitchY = scale &* grid.pitchY
    pitchX = scale &* grid.pitchX
  }

  /// Writes one row of tiles for up to 16 channels from `channel` on.
  ///
  /// Point ξ of tile t lies at `points` + ξ·plane + t·16; `scratch` is `winogradScratch`.
  func write(
    tileRow: Int, points: FloatPointer, plane: Int, channel: Int, scratch: MutableFloatPointer
  ) {
    let lanes = min(16, channels &- channel)
    let (first, ty) = grid.place(tileRow)
    let side = kind.side
    var shown = 0
    var top = grid.row(side &* ty, of: height, pitch: pitchY, column: 0, first: first)
    for tx in 0..<grid.tilesX {
      let mx = grid.across == 1 ? 0 : min(grid.across &- 1, tx &* side / pitchX)
      let x = tx &* side &- mx &* pitchX
      if mx != shown {
        shown = mx
        top = grid.row(side &* ty, of: height, pitch: pitchY, column: mx, first: first)
      }
      let m = points + tx &* 16
      guard let top, top.y &+ side <= height, x &+ side <= width else {
        border(m, plane, ty: ty, tx: tx, first: first, channel: channel, scratch)
        continue
      }
      let pixel = (top.image &* height &+ top.y) &* width &+ x
      let o = output + (pixel &* channels &+ channel)
      #if arch(x86_64)
        if usesWideTiles, lanes == 16 {
          wideValues(
            kind, m, plane: plane, scratch, to: o, rowStep: width &* channels,
            columnStep: channels, accumulate: accumulate)
          continue
        }
      #endif
      inside(m, plane, lanes: lanes, scratch, to: o)
    }
  }

  /// A tile that lies within one image.
  @inline(__always)
  private func inside(
    _ m: FloatPointer, _ plane: Int, lanes: Int, _ scratch: MutableFloatPointer,
    to out: MutableFloatPointer
  ) {
    kind.specialized { kind in
      var half = 0
      while half < lanes {
        columns(kind, m + half, plane, scratch)
        var q = out + half
        for i in 0..<kind.side {
          let s = FloatPointer(scratch) + i &* kind.axisPoints &* 8
          // The usual case has no test inside.
          if half &+ 8 <= lanes {
            kind.values({ load8(s + $0 &* 8) }, { put(q + $0 &* channels, $1) })
          } else {
            let count = lanes &- half
            kind.values({ load8(s + $0 &* 8) }, { put(q + $0 &* channels, $1, lanes: count) })
          }
          q += width &* channels
        }
        half &+= 8
      }
    }
  }

  /// A tile that crosses the border of a map: each value finds its own place.
  @inline(never)
  private func border(
    _ m: FloatPointer, _ plane: Int, ty: Int, tx: Int, first: Int, channel: Int,
    _ scratch: MutableFloatPointer
  ) {
    let lanes = min(16, channels &- channel)
    kind.specialized { kind in
      var half = 0
      while half < lanes {
        columns(kind, m + half, plane, scratch)
        let count = min(8, lanes &- half)
        for i in 0..<kind.side {
          let s = FloatPointer(scratch) + i &* kind.axisPoints &* 8
          kind.values({ load8(s + $0 &* 8) }) { j, value in
            guard
              let p = place(
                row: kind.side &* ty &+ i, column: kind.side &* tx &+ j, first: first)
            else { return }
            put(p + (channel &+ half), value, lanes: count)
          }
        }
        half &+= 8
      }
    }
  }

  /// Turns columns of points into rows of values, each `axisPoints` vectors of the scratch.
  @inline(__always)
  private func columns(
    _ kind: TileKind, _ m: FloatPointer, _ plane: Int, _ scratch: MutableFloatPointer
  ) {
    let side = kind.axisPoints
    for j in 0..<side {
      let column = m + j &* plane
      kind.values(
        { load8(column + $0 &* side &* plane) }, { store8(scratch + ($0 &* side &+ j) &* 8, $1) })
    }
  }

  /// The place of a value of the mosaic, or nil between images.
  @inline(__always)
  private func place(row: Int, column: Int, first: Int) -> MutableFloatPointer? {
    let mx = grid.across == 1 ? 0 : column / pitchX
    let x = column &- mx &* pitchX
    guard mx < grid.across, x < width,
      let at = grid.row(row, of: height, pitch: pitchY, column: mx, first: first)
    else { return nil }
    return output + ((at.image &* height &+ at.y) &* width &+ x) &* channels
  }

  @inline(__always)
  private func put(_ p: MutableFloatPointer, _ v: F8) {
    store8(p, accumulate ? load8(p) + v : v)
  }

  @inline(__always)
  private func put(_ p: MutableFloatPointer, _ v: F8, lanes: Int) {
    store8(p, accumulate ? load8(p, lanes: lanes) + v : v, lanes: lanes)
  }
}
