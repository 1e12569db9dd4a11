import Images

/// What was drawn for one view of one image: everything that computing its pixels needs.
public struct ViewParameters: Sendable, Equatable, Codable {
  /// The part of the image that the view shows.
  public var crop: CropBox
  /// The columns of the view.
  public var width: Int
  /// The rows of the view.
  public var height: Int
  /// How the crop is resized.
  public var interpolation: Interpolation = .bicubic
  /// The steps of the colour jitter in their order; empty when it is not applied.
  public var jitter = ColorJitter()
  /// Whether the view is grey.
  public var isGrayscale = false
  /// The standard deviation of the blur in pixels, nil without blur.
  public var blurSigma: Double?
  /// The threshold of solarizing, nil without it.
  public var solarizeThreshold: Int?
  /// Whether the histograms are equalized.
  public var isEqualized = false
  /// Whether the view is mirrored left to right.
  public var isFlipped = false

  /// Makes the parameters of a view that shows a box at a size and changes nothing else.
  public init(crop: CropBox, width: Int, height: Int) {
    self.crop = crop
    self.width = width
    self.height = height
  }

  /// Computes the view into the working image, but for the flip, which writing it out does.
  private func compute(
    _ image: UnsafePointer<UInt8>, width imageWidth: Int, height imageHeight: Int,
    scratch: ImageScratch
  ) {
    scratch.loadResized(
      image, width: imageWidth, height: imageHeight, box: crop, toWidth: width, toHeight: height,
      interpolation: interpolation)
    for step in jitter { step.apply(to: scratch) }
    if isGrayscale { scratch.makeGrayscale() }
    if let blurSigma { scratch.gaussianBlur(sigma: blurSigma) }
    if let solarizeThreshold { scratch.solarize(threshold: solarizeThreshold) }
    if isEqualized { scratch.equalize() }
  }

  /// Writes the view of `[H, W, 3]` samples as `(x / 255 − mean) / std` in `[h, w, 3]` floats.
  ///
  /// Precondition: the crop lies inside the image; `mean` and `std` have three elements; `out` has
  /// room for `height · width · 3` floats.
  public func render(
    _ image: UnsafePointer<UInt8>, width imageWidth: Int, height imageHeight: Int,
    mean: [Float], std: [Float], into out: UnsafeMutablePointer<Float>, scratch: ImageScratch
  ) {
    compute(image, width: imageWidth, height: imageHeight, scratch: scratch)
    scratch.writeNormalized(to: out, mean: mean, std: std, mirrored: isFlipped)
  }

  /// Returns the view of `[H, W, 3]` samples as an 8-bit image.
  ///
  /// Precondition: the crop lies inside the image.
  public func image(
    _ image: UnsafePointer<UInt8>, width imageWidth: Int, height imageHeight: Int,
    scratch: ImageScratch = ImageScratch()
  ) -> RGBImage {
    compute(image, width: imageWidth, height: imageHeight, scratch: scratch)
    return scratch.image(mirrored: isFlipped)
  }

  /// Returns the view of an image as an 8-bit image.
  ///
  /// Precondition: the crop lies inside the image.
  public func image(
    of source: RGBImage, scratch: ImageScratch = ImageScratch()
  ) -> RGBImage {
    source.pixels.withUnsafeBufferPointer { pixels in
      guard let base = pixels.baseAddress else { return source }
      return image(base, width: source.width, height: source.height, scratch: scratch)
    }
  }
}
