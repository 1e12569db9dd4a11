import Foundation

/// Prepares batches ahead of the training step on threads of its own, in a fixed order.
///
/// A ring of `ahead` + 1 slots is filled in order; the consumer holds one of them. What a batch
/// holds does not depend on the number of threads. Used by one consumer at a time.
public final class Loader {
  /// The number of threads.
  public let workers: Int
  private let core: LoaderCore

  /// Starts preparing batches.
  ///
  /// - Parameters:
  ///   - order: which samples make up each step.
  ///   - maker: makes the views; must have room for `workers` workers.
  ///   - viewCount: the number of views of each sample.
  ///   - workers: the number of threads.
  ///   - ahead: how many batches may be ready before they are asked for.
  ///   - epoch: the first batch's epoch.
  ///   - step: the first batch's step in that epoch.
  public init(
    order: any BatchOrder, maker: any ViewMaker, viewCount: Int = 2, workers: Int = 1,
    ahead: Int = 3, epoch: Int = 0, step: Int = 0
  ) {
    precondition(workers >= 1 && ahead >= 1 && viewCount >= 1, "\(workers) \(ahead) \(viewCount)")
    self.workers = workers
    let core = LoaderCore(order: order, maker: maker, viewCount: viewCount, slots: ahead + 1)
    self.core = core
    core.restart(epoch: epoch, step: step)
    for worker in 0..<workers {
      // The thread holds the core, not the loader, so that the loader can be released.
      let thread = Thread { core.work(worker) }
      thread.name = "loader \(worker)"
      thread.stackSize = 1 << 20
      core.threadStarts()
      thread.start()
    }
  }

  deinit {
    core.stop()
  }

  /// Returns the next batch, waiting until it is ready.
  ///
  /// The batch before it becomes invalid. After the last step of an epoch comes the next epoch.
  /// Throws: what the order or the view maker threw for this batch; calling again throws again.
  public func next() throws -> LoadedBatch {
    try core.next()
  }

  /// Makes (epoch, step) the next batch; batches prepared so far are dropped, the held one too.
  public func seek(epoch: Int, step: Int) {
    core.restart(epoch: epoch, step: step)
  }

  /// The epoch and step of the batch that `next()` returns next.
  public var position: (epoch: Int, step: Int) {
    core.position
  }
}
