import Images
import Tensors

/// Which view of which sample is wanted.
public struct ViewRequest: Sendable, Equatable {
  /// The sample's index.
  public var sample: Int
  /// The view, 0 for the first.
  public var view: Int
  /// The 0-based epoch.
  public var epoch: Int
  /// The step in the epoch.
  public var step: Int
  /// The place of the sample in the batch.
  public var position: Int
  /// The thread that works on it, 0…; picks working memory.
  public var worker: Int

  /// Makes a request.
  public init(sample: Int, view: Int, epoch: Int, step: Int = 0, position: Int = 0, worker: Int = 0)
  {
    self.sample = sample
    self.view = view
    self.epoch = epoch
    self.step = step
    self.position = position
    self.worker = worker
  }
}

/// Makes one view of one sample; called by several threads at once.
///
/// The values depend on sample, view, epoch, step and position, never on the worker.
public protocol ViewMaker: Sendable {
  /// The shape of a view, [H, W, C].
  var viewShape: [Int] { get }
  /// Writes a view as Float32 [H, W, C] and returns what was drawn for it, nil when nothing was.
  func makeView(_ request: ViewRequest, into target: UnsafeMutablePointer<Float>) throws
    -> ViewParameters?
}

/// Randomly augmented views of images; the epoch and the view's number are part of the draw.
public final class AugmentedViews: ViewMaker {
  /// The shape of a view, [H, W, 3].
  public let viewShape: [Int]
  /// The images.
  public let images: ImageDataset
  /// The operations and their ranges.
  public let augmentation: Augmentation
  /// The session's seed.
  public let seed: UInt64
  private let scratches: Scratches

  /// Working memory, one for each worker; no two threads use the same one.
  private struct Scratches: @unchecked Sendable {
    let all: [ImageScratch]
  }

  /// Makes the views of images.
  ///
  /// Throws: `DatasetError` when the images are floats, which cannot be augmented, or
  /// `AugmentationError` when a range is wrong.
  public init(images: ImageDataset, augmentation: Augmentation, seed: UInt64, workers: Int) throws {
    guard images.isBytes else {
      throw DatasetError(
        "cannot augment '\(images.name)': expected uint8 images, found float images",
        suggestion: "augment none")
    }
    try augmentation.validate()
    self.images = images
    self.augmentation = augmentation
    self.seed = seed
    let size = augmentation.outputSize
    viewShape = [size ?? images.height, size ?? images.width, 3]
    scratches = Scratches(all: (0..<max(1, workers)).map { _ in ImageScratch() })
  }

  /// Writes a view; it is drawn from (seed, sample, epoch, view).
  public func makeView(_ request: ViewRequest, into target: UnsafeMutablePointer<Float>) throws
    -> ViewParameters?
  {
    let parameters = augmentation.sample(
      seed: seed, sample: request.sample, epoch: request.epoch, view: request.view,
      width: images.width, height: images.height)
    render(parameters, of: request.sample, worker: request.worker, into: target)
    return parameters
  }

  /// Writes the view of an image that given parameters describe.
  func render(
    _ parameters: ViewParameters, of sample: Int, worker: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    images.withBytes(of: sample) { bytes in
      guard let base = bytes.baseAddress else { return }
      parameters.render(
        base, width: images.width, height: images.height, mean: images.mean, std: images.std,
        into: target, scratch: scratches.all[worker])
    }
  }
}

/// Images as they are, normalised; every view of a sample is the same.
public struct PlainViews: ViewMaker {
  /// The images.
  public let images: ImageDataset

  /// Makes the views of images.
  public init(images: ImageDataset) {
    self.images = images
  }

  /// The shape of a view, [H, W, C].
  public var viewShape: [Int] { [images.height, images.width, images.channels] }

  /// Writes an image.
  public func makeView(_ request: ViewRequest, into target: UnsafeMutablePointer<Float>)
    -> ViewParameters?
  {
    images.writeNormalized(request.sample, into: target)
    return nil
  }
}

/// Views of points: a uniformly drawn neighbour, the point itself included.
public struct NeighbourViews: ViewMaker {
  /// The points.
  public let points: PointSet
  /// The session's seed.
  public let seed: UInt64

  /// Makes the views of points.
  public init(points: PointSet, seed: UInt64) {
    self.points = points
    self.seed = seed
  }

  /// The shape of a view, [1, 1, 2].
  public var viewShape: [Int] { [1, 1, 2] }

  /// Writes the coordinates of a neighbour, drawn from (seed, sample, epoch, view).
  public func makeView(_ request: ViewRequest, into target: UnsafeMutablePointer<Float>)
    -> ViewParameters?
  {
    var random = RandomStream(
      seed: seed, stream: .augmentation, view: request.view, sample: request.sample,
      epoch: request.epoch)
    let near = points.neighbours[request.sample]
    // NaN coordinates have no neighbours; such a point is its own view.
    let chosen = near.isEmpty ? request.sample : near[random.integer(below: near.count)]
    target[0] = points.points[2 * chosen]
    target[1] = points.points[2 * chosen + 1]
    return nil
  }
}

/// Views as they were recorded.
public struct RecordedViews: ViewMaker {
  /// The recorded epochs.
  public let batches: RecordedBatches

  /// Makes the views of recorded batches.
  public init(batches: RecordedBatches) {
    self.batches = batches
  }

  /// The shape of a view, [H, W, C].
  public var viewShape: [Int] { [batches.height, batches.width, batches.channels] }

  /// Writes a recorded view, found by epoch, step and position.
  ///
  /// Throws: `DatasetError` after the last recorded epoch.
  public func makeView(_ request: ViewRequest, into target: UnsafeMutablePointer<Float>) throws
    -> ViewParameters?
  {
    let start = try batches.place(epoch: request.epoch, step: request.step) + request.position
    let views = request.view == 0 ? batches.view1 : batches.view2
    views.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      target.update(from: base + start * batches.viewSize, count: batches.viewSize)
    }
    return nil
  }
}
