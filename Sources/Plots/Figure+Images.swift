import Images

extension Figure {
  /// Returns the figure as a PNG file.
  ///
  /// - Parameter text: Entries for the file's text chunks, such as the command, the seed and the
  ///   fingerprint; the alternative text and the caption are added under `Description` and
  ///   `Caption` unless entries of those names are given.
  /// - Returns: The bytes of the file.
  /// - Throws: `PlotError` for a figure that is too large, `ImageError` for text that PNG cannot
  ///   hold.
  public func png(text: [PNG.TextEntry] = []) throws -> [UInt8] {
    var entries = text
    for (key, value) in [("Description", altText), ("Caption", caption)]
    where !entries.contains(where: { $0.key == key }) {
      entries.append(PNG.TextEntry(key: key, value: value))
    }
    return try PNG.encode(
      pixels: pixels(), width: pixelWidth, height: pixelHeight, channels: .rgb, text: entries,
      dpi: dpi)
  }

  /// Returns the figure as an image.
  ///
  /// - Throws: `PlotError.tooLarge`.
  public func image() throws -> RGBImage {
    try RGBImage(width: pixelWidth, height: pixelHeight, pixels: pixels())
  }
}

extension Bitmap {
  /// Makes a picture from a decoded or augmented image, or nothing if it has no pixels.
  public init?(_ image: RGBImage) {
    self.init(width: image.width, height: image.height, pixels: image.pixels)
  }
}
