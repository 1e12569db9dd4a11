// Maps to planes of points: Bᵀ d B of inputs, A y Aᵀ of output gradients. A row of tiles is done in two
// passes through a scratch that stays in the L1 cache: down the
// columns of the map, each once although neighbouring tiles share two of them, then along tiles.

/// Where point ξ of channel c of tile t lies: ξ·plane + (c/16)·panel + t·tile + c%16.
struct PointLayout {
  var plane: Int
  var panel: Int
  var tile: Int

  /// Rows of channels [ξ][tiles][C]: what a product broadcasts from. A padded plane keeps the 36
  /// streams out of one cache set.
  static func rows(tiles: Int, channels: Int) -> PointLayout {
    PointLayout(plane: tiles * channels + 16, panel: 16, tile: channels)
  }

  /// Panels [ξ][C/16][tiles][16]: what a product over tiles reads, both factors alike.
  static func panels(tiles: Int, channels: Int) -> PointLayout {
    PointLayout(
      plane: tiles * ((channels + 15) / 16 * 16) + 16, panel: tiles * 16, tile: 16)
  }
}

/// The number of floats of scratch that a row of tiles of a grid needs.
func winogradScratch(_ grid: WinogradGrid) -> Int { 9 * 8 * (8 * grid.tilesX + 3) }

/// Channels rounded up to whole vectors.
@inline(__always)
func wholeVectors(_ channels: Int) -> Int { (channels + 7) / 8 * 8 }

/// One row of tiles on its way to points.
struct WinogradRow {
  let grid: WinogradGrid
  let tileRow: Int
  let source: FloatPointer
  let channels: Int
  let scratch: MutableFloatPointer

  /// Writes Bᵀ d B of every tile of the row, the first at tile 0 of `out`.
  func inputPoints(to out: MutableFloatPointer, _ layout: PointLayout) {
    let columns = 4 &* grid.tilesX &+ 2
    let map = SourceMap(
      height: grid.h, width: grid.w, pitchY: grid.pitchY, pitchX: grid.pitchX, step: 4,
      lead: grid.padding, reads: 6, points: 6)
    walk(map, columns: columns) { load, position in
      storeSix(
        position, columns &* 8,
        Kernels.inputPoints((load(0), load(1), load(2), load(3), load(4), load(5))))
    } along: { scratch, c in
      let o = out + ((c >> 4) &* layout.panel &+ (c & 15))
      for tx in 0..<grid.tilesX {
        var s = scratch + tx &* 32
        var q = o + tx &* layout.tile
        for _ in 0..<6 {
          storeSix(q, layout.plane, Kernels.inputPoints(loadSix(s, 8)))
          s += columns &* 8
          q += 6 &* layout.plane
        }
      }
    }
  }

  /// Writes A y Aᵀ of every tile of the row of an output gradient.
  func gradientPoints(to out: MutableFloatPointer, _ layout: PointLayout) {
    let columns = 4 &* grid.tilesX
    let map = SourceMap(
      height: grid.oh, width: grid.ow, pitchY: grid.pitchY, pitchX: grid.pitchX, step: 4, lead: 0,
      reads: 4, points: 6)
    walk(map, columns: columns) { load, position in
      storeSix(
        position, columns &* 8, Kernels.gradientPoints((load(0), load(1), load(2), load(3))))
    } along: { scratch, c in
      let o = out + ((c >> 4) &* layout.panel &+ (c & 15))
      for tx in 0..<grid.tilesX {
        var s = scratch + tx &* 32
        var q = o + tx &* layout.tile
        for _ in 0..<6 {
          let y = (load8(s), load8(s + 8), load8(s + 16), load8(s + 24))
          storeSix(q, layout.plane, Kernels.gradientPoints(y))
          s += columns &* 8
          q += 6 &* layout.plane
        }
      }
    }
  }

  /// Walks eight channels at a time: `down` for every column of every image, then `along`.
  @inline(__always)
  func walk(
    _ map: SourceMap, columns: Int,
    down: (_ load: (Int) -> F8, _ to: MutableFloatPointer) -> Void,
    along: (_ scratch: MutableFloatPointer, _ c: Int) -> Void
  ) {
    let (first, ty) = grid.place(tileRow)
    // Columns between and beside images stay zero for all channels.
    zero(scratch, map.points &* 8 &* columns)
    var c = 0
    while c < channels {
      let lanes = min(8, channels &- c)
      for mx in 0..<grid.across where first &+ mx < grid.images {
        let rows = SourceRows(self, map, top: map.step &* ty &- map.lead, column: mx, first: first)
        let start = mx &* map.pitchX &+ map.lead
        let count = min(map.width, columns &- start)
        var position = scratch + start &* 8
        var offset = c
        // The usual case has no test inside the loop.
        if lanes == 8, rows.isWhole {
          for _ in 0..<max(0, count) {
            down({ load8(rows.pointer($0) + offset) }, position)
            position += 8
            offset &+= channels
          }
        } else {
          for _ in 0..<max(0, count) {
            down({ rows.load($0, offset, lanes) }, position)
            position += 8
            offset &+= channels
          }
        }
      }
      along(scratch, c)
      c &+= 8
    }
  }
}

/// A map from which rows of tiles are made.
struct SourceMap {
  let height: Int
  let width: Int
  /// The distance between images of a mosaic.
  let pitchY: Int
  let pitchX: Int
  /// The distance between tiles, and the zero rows and columns before the map.
  let step: Int
  let lead: Int
  /// The rows that a tile reads, and the points that they become.
  let reads: Int
  let points: Int
}

/// The up to nine rows of a map from which a row of tiles is made; a missing row reads as zeros.
struct SourceRows {
  private var rows:
    (
      FloatPointer?, FloatPointer?, FloatPointer?, FloatPointer?, FloatPointer?, FloatPointer?,
      FloatPointer?, FloatPointer?, FloatPointer?
    )
  /// Whether no row is missing.
  let isWhole: Bool

  init(_ row: WinogradRow, _ map: SourceMap, top: Int, column: Int, first: Int) {
    let find = { (i: Int) -> FloatPointer? in
      guard i < map.reads else { return row.source }
      return row.grid.row(
        top &+ i, of: map.height, pitch: map.pitchY, column: column, first: first
      ).map {
        row.source + (($0.image &* map.height &+ $0.y) &* map.width) &* row.channels
      }
    }
    rows = (find(0), find(1), find(2), find(3), find(4), find(5), find(6), find(7), find(8))
    isWhole =
      rows.0 != nil && rows.1 != nil && rows.2 != nil && rows.3 != nil && rows.4 != nil
      && rows.5 != nil && rows.6 != nil && rows.7 != nil && rows.8 != nil
  }

  @inline(__always)
  private func row(_ i: Int) -> FloatPointer? {
    switch i {
    case 0: rows.0
    case 1: rows.1
    case 2: rows.2
    case 3: rows.3
    case 4: rows.4
    case 5: rows.5
    case 6: rows.6
    case 7: rows.7
    default: rows.8
    }
  }

  /// Precondition: the row is there.
  @inline(__always)
  func pointer(_ i: Int) -> FloatPointer { row(i).unsafelyUnwrapped }

  @inline(__always)
  func load(_ i: Int, _ offset: Int, _ lanes: Int) -> F8 {
    guard let p = row(i) else { return F8.zero }
    return load8(p + offset, lanes: lanes)
  }
}
