/// A prepared batch: the views of its samples, in memory that the loader reuses.
///
/// It is valid until the loader's next `next()` or `seek`; copy what must live longer.
public final class LoadedBatch {
  /// The 0-based epoch.
  public internal(set) var epoch = 0
  /// The step in the epoch.
  public internal(set) var step = 0
  /// The number of samples.
  public internal(set) var count = 0
  /// The number of views of each sample.
  public let viewCount: Int
  /// The shape of one view, [H, W, C].
  public let viewShape: [Int]
  /// How long the consumer waited for this batch, in seconds.
  public internal(set) var waitedSeconds = 0.0

  let viewSize: Int
  let idStorage: UnsafeMutableBufferPointer<Int>
  let viewStorage: UnsafeMutablePointer<Float>
  let parameterStorage: UnsafeMutableBufferPointer<ViewParameters?>

  init(batchSize: Int, viewCount: Int, viewShape: [Int]) {
    self.viewCount = viewCount
    self.viewShape = viewShape
    viewSize = viewShape.reduce(1, *)
    idStorage = .allocate(capacity: batchSize)
    idStorage.initialize(repeating: 0)
    let values = viewCount * batchSize * viewSize
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(1, values) * 4, alignment: 64)
    viewStorage = raw.initializeMemory(as: Float.self, repeating: 0, count: values)
    parameterStorage = .allocate(capacity: viewCount * batchSize)
    parameterStorage.initialize(repeating: nil)
  }

  deinit {
    idStorage.deallocate()
    viewStorage.deallocate()
    parameterStorage.deinitialize()
    parameterStorage.deallocate()
  }

  /// The samples, in the order of the batch.
  public var ids: [Int] { Array(idStorage[0..<count]) }

  /// All views, [V·B, H, W, C]: the first view of every sample, then the second.
  public var views: UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: viewStorage, count: viewCount * count * viewSize)
  }

  /// The views of all samples of one number, [B, H, W, C].
  public func views(_ view: Int) -> UnsafeBufferPointer<Float> {
    precondition(view >= 0 && view < viewCount, "view \(view) of \(viewCount)")
    return UnsafeBufferPointer(
      start: viewStorage + view * count * viewSize, count: count * viewSize)
  }

  /// Returns what was drawn for a view (crop box, flip, colours), nil when nothing was.
  public func parameters(view: Int, position: Int) -> ViewParameters? {
    precondition(view >= 0 && view < viewCount && position >= 0 && position < count)
    return parameterStorage[view * count + position]
  }
}
