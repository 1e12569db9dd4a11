/// What a batch source delivered.
public struct BatchInfo: Sendable, Equatable {
  /// The 0-based epoch.
  public var epoch: Int
  /// The 0-based step in the epoch.
  public var step: Int
  /// The data set index of each sample.
  public var ids: [Int]
  /// The seconds that the step waited for the data.
  public var wait: Double

  /// Makes the description of a batch.
  public init(epoch: Int, step: Int, ids: [Int], wait: Double) {
    self.epoch = epoch
    self.step = step
    self.ids = ids
    self.wait = wait
  }
}

/// Delivers batches of two views in a fixed order.
public protocol BatchSource: AnyObject {
  /// Writes the next batch's views [2N, H, W, C] and describes it.
  func next(into views: UnsafeMutableBufferPointer<Float>) throws -> BatchInfo
  /// Continues at a place: the next batch is that one.
  func seek(epoch: Int, step: Int)
}
