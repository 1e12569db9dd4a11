import Images

/// One operation of `augment try`, applied as given.
public enum AugmentOperation: Sendable, Equatable {
  /// Cut out a box and resize it.
  case resizedCrop(CropBox, width: Int, height: Int, Interpolation)
  /// Mirror left to right.
  case horizontalFlip
  /// Change the brightness, contrast, saturation or hue.
  case adjust(ColorAdjustment)
  /// Replace all channels by the luma.
  case grayscale
  /// Blur with a standard deviation in pixels.
  case blur(sigma: Double)
  /// Invert samples at or above a threshold.
  case solarize(threshold: Int)
  /// Flatten the histogram of each channel.
  case equalize

  /// The standard deviations that a blur accepts, in pixels.
  public static let sigmas = 0.001...1000.0
  /// The longest side that resizing may give, in pixels.
  public static let largestSide = 4096
  /// The largest half-width of a jitter range.
  public static let largestJitter = 1e6

  /// Returns the size of the result for an image of a size.
  ///
  /// Throws: `AugmentationError` if a crop does not fit into the image.
  public func outputSize(width: Int, height: Int) throws -> (width: Int, height: Int) {
    guard case .resizedCrop(let box, let toWidth, let toHeight, _) = self else {
      return (width, height)
    }
    guard box.fits(width: width, height: height) else {
      throw AugmentationError(
        "expected a crop inside the image of \(height) rows and \(width) columns, got "
          + "top \(box.top), left \(box.left), height \(box.height), width \(box.width)")
    }
    return (toWidth, toHeight)
  }

  /// Applies the operation to a working image.
  ///
  /// Precondition: `outputSize` accepts the image's size.
  func apply(to scratch: ImageScratch) {
    switch self {
    case .resizedCrop(let box, let width, let height, let interpolation):
      let image = scratch.image()
      image.pixels.withUnsafeBufferPointer { pixels in
        guard let base = pixels.baseAddress else { return }
        scratch.loadResized(
          base, width: image.width, height: image.height, box: box, toWidth: width,
          toHeight: height, interpolation: interpolation)
      }
    case .horizontalFlip: scratch.load(scratch.image(mirrored: true))
    case .adjust(let step): step.apply(to: scratch)
    case .grayscale: scratch.makeGrayscale()
    case .blur(let sigma): scratch.gaussianBlur(sigma: sigma)
    case .solarize(let threshold): scratch.solarize(threshold: threshold)
    case .equalize: scratch.equalize()
    }
  }
}
