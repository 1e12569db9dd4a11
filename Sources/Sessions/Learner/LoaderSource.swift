import Datasets

/// Feeds a learner from a loader that works ahead on its own threads.
final class LoaderSource: BatchSource {
  private let loader: Loader
  /// The batch that was delivered last; valid until the next one is asked for.
  private(set) var last: LoadedBatch?

  /// Starts loading two views of every sample of the data.
  ///
  /// Throws: what the sampler or the view maker throws for data that do not fit.
  init(_ data: LoadedData, pipeline: Augmentation, batch: Int, seed: UInt64) throws {
    let threads = 1
    let order: any BatchOrder
    let maker: any ViewMaker
    switch data.content {
    case .images(let train, _):
      order = try Sampler(sampleCount: train.count, batchSize: batch, seed: seed)
      maker =
        pipeline == .none
        ? PlainViews(images: train)
        : try AugmentedViews(images: train, augmentation: pipeline, seed: seed, workers: threads)
    case .points(let points):
      order = try Sampler(sampleCount: points.count, batchSize: batch, seed: seed)
      maker = NeighbourViews(points: points, seed: seed)
    case .batches(let batches):
      order = batches
      maker = RecordedViews(batches: batches)
    }
    loader = Loader(order: order, maker: maker, workers: threads)
  }

  func seek(_ place: BatchPlace) {
    last = nil
    loader.seek(epoch: place.epoch, step: place.step)
  }

  func next(into views: UnsafeMutableBufferPointer<Float>) throws -> BatchInfo {
    let batch = try loader.next()
    precondition(batch.views.count == views.count, "\(batch.views.count) of \(views.count) floats")
    _ = views.update(fromContentsOf: batch.views)
    last = batch
    return BatchInfo(
      place: BatchPlace(epoch: batch.epoch, step: batch.step), ids: batch.ids,
      wait: batch.waitedSeconds)
  }
}
