import Datasets
import Files
import Images

/// One random view of a sample with what was drawn for it.
public struct SampleView: Sendable {
  /// The epoch whose draw it is.
  public var epoch: Int
  /// The view, 0 or 1.
  public var view: Int
  /// Crop box, flip, colours.
  public var parameters: ViewParameters
  /// The share of the image's area that the crop covers, 0…1.
  public var areaShare: Double
  /// The view's pixels.
  public var image: RGBImage
}

extension Workbench {
  /// Returns the training images.
  ///
  /// Throws: `SessionError` when the data are not images.
  public func trainingImages() throws -> ImageDataset {
    let state = try loadedData()
    guard let images = state.loaded.train else {
      throw SessionError("data '\(state.choice.name)' are not images")
    }
    return images
  }

  func checkSample(_ id: Int) throws {
    let count = try loadedData().loaded.sampleCount
    guard id >= 0, id < count else {
      throw SessionError(
        "sample \(id) is out of range: the data have samples 0…\(count - 1)", about: "ids",
        part: "\(id)")
    }
  }

  /// Returns the views of a sample that this and the next epochs draw, two an epoch.
  ///
  /// Throws: `SessionError` for a sample out of range or data that are not images.
  public func sampleViews(_ id: Int, count: Int) throws -> [SampleView] {
    let images = try trainingImages()
    try checkSample(id)
    let pipeline = pipeline()
    let source = RGBImage(
      width: images.width, height: images.height, pixels: images.thumbnail(id))
    let first = learner?.epoch ?? 0
    return (0..<count).map { i in
      let epoch = first + i / 2
      let parameters = pipeline.sample(
        seed: seed, sample: id, epoch: epoch, view: i % 2, width: images.width,
        height: images.height)
      let box = parameters.crop
      return SampleView(
        epoch: epoch, view: i % 2, parameters: parameters,
        areaShare: Double(box.width * box.height) / Double(images.width * images.height),
        image: parameters.image(of: source))
    }
  }

  /// Applies operations to images and returns uint8 [n, H, W, 3].
  ///
  /// Throws: `AugmentationError` for a crop that does not fit; `SessionError` for a sample out of
  /// range.
  public func apply(_ script: AugmentScript, to ids: [Int]) throws -> (
    array: NPYArray, text: String
  ) {
    let images = try trainingImages()
    for id in ids { try checkSample(id) }
    let size = try script.outputSize(width: images.width, height: images.height)
    let (bytes, overflow) = (ids.count * 3).multipliedReportingOverflow(
      by: size.width * size.height)
    guard !overflow, bytes <= memoryLimit else {
      throw SessionError("\(ids.count) images of \(size.height)×\(size.width) do not fit in memory")
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(bytes)
    let scratch = ImageScratch()
    for id in ids {
      let image = RGBImage(
        width: images.width, height: images.height, pixels: images.thumbnail(id))
      pixels += try script.apply(to: image, scratch: scratch).pixels
    }
    let shape = [ids.count, size.height, size.width, 3]
    return (
      NPYArray(shape: shape, uint8s: pixels),
      "uint8 [\(shape.map(String.init).joined(separator: ", "))]"
    )
  }
}
