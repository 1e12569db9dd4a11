import Synchronization
import Tensors

/// Says which samples make up each step; a function of (epoch, step) alone.
public protocol BatchOrder: Sendable {
  /// The number of samples of a full step.
  var batchSize: Int { get }
  /// The number of steps of an epoch.
  var stepsPerEpoch: Int { get }
  /// Returns the number of samples of a step of an epoch; only a last step may have fewer.
  func count(step: Int) -> Int
  /// Writes the samples of a step; the buffer has `count(step:)` places.
  ///
  /// Throws: `DatasetError` when there is no such step.
  func write(epoch: Int, step: Int, into ids: UnsafeMutableBufferPointer<Int>) throws
}

/// The shuffled order of samples: each epoch's permutation depends on the seed and the epoch alone.
public final class Sampler: BatchOrder {
  /// The number of samples.
  public let sampleCount: Int
  /// The number of samples of a full step.
  public let batchSize: Int
  /// Whether an epoch's remainder is left out.
  public let dropsLast: Bool
  /// The session's seed.
  public let seed: UInt64
  /// Whether the order is random; otherwise it is 0…N−1 in every epoch.
  public let isShuffled: Bool
  /// The permutations of the epochs used last; a loader works on two at most.
  private let recent = Mutex<[(epoch: Int, order: [Int])]>([])

  /// Makes an order.
  ///
  /// Throws: `DatasetError` when the batch is larger than the data (with `dropsLast`) or a size is
  /// below 1.
  public init(
    sampleCount: Int, batchSize: Int, dropsLast: Bool = true, seed: UInt64, isShuffled: Bool = true
  ) throws {
    guard sampleCount >= 1, batchSize >= 1 else {
      throw DatasetError(
        "expected at least 1 sample and batch=1, found \(sampleCount), \(batchSize)")
    }
    guard batchSize <= sampleCount || !dropsLast else {
      throw DatasetError(
        "batch=\(batchSize): expected at most \(sampleCount), the number of samples",
        suggestion: "batch=\(sampleCount)")
    }
    self.sampleCount = sampleCount
    self.batchSize = batchSize
    self.dropsLast = dropsLast
    self.seed = seed
    self.isShuffled = isShuffled
  }

  /// The number of steps of an epoch.
  public var stepsPerEpoch: Int {
    dropsLast ? sampleCount / batchSize : (sampleCount + batchSize - 1) / batchSize
  }

  /// Returns the number of samples of a step.
  public func count(step: Int) -> Int {
    min(batchSize, sampleCount - step * batchSize)
  }

  /// Returns the order of an epoch; with `dropsLast` the tail of it is not used.
  public func order(epoch: Int) -> [Int] {
    guard isShuffled else { return Array(0..<sampleCount) }
    return recent.withLock { recent in
      if let known = recent.first(where: { $0.epoch == epoch }) { return known.order }
      var random = RandomStream(seed: seed, stream: .order, epoch: epoch)
      let order = random.permutation(sampleCount)
      if recent.count > 1 { recent.removeFirst() }
      recent.append((epoch, order))
      return order
    }
  }

  /// Writes the samples of a step.
  public func write(epoch: Int, step: Int, into ids: UnsafeMutableBufferPointer<Int>) {
    precondition(step >= 0 && step < stepsPerEpoch, "step \(step) of \(stepsPerEpoch)")
    let order = order(epoch: epoch)
    for i in 0..<ids.count { ids[i] = order[step * batchSize + i] }
  }
}

extension RecordedBatches: BatchOrder {
  /// Returns the number of samples of a step, which is always B.
  public func count(step: Int) -> Int { batchSize }

  /// Writes the samples of a step.
  ///
  /// Throws: `DatasetError` after the last recorded epoch.
  public func write(epoch: Int, step: Int, into ids: UnsafeMutableBufferPointer<Int>) throws {
    let start = try place(epoch: epoch, step: step)
    for i in 0..<ids.count { ids[i] = index[start + i] }
  }
}
