/// Where a model in training stands: with tensors, seed and choices, its whole state.
struct TrainingCounters: Sendable, Equatable {
  /// The number of completed steps.
  var step = 0
  /// The number of completed epochs: the 0-based epoch that the next step belongs to.
  var epoch = 0
  /// The number of completed steps of the present epoch.
  var stepInEpoch = 0
  /// The number of completed steps when the optimizer's state was last zero.
  var optimizerStart = 0
  /// The batch that every step takes; nil for the next one in order.
  var pin: BatchPlace?

  /// The place of the next batch in order.
  var place: BatchPlace { BatchPlace(epoch: epoch, step: stepInEpoch) }
}

/// The place of a batch in the order of the data, from which its images and views follow.
public struct BatchPlace: Sendable, Hashable, Codable {
  /// The 0-based epoch.
  public var epoch: Int
  /// The 0-based step in the epoch.
  public var step: Int

  /// Makes a place.
  public init(epoch: Int, step: Int) {
    self.epoch = epoch
    self.step = step
  }
}
