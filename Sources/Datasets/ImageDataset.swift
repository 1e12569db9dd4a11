import Files
import Foundation

/// Images of one size with optional labels: the train or the test part of a data set.
///
/// Pixels are stored once, uint8 or Float32, as [N, H, W, C].
public struct ImageDataset: Sendable {
  /// How pixels are stored.
  public enum Pixels: Sendable {
    /// Levels 0…255; normalised as (x/255 − mean)/std.
    case bytes([UInt8])
    /// Values that are used as they are.
    case floats([Float])
  }

  /// The data set's name, such as `cifar10`.
  public let name: String
  /// The part: `train` or `test`.
  public let split: String
  /// The names of the classes; empty without labels.
  public let classNames: [String]
  /// The class of each image, nil when unknown.
  public let labels: [Int]?
  /// The number of images.
  public let count: Int
  /// The height in pixels.
  public let height: Int
  /// The width in pixels.
  public let width: Int
  /// The number of channels, 3.
  public let channels: Int
  /// The pixels, [N, H, W, C].
  public let pixels: Pixels
  /// The mean of each channel on the scale 0…1.
  public let mean: [Float]
  /// The standard deviation of each channel on the scale 0…1.
  public let std: [Float]
  /// A hash of shape, labels and pixels.
  public let hash: UInt64

  /// Makes a data set.
  ///
  /// Precondition: pixels, labels, mean and std have the sizes that `count` and the shape say.
  public init(
    name: String, split: String, classNames: [String], labels: [Int]?, count: Int, height: Int,
    width: Int, channels: Int = 3, pixels: Pixels, mean: [Float], std: [Float]
  ) {
    let size = count * height * width * channels
    switch pixels {
    case .bytes(let bytes): precondition(bytes.count == size, "\(bytes.count) of \(size) bytes")
    case .floats(let floats): precondition(floats.count == size, "\(floats.count) of \(size)")
    }
    precondition(labels == nil || labels?.count == count, "labels for \(count) images")
    precondition(mean.count == channels && std.count == channels, "mean and std per channel")
    self.name = name
    self.split = split
    self.classNames = classNames
    self.labels = labels
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
    self.mean = mean
    self.std = std
    hash = Self.hash([count, height, width, channels], labels, pixels)
  }

  private static func hash(_ shape: [Int], _ labels: [Int]?, _ pixels: Pixels) -> UInt64 {
    var hash = ContentHash()
    for extent in shape { hash.update(UInt64(extent)) }
    if let labels { labels.withUnsafeBytes { hash.update($0) } }
    switch pixels {
    case .bytes(let bytes): bytes.withUnsafeBytes { hash.update($0) }
    case .floats(let floats): floats.withUnsafeBytes { hash.update($0) }
    }
    return hash.finalize()
  }

  /// The number of classes; 0 without labels.
  public var classCount: Int { classNames.count }

  /// The number of values of one image.
  public var imageSize: Int { height * width * channels }

  /// Whether pixels are bytes, which augmentation needs.
  public var isBytes: Bool {
    if case .bytes = pixels { return true }
    return false
  }

  /// The number of images of each class; empty without labels.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classCount)
    for label in labels ?? [] { counts[label] += 1 }
    return counts
  }

  /// Writes one image as Float32 [H, W, C]: bytes normalised, floats as they are.
  public func writeNormalized(_ image: Int, into target: UnsafeMutablePointer<Float>) {
    precondition(image >= 0 && image < count, "image \(image) of \(count)")
    let size = imageSize
    switch pixels {
    case .bytes(let bytes):
      // The order of operations is the reference's: x/255 in Float32, minus mean, over std.
      bytes.withUnsafeBufferPointer { source in
        let start = image * size
        for channel in 0..<channels {
          let (mean, std) = (mean[channel], std[channel])
          for i in stride(from: channel, to: size, by: channels) {
            target[i] = (Float(source[start &+ i]) / 255 - mean) / std
          }
        }
      }
    case .floats(let floats):
      floats.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        target.update(from: base + image * size, count: size)
      }
    }
  }

  /// Calls a closure with the bytes of one image, [H, W, C]; nil when pixels are floats.
  public func withBytes<Result>(
    of image: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result? {
    precondition(image >= 0 && image < count, "image \(image) of \(count)")
    guard case .bytes(let bytes) = pixels else { return nil }
    return try bytes.withUnsafeBufferPointer { source in
      let start = image * imageSize
      return try body(UnsafeBufferPointer(rebasing: source[start..<(start + imageSize)]))
    }
  }

  /// Returns one image as bytes [H, W, 3] for a figure; floats are stretched to 0…255.
  public func thumbnail(_ image: Int) -> [UInt8] {
    if let bytes = withBytes(of: image, { Array($0) }) { return bytes }
    var values = [Float](repeating: 0, count: imageSize)
    values.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { writeNormalized(image, into: base) }
    }
    let finite = values.filter(\.isFinite)
    let low = finite.min() ?? 0
    let range = max((finite.max() ?? 1) - low, .leastNormalMagnitude)
    return values.map { $0.isFinite ? UInt8(min(255, max(0, ($0 - low) / range * 255))) : 0 }
  }

  /// Returns the data set with other normalisation constants.
  public func normalized(mean: [Float], std: [Float]) -> ImageDataset {
    ImageDataset(
      name: name, split: split, classNames: classNames, labels: labels, count: count,
      height: height, width: width, channels: channels, pixels: pixels, mean: mean, std: std)
  }

  /// Returns the images at places, in that order, without or with other labels.
  func selecting(_ places: [Int], labels: [Int]?, classNames: [String]) -> ImageDataset {
    let size = imageSize
    func gather<T>(_ all: [T]) -> [T] {
      [T](unsafeUninitializedCapacity: places.count * size) { target, filled in
        all.withUnsafeBufferPointer { source in
          guard let to = target.baseAddress, let from = source.baseAddress else { return }
          for (i, place) in places.enumerated() {
            (to + i * size).initialize(from: from + place * size, count: size)
          }
        }
        filled = places.count * size
      }
    }
    let chosen: Pixels
    switch pixels {
    case .bytes(let bytes): chosen = .bytes(gather(bytes))
    case .floats(let floats): chosen = .floats(gather(floats))
    }
    return ImageDataset(
      name: name, split: split, classNames: classNames, labels: labels, count: places.count,
      height: height, width: width, channels: channels, pixels: chosen, mean: mean, std: std)
  }
}
