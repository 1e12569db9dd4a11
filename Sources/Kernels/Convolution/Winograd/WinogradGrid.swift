/// Where the tiles of a 3×3 convolution of stride 1 or 2 lie.
///
/// Maps whose sides are no multiple of 4 are laid out as a mosaic: `down` × `across` images side by
/// side with a pitch of one map and its padding, so that tiles run over the borders between images
/// and few of their outputs are wasted (a 5×5 map alone would fill 25 of 64). Columns and rows
/// between the images read as zeros and are not written.
struct WinogradGrid: Sendable, Hashable {
  /// The source map of the convolution, its zero border, and the output map.
  let h: Int
  let w: Int
  let oh: Int
  let ow: Int
  let padding: Int
  let images: Int
  /// The images of one mosaic, and the distance between them in outputs of the convolution.
  let down: Int
  let across: Int
  let pitchY: Int
  let pitchX: Int
  /// The tiles of one mosaic.
  let tilesY: Int
  let tilesX: Int
  let mosaics: Int

  /// Lays out `n` images; stride 1 takes a padding of 0…2, stride 2 of 1.
  init(n: Int, h: Int, w: Int, padding: Int, stride: Int = 1) {
    self.h = h
    self.w = w
    self.padding = padding
    images = n
    oh = (h + 2 * padding - 3) / stride + 1
    ow = (w + 2 * padding - 3) / stride + 1
    // Far enough apart that the border of one image lies on no other.
    let y = Self.axis(output: oh, pitch: (h + padding + stride - 1) / stride, images: n)
    let x = Self.axis(
      output: ow, pitch: (w + padding + stride - 1) / stride, images: max(1, n / y.images))
    (down, pitchY, tilesY) = y
    (across, pitchX, tilesX) = x
    mosaics = (n + down * across - 1) / (down * across)
  }

  /// Chooses 1, 2 or 4 images along an axis by the tiles that an image then costs.
  private static func axis(
    output: Int, pitch: Int, images: Int
  ) -> (images: Int, pitch: Int, tiles: Int) {
    var best = (images: 1, pitch: pitch, tiles: (output + 3) / 4)
    for count in [2, 4] where count <= images {
      let tiles = ((count - 1) * pitch + output + 3) / 4
      // A wide mosaic needs a wide scratch, so it must save a twentieth of the tiles.
      if 20 * tiles * best.images < 19 * best.tiles * count { best = (count, pitch, tiles) }
    }
    return best
  }

  /// The number of rows of tiles over all mosaics.
  var tileRows: Int { mosaics * tilesY }

  /// The first image of the mosaic of a row of tiles, and the row within the mosaic.
  @inline(__always)
  func place(_ tileRow: Int) -> (first: Int, ty: Int) {
    let mosaic = tileRow / tilesY
    return (mosaic &* down &* across, tileRow &- mosaic &* tilesY)
  }

  /// The image and row that row `v` of a mosaic shows, of maps `rows` high that lie `pitch` apart.
  ///
  /// Returns nil for a row between images, or of an image that does not exist.
  @inline(__always)
  func row(_ v: Int, of rows: Int, pitch: Int, column mx: Int, first: Int) -> (
    image: Int, y: Int
  )? {
    guard v >= 0 else { return nil }
    let my = v / pitch
    let y = v &- my &* pitch
    let image = first &+ my &* across &+ mx
    guard my < down, y < rows, image < images else { return nil }
    return (image, y)
  }
}
