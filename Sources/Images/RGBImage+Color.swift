extension RGBImage {
  /// Applies operations to a copy through a working image.
  public func applying(
    scratch: ImageScratch = ImageScratch(), _ operations: (ImageScratch) -> Void
  ) -> RGBImage {
    scratch.load(self)
    operations(scratch)
    return scratch.image()
  }

  /// Returns `(x / 255 − mean) / std` as `[H, W, 3]` floats.
  ///
  /// Precondition: `mean` and `std` have three elements.
  public func normalized(
    mean: [Float] = [0, 0, 0], std: [Float] = [1, 1, 1], scratch: ImageScratch = ImageScratch()
  ) -> [Float] {
    scratch.load(self)
    return [Float](unsafeUninitializedCapacity: pixels.count) { buffer, initialized in
      if let base = buffer.baseAddress {
        scratch.writeNormalized(to: base, mean: mean, std: std)
      }
      initialized = pixels.count
    }
  }
}
