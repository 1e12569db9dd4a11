import Datasets
import Layers
import Methods

extension Workbench {
  /// Writes the batches of the coming epochs, views included, as a file that `data batches` takes.
  ///
  /// The first epoch is the one that the next step belongs to, from its first step; training goes
  /// on as if nothing had been recorded.
  /// Throws: `SessionError` without data or method, or when the views exceed the memory limit;
  /// `FileError`.
  public func recordBatches(
    to path: String, epochs: Int, isCancelled: () -> Bool = { false },
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> RecordedBatches {
    let learner = try model()
    let state = try loadedData()
    guard let method = learner.configuration.method else {
      throw SessionError("no method yet", help: "method simclr")
    }
    let steps = learner.configuration.stepsPerEpoch
    let shape = state.loaded.sampleShape
    let half = method.batch * shape.reduce(1, *)
    let (floats, overflow) = (2 * half * steps).multipliedReportingOverflow(by: epochs)
    guard !overflow, floats <= memoryLimit / 8 else {
      throw SessionError(
        "the views of \(epochs) epochs of \(steps) steps exceed the memory limit of "
          + Self.gigabytes(Double(memoryLimit)))
    }
    let source = try LoaderSource(
      state.loaded, pipeline: pipeline(), batch: method.batch, seed: seed)
    source.seek(BatchPlace(epoch: learner.epoch, step: 0))
    var first: [Float] = []
    var second: [Float] = []
    var index: [Int] = []
    first.reserveCapacity(floats / 2)
    second.reserveCapacity(floats / 2)
    var views = [Float](repeating: 0, count: 2 * half)
    for done in 0..<epochs * steps {
      progress(done, epochs * steps)
      if isCancelled() { throw SessionError("stopped by the user; nothing was written") }
      let batch = try views.withUnsafeMutableBufferPointer { try source.next(into: $0) }
      first += views[..<half]
      second += views[half...]
      index += batch.ids
    }
    let recorded = try RecordedBatches(
      shape: [epochs, steps, method.batch] + shape, view1: first, view2: second, index: index,
      labels: state.loaded.labels)
    try recorded.write(to: path)
    return recorded
  }
}
