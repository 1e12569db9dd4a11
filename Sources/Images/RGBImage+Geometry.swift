extension RGBImage {
  /// Cuts out a box and resizes it, as torchvision's `resized_crop` on a PIL image.
  ///
  /// Precondition: the box lies inside the image and the new sides are positive.
  public func resizedCrop(
    _ box: CropBox, width toWidth: Int, height toHeight: Int,
    interpolation: Interpolation = .bicubic, scratch: ImageScratch = ImageScratch()
  ) -> RGBImage {
    pixels.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return self }
      scratch.loadResized(
        base, width: width, height: height, box: box, toWidth: toWidth, toHeight: toHeight,
        interpolation: interpolation)
      return scratch.image()
    }
  }

  /// Resizes to a width and a height, with antialiasing.
  public func resized(
    width toWidth: Int, height toHeight: Int, interpolation: Interpolation,
    scratch: ImageScratch = ImageScratch()
  ) -> RGBImage {
    resizedCrop(
      CropBox(top: 0, left: 0, height: height, width: width), width: toWidth, height: toHeight,
      interpolation: interpolation, scratch: scratch)
  }

  /// Resizes the shorter side to a length (the other to `trunc(S · long / short)`), then crops.
  ///
  /// Source: torchvision's `Resize(shorter)` and `CenterCrop(crop)`.
  public func resizedShorter(
    _ shorter: Int, thenCenterCrop crop: Int, interpolation: Interpolation = .bilinear,
    scratch: ImageScratch = ImageScratch()
  ) -> RGBImage {
    let long = shorter * max(width, height) / min(width, height)
    let toWidth = width <= height ? shorter : long
    let toHeight = width <= height ? long : shorter
    let image =
      toWidth == width && toHeight == height
      ? self
      : resized(
        width: toWidth, height: toHeight, interpolation: interpolation, scratch: scratch)
    return image.centerCropped(width: crop, height: crop)
  }

  /// Cuts out the centre; where the image is smaller it is first padded with zeros.
  ///
  /// Source: torchvision's `center_crop`, which rounds half to even.
  public func centerCropped(width cropWidth: Int, height cropHeight: Int) -> RGBImage {
    let padX = max(0, cropWidth - width)
    let padY = max(0, cropHeight - height)
    // The larger half goes to the right and the bottom.
    let top = padY > 0 ? -(padY / 2) : Self.halfToEven(height - cropHeight)
    let left = padX > 0 ? -(padX / 2) : Self.halfToEven(width - cropWidth)
    return windowed(
      top: top, left: left, height: cropHeight, width: cropWidth, padding: .zero)
  }

  /// Crops the central square of a proportion of the shorter side and resizes it.
  ///
  /// Source: the SimCLR reference's `center_crop` (data_util.py), resized here as Pillow does.
  public func centerCropped(
    proportion: Double, resizedTo size: Int, interpolation: Interpolation = .bicubic,
    scratch: ImageScratch = ImageScratch()
  ) -> RGBImage {
    let side = max(1, Int((proportion * Double(min(width, height))).rounded(.toNearestOrEven)))
    let box = CropBox(
      top: (height - side + 1) / 2, left: (width - side + 1) / 2, height: side, width: side)
    return resizedCrop(
      box, width: size, height: size, interpolation: interpolation, scratch: scratch)
  }

  /// Mirrors left to right.
  public func flippedHorizontally(scratch: ImageScratch = ImageScratch()) -> RGBImage {
    scratch.load(self)
    return scratch.image(mirrored: true)
  }

  /// What stands outside the borders of an image.
  public enum Padding: String, Sendable, Codable {
    /// Black.
    case zero
    /// The image mirrored at its border samples, which are not repeated.
    case reflect
  }

  /// Pads every side, then cuts a box out of the padded image, as `RandomCrop(padding:)`.
  ///
  /// Precondition: the box lies inside the padded image; with `reflect`, the padding is below both
  /// sides.
  public func paddedCrop(padding amount: Int, mode: Padding, box: CropBox) -> RGBImage {
    precondition(
      amount >= 0 && box.fits(width: width + 2 * amount, height: height + 2 * amount),
      "crop \(box) of \(width)×\(height) padded by \(amount)")
    precondition(
      mode == .zero || amount < min(width, height), "reflection by \(amount) of \(width)×\(height)")
    return windowed(
      top: box.top - amount, left: box.left - amount, height: box.height, width: box.width,
      padding: mode)
  }

  /// Copies a window that may reach over the borders.
  private func windowed(
    top: Int, left: Int, height windowHeight: Int, width windowWidth: Int, padding: Padding
  ) -> RGBImage {
    var out = [UInt8](repeating: 0, count: windowWidth * windowHeight * 3)
    for y in 0..<windowHeight {
      guard let fromY = Self.source(top + y, count: height, padding: padding) else { continue }
      for x in 0..<windowWidth {
        guard let fromX = Self.source(left + x, count: width, padding: padding) else { continue }
        let to = 3 * (y * windowWidth + x)
        let from = 3 * (fromY * width + fromX)
        out[to] = pixels[from]
        out[to + 1] = pixels[from + 1]
        out[to + 2] = pixels[from + 2]
      }
    }
    return RGBImage(width: windowWidth, height: windowHeight, pixels: out)
  }

  private static func source(_ index: Int, count: Int, padding: Padding) -> Int? {
    if index >= 0 && index < count { return index }
    switch padding {
    case .zero: return nil
    case .reflect: return index < 0 ? -index : 2 * count - 2 - index
    }
  }

  private static func halfToEven(_ margin: Int) -> Int {
    Int((Double(margin) / 2).rounded(.toNearestOrEven))
  }
}
