import WinogradFormulas

/// A map from which rows of tiles are made.
struct SourceMap {
  private let source: FloatPointer
  private let channels: Int
  /// A row of zeros.
  private let zeros: MutableFloatPointer
  private let height: Int
  let width: Int
  /// The distance between images of a mosaic.
  private let pitchY: Int
  let pitchX: Int
  /// The zero rows and columns before the map.
  let lead: Int

  init(
    _ transform: PointTransform, _ grid: WinogradGrid, source: FloatPointer, channels: Int,
    zeros: MutableFloatPointer
  ) {
    self.source = source
    self.channels = channels
    self.zeros = zeros
    height = transform.isOfInput ? grid.h : grid.oh
    width = transform.isOfInput ? grid.w : grid.ow
    let scale = transform == .halving ? 2 : 1
    pitchY = scale &* grid.pitchY
    pitchX = scale &* grid.pitchX
    lead = transform.isOfInput ? grid.padding : 0
  }

  /// The rows from `top` on of the images in column `column` of a mosaic; where there is no row,
  /// zeros.
  func rows(
    _ transform: PointTransform, _ grid: WinogradGrid, top: Int, _ column: Int, _ first: Int
  ) -> SourceRows {
    var isMissing = false
    let find = { (i: Int) -> FloatPointer in
      guard i < transform.reads else { return FloatPointer(zeros) }
      guard let at = grid.row(top &+ i, of: height, pitch: pitchY, column: column, first: first)
      else {
        isMissing = true
        return FloatPointer(zeros)
      }
      return source + ((at.image &* height &+ at.y) &* width) &* channels
    }
    let rows = SourceRows(
      pointers: (find(0), find(1), find(2), find(3), find(4), find(5), find(6), find(7), find(8)))
    if isMissing { zero(zeros, width &* channels) }
    return rows
  }
}

/// The up to nine rows of a map from which a row of tiles is made.
struct SourceRows {
  let pointers: NineRows

  @inline(__always)
  subscript(_ i: Int) -> FloatPointer { row(pointers, i) }

  /// The same rows, some floats on.
  @inline(__always)
  func offset(by floats: Int) -> NineRows {
    let p = pointers
    return (
      p.0 + floats, p.1 + floats, p.2 + floats, p.3 + floats, p.4 + floats, p.5 + floats,
      p.6 + floats, p.7 + floats, p.8 + floats
    )
  }
}
