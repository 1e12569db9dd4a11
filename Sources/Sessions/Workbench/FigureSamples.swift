import Datasets
import Images
import Kernels
import Tensors

/// Which samples a figure shows.
public enum FigureSet: String, Sendable, CaseIterable {
  /// Training samples, in eval mode and without augmentation.
  case train
  /// Test images, likewise.
  case test
  /// Both views of the last step's batch, from its forward pass before its update.
  case batch
  /// Both stored views of the probe images, in eval mode.
  case probe
}

/// The samples that a figure shows, in the order of its rows or nodes.
public struct FigureSamples: Sendable, Equatable {
  /// The data set index of each.
  public var ids: [Int]
  /// The view of each, 0 or 1; empty when images are shown without augmentation.
  public var views: [Int] = []
  /// The class of each, nil where unknown.
  public var labels: [Int?]
  /// A picture of each, nil for samples that are not images.
  public var thumbnails: [RGBImage?]
  /// The names of the classes.
  public var classNames: [String] = []

  /// The number of samples.
  public var count: Int { ids.count }

  /// The labels, when all are known.
  public var knownLabels: [Int]? {
    let known = labels.compactMap { $0 }
    return known.count == labels.count ? known : nil
  }

  /// Returns the samples at some places, in that order.
  func selecting(_ places: [Int]) -> FigureSamples {
    FigureSamples(
      ids: places.map { ids[$0] }, views: views.isEmpty ? [] : places.map { views[$0] },
      labels: places.map { labels[$0] }, thumbnails: places.map { thumbnails[$0] },
      classNames: classNames)
  }

  /// Returns `wanted` places of `count`, as even over the classes as can be, in ascending order.
  ///
  /// Each class's members are drawn from the stream (seed, analysis, class); classes take turns, in
  /// an order drawn likewise when there are more classes than places. The same call gives the same
  /// places. Precondition: `wanted` is at most `count`, and there is one label a place.
  static func balanced(
    _ wanted: Int, of count: Int, labels: [Int]?, seed: UInt64, draw: Int = 0
  ) -> [Int] {
    precondition(wanted <= count && (labels == nil || labels?.count == count), "\(wanted)")
    guard wanted < count else { return Array(0..<count) }
    let members = Dictionary(grouping: 0..<count) { labels?[$0] ?? 0 }
    var classes = members.keys.sorted()
    if classes.count > wanted {
      var stream = RandomStream(seed: seed, stream: .analysis, view: 1, epoch: draw)
      classes = stream.permutation(classes.count).map { classes[$0] }
    }
    let queues = classes.map { label in
      let places = members[label] ?? []
      var stream = RandomStream(seed: seed, stream: .analysis, sample: label, epoch: draw)
      return stream.permutation(places.count).map { places[$0] }
    }
    var chosen: [Int] = []
    var turn = 0
    while chosen.count < wanted {
      for queue in queues where turn < queue.count && chosen.count < wanted {
        chosen.append(queue[turn])
      }
      turn += 1
    }
    return chosen.sorted()
  }
}

/// Turns engine values into pictures for figures.
enum FigurePicture {
  /// Returns a picture of a normalised input [H, W, C]; nil when it is not an image.
  ///
  /// With `mean` and `std` the normalisation is undone, else the range of finite values is
  /// stretched to 0…255.
  static func make(
    _ values: UnsafePointer<Float>, height: Int, width: Int, channels: Int, mean: [Float]?,
    std: [Float]?
  ) -> RGBImage? {
    guard height > 1, width > 1, channels == 1 || channels == 3 else { return nil }
    let count = height * width * channels
    var level: (Int) -> Float
    if let mean, let std, mean.count == channels, std.count == channels {
      level = { (values[$0] * std[$0 % channels] + mean[$0 % channels]) * 255 }
    } else {
      var low = Float.infinity
      var high = -Float.infinity
      for i in 0..<count where values[i].isFinite {
        low = min(low, values[i])
        high = max(high, values[i])
      }
      let range = max(high - low, .leastNormalMagnitude)
      level = { (values[$0] - low) / range * 255 }
    }
    var pixels = [UInt8](repeating: 0, count: height * width * 3)
    for i in 0..<(height * width) {
      for c in 0..<3 {
        let value = level(i * channels + (channels == 3 ? c : 0)).rounded()
        pixels[3 * i + c] = value.isFinite ? UInt8(min(255, max(0, value))) : 0
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}
