import Datasets
import Layers
import Methods
import Testing

@testable import Sessions

/// A costly metric of a recording listens to the user, and is refused where it cannot be measured.
@Suite struct StoppedTrackTests {
  private func bench(_ data: String) throws -> Workbench {
    let bench = Workbench(threads: 1)
    var choice = DataChoice(name: data)
    choice.n = 100
    try bench.configure(data: try choice.load(memoryLimit: bench.memoryLimit)) {
      var backbone = BackboneChoice(data == "demo" ? .small : .mlp)
      backbone.width = 2
      $0.backbone = backbone
      var method = MethodChoice(.simclr)
      method.batch = 10
      method.projector = [4, 4]
      $0.method = method
    }
    return bench
  }

  @Test func stoppingWhileKNNRunsKeepsTheStepAndLeavesTheMetricOut() throws {
    let bench = try bench("demo")
    _ = try bench.addTrack(["loss", "knn"], every: .steps(1), path: nil)
    _ = try bench.train(steps: 1)
    var polls = 0
    let report = try bench.train(
      steps: 5,
      isCancelled: {
        polls += 1
        return polls > 1
      })
    #expect(report.steps == 1 && report.wasCancelled)
    #expect(bench.metrics.records.count == 2)
    #expect(bench.metrics.records.last?.values[.loss] != nil)
    #expect(bench.metrics.records.last?.values[.knn] == nil)
    _ = try bench.train(steps: 1)
    #expect(bench.metrics.records.last?.values[.knn] != nil)
  }

  @Test func stoppingWhileTheUntrainedModelIsMeasuredTakesNoStep() throws {
    let bench = try bench("demo")
    _ = try bench.addTrack(["knn"], every: .epochs(1), path: nil)
    var polls = 0
    let report = try bench.train(
      steps: 5,
      isCancelled: {
        polls += 1
        return polls > 1
      })
    #expect(report.steps == 0 && report.wasCancelled)
    #expect(bench.metrics.records.isEmpty && bench.metrics.untrained.isEmpty)
    _ = try bench.train(steps: 1)
    #expect(bench.metrics.series(.knn).map(\.step) == [0])
  }

  @Test func kNNIsRefusedWithoutTestImages() throws {
    let bench = try bench("gauss2")
    #expect(throws: SessionError.self) {
      try bench.addTrack(["knn"], every: .steps(1), path: nil)
    }
    #expect(bench.tracks.isEmpty)
  }
}
