import Images

/// A chain of operations as `augment try` takes them: `hflip(); brightness(1.2)`.
public struct AugmentScript: Sendable, Equatable {
  /// An operation and where it stands in the text.
  public struct Step: Sendable, Equatable {
    /// What is done.
    public let operation: AugmentOperation
    /// The position of its name, in characters from 0.
    public let offset: Int
  }

  /// The operations in their order; at least one.
  public let steps: [Step]

  /// Parses a chain of operations separated by `;`.
  ///
  /// Operations: `resized_crop(top,left,height,width,size=[h,w],interp=bicubic|bilinear)`,
  /// `hflip()`, `brightness(f)`, `contrast(f)`, `saturation(f)`, `hue(f)`, `grayscale()`,
  /// `blur(sigma)`, `solarize(threshold)`, `equalize()`.
  /// Throws: `AugmentationError` with the position, what was expected and what was found.
  public init(_ text: String) throws {
    var parser = AugmentScriptParser(text)
    steps = try parser.parse()
  }

  /// Returns the size of the result for an image of a size.
  ///
  /// Throws: `AugmentationError` at the operation whose crop does not fit.
  public func outputSize(width: Int, height: Int) throws -> (width: Int, height: Int) {
    var size = (width: width, height: height)
    for step in steps {
      do {
        size = try step.operation.outputSize(width: size.width, height: size.height)
      } catch let error as AugmentationError {
        throw AugmentationError(error.message, offset: step.offset)
      }
    }
    return size
  }

  /// Applies the operations to an image.
  ///
  /// Throws: `AugmentationError` if a crop does not fit, before anything is computed.
  public func apply(
    to image: RGBImage, scratch: ImageScratch = ImageScratch()
  ) throws -> RGBImage {
    _ = try outputSize(width: image.width, height: image.height)
    scratch.load(image)
    for step in steps { step.operation.apply(to: scratch) }
    return scratch.image()
  }
}
