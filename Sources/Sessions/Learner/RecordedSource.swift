import Datasets

/// Replays recorded batches in their order; after the last epoch the next batch is an error.
final class RecordedSource: BatchSource {
  private let batches: RecordedBatches
  private var epoch = 0
  private var step = 0

  init(_ batches: RecordedBatches) { self.batches = batches }

  func seek(epoch: Int, step: Int) {
    self.epoch = epoch
    self.step = step
  }

  func next(into views: UnsafeMutableBufferPointer<Float>) throws -> BatchInfo {
    let ids = try batches.ids(epoch: epoch, step: step)
    let size = batches.viewSize * batches.batchSize
    let start = (epoch * batches.stepsPerEpoch + step) * size
    precondition(views.count == 2 * size, "\(views.count) floats for two views of \(size)")
    for i in 0..<size {
      views[i] = batches.view1[start + i]
      views[size + i] = batches.view2[start + i]
    }
    defer {
      step += 1
      if step == batches.stepsPerEpoch {
        step = 0
        epoch += 1
      }
    }
    return BatchInfo(epoch: epoch, step: step, ids: ids, wait: 0)
  }
}
