import WinogradFormulas

#if arch(x86_64)
  import KernelsAVX512
#endif

/// The number of floats of scratch in which a row of tiles of a grid becomes points or values: those
/// of its columns, and a row of zeros.
func winogradScratch(_ grid: WinogradGrid, channels: Int) -> Int {
  pointScratch(grid) + max(grid.w, grid.ow) * channels + 8
}

private func pointScratch(_ grid: WinogradGrid) -> Int {
  9 * (usesWideTiles ? 16 : 8) * (8 * grid.tilesX + 3)
}

/// Channels rounded up to whole vectors.
@inline(__always)
func wholeVectors(_ channels: Int) -> Int { (channels + 7) / 8 * 8 }

/// One row of tiles of a map on its way to points: Bᵀ d B of an input, A y Aᵀ of a gradient.
///
/// It is done in two passes through a scratch that stays in the L1 cache: down the columns of the
/// map, each once although neighbouring tiles share some of them, then along tiles.
struct WinogradRow {
  private let transform: PointTransform
  private let tiles: Int
  /// The columns of the map that the row of tiles reads.
  private let columns: Int
  private let channels: Int
  private let scratch: MutableFloatPointer
  private let grid: WinogradGrid
  private let map: SourceMap
  private let tileRow: Int

  /// Makes row `tileRow` of a grid's map that begins at `source`; `scratch` holds
  /// `winogradScratch` floats.
  init(
    _ transform: PointTransform, grid: WinogradGrid, tileRow: Int, source: FloatPointer,
    channels: Int, scratch: MutableFloatPointer
  ) {
    self.transform = transform
    self.grid = grid
    self.tileRow = tileRow
    self.channels = channels
    self.scratch = scratch
    tiles = grid.tilesX
    columns = transform.step &* (tiles &- 1) &+ transform.reads
    map = SourceMap(
      transform, grid, source: source, channels: channels, zeros: scratch + pointScratch(grid))
  }

  /// Writes the points of every tile of the row, the first at tile 0 of `out`.
  func write(to out: MutableFloatPointer, _ layout: PointLayout) {
    withUnsafeTemporaryAllocation(of: SourceSegment.self, capacity: grid.across) { segments in
      let count = findSegments(segments)
      var c = 0
      #if arch(x86_64)
        if usesWideTiles, channels >= 16 {
          clearBetween(segments, count, lanes: 16)
          while c &+ 16 <= channels {
            for i in 0..<count {
              wideColumns(
                transform, segments[i].rows.offset(by: c), count: segments[i].count,
                step: channels, to: scratch + segments[i].start &* 16, pointStep: columns &* 16)
            }
            wideTiles(
              transform, scratch, rowStep: columns &* 16, tiles: tiles,
              to: out + (c >> 4) &* layout.panel, tileStep: layout.tile, plane: layout.plane)
            c &+= 16
          }
        }
      #endif
      guard c < channels else { return }
      clearBetween(segments, count, lanes: 8)
      transform.specialized { transform in
        while c < channels {
          for i in 0..<count { down(transform, segments[i], c) }
          along(transform, to: out + ((c >> 4) &* layout.panel &+ (c & 15)), layout)
          c &+= 8
        }
      }
    }
  }

  /// Turns the columns of one image, eight channels of them, into columns of points.
  @inline(__always)
  private func down(_ transform: PointTransform, _ segment: SourceSegment, _ c: Int) {
    let lanes = min(8, channels &- c)
    let rows = segment.rows
    let pointStep = columns &* 8
    var position = scratch + segment.start &* 8
    var offset = c
    // The usual case has no test inside the loop.
    if lanes == 8 {
      for _ in 0..<segment.count {
        transform.points({ load8(rows[$0] + offset) }, { store8(position + $0 &* pointStep, $1) })
        position += 8
        offset &+= channels
      }
    } else {
      for _ in 0..<segment.count {
        transform.points(
          { load8(rows[$0] + offset, lanes: lanes) }, { store8(position + $0 &* pointStep, $1) })
        position += 8
        offset &+= channels
      }
    }
  }

  /// Turns rows of points of columns into the points of tiles.
  @inline(__always)
  private func along(
    _ transform: PointTransform, to out: MutableFloatPointer, _ layout: PointLayout
  ) {
    for tx in 0..<tiles {
      var s = FloatPointer(scratch) + tx &* transform.step &* 8
      var q = out + tx &* layout.tile
      for _ in 0..<transform.points {
        transform.points({ load8(s + $0 &* 8) }, { store8(q + $0 &* layout.plane, $1) })
        s += columns &* 8
        q += transform.points &* layout.plane
      }
    }
  }

  /// Finds the images that the row shows; returns how many.
  private func findSegments(_ segments: UnsafeMutableBufferPointer<SourceSegment>) -> Int {
    let (first, ty) = grid.place(tileRow)
    var count = 0
    for mx in 0..<grid.across where first &+ mx < grid.images {
      let start = mx &* map.pitchX &+ map.lead
      segments.initializeElement(
        at: count,
        to: SourceSegment(
          rows: map.rows(transform, grid, top: transform.step &* ty &- map.lead, mx, first),
          start: start, count: max(0, min(map.width, columns &- start))))
      count &+= 1
    }
    return count
  }

  /// Makes the columns between and beside the images zero.
  private func clearBetween(
    _ segments: UnsafeMutableBufferPointer<SourceSegment>, _ count: Int, lanes: Int
  ) {
    var column = 0
    for i in 0...count {
      let end = i < count ? min(columns, segments[i].start) : columns
      if column < end {
        for point in 0..<transform.points {
          zero(scratch + (point &* columns &+ column) &* lanes, (end &- column) &* lanes)
        }
      }
      if i < count { column = max(column, segments[i].start &+ segments[i].count) }
    }
  }
}

/// The columns of a row of tiles that show one image.
private struct SourceSegment {
  let rows: SourceRows
  /// The first of them in the scratch, and their number.
  let start: Int
  let count: Int
}
