import Datasets
import Foundation
import Kernels
import Layers
import Methods
import TestSupport
import Testing

@testable import Sessions

/// Training on recorded batches is training on the views that were recorded, bit for bit.
@Suite struct RecordedBatchesTests {
  private func configure(_ bench: Workbench, _ choice: DataChoice) throws {
    try bench.configure(data: try choice.load(memoryLimit: bench.memoryLimit)) {
      $0.seed = 3
      var backbone = BackboneChoice(.small)
      backbone.width = 4
      $0.backbone = backbone
      var method = MethodChoice(.simclr)
      method.batch = 20
      method.projector = [16, 8]
      $0.method = method
      var optimizer = OptimizerChoice(.sgd)
      optimizer.lr = 0.1
      $0.optimizer = optimizer
      $0.schedule = ScheduleChoice(.const)
    }
  }

  @Test func replayTheViewsThatTrainingWouldDraw() throws {
    try withTemporaryFolder { folder in
      var demo = DataChoice(name: "demo")
      demo.n = 100
      let drawn = Workbench(threads: 2)
      try configure(drawn, demo)
      let path = "\(folder)/views.safetensors"
      let recorded = try drawn.recordBatches(to: path, epochs: 2)
      #expect(recorded.epochs == 2 && recorded.stepsPerEpoch == 5 && recorded.batchSize == 20)
      #expect(try drawn.model().step == 0)
      _ = try drawn.train(steps: 8)

      var batches = DataChoice(name: "batches")
      batches.file = path
      let replayed = Workbench(threads: 1)
      try configure(replayed, batches)
      _ = try replayed.train(steps: 8)
      #expect(replayed.fingerprint == drawn.fingerprint)
      #expect(replayed.metrics.records == drawn.metrics.records)
      // After the recorded epochs there is nothing to train on; the state stays.
      #expect(throws: (any Error).self) { _ = try replayed.train(steps: 5) }
      #expect(try replayed.model().step == 10)
    }
  }
}
