/// What a batch source delivered.
public struct BatchInfo: Sendable, Equatable {
  /// Where it stands in the order of the data.
  public var place: BatchPlace
  /// The data set index of each sample.
  public var ids: [Int]
  /// The seconds that the step waited for the data.
  public var wait: Double

  /// Makes the description of a batch.
  public init(place: BatchPlace, ids: [Int], wait: Double) {
    self.place = place
    self.ids = ids
    self.wait = wait
  }
}

/// Delivers batches of two views in a fixed order.
public protocol BatchSource: AnyObject {
  /// Writes the next batch's views [2N, H, W, C] and describes it.
  func next(into views: UnsafeMutableBufferPointer<Float>) throws -> BatchInfo
  /// Continues at a place: the next batch is that one.
  func seek(_ place: BatchPlace)
}
