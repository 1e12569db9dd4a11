import Analysis
import Foundation
import Methods
import Tensors
import Testing

@testable import Sessions

@Suite struct KNNInspectionTests {
  @Test(arguments: [EvaluationLayer.h, .z], [nil, 50])
  func accuracyEqualsTheVotesByHand(_ layer: EvaluationLayer, _ limit: Int?) throws {
    let bench = try SmallSession.make(.simclr, steps: 4)
    var rule = WeightedKNN()
    rule.k = 7
    var progress: [Int] = []
    let report = try bench.knn(
      rule, layer: layer, trainLimit: limit, testLimit: 40,
      progress: { done, _ in progress.append(done) })
    let memory = try bench.features(layer, on: .train, limit: limit)
    let queries = try bench.features(layer, on: .test, limit: 40)
    #expect(report.memory == limit ?? 200 && report.queries == 40)
    #expect(progress.last == report.memory + 40 && progress == progress.sorted())
    let (m, q) = (doubleRows(memory.features), doubleRows(queries.features))
    let labels = try #require(memory.labels)
    // A part of the data has as many images of each class.
    #expect((0..<10).allSatisfy { c in labels.count { $0 == c } == labels.count / 10 })
    var hits = 0
    for (i, row) in q.enumerated() {
      let near = m.indices.map { ($0, naiveCosine(row, m[$0])) }.sorted { $0.1 > $1.1 }.prefix(7)
      var votes = [Double](repeating: 0, count: 10)
      for (j, cosine) in near { votes[labels[j]] += exp(cosine / 0.07) }
      if votes.firstIndex(of: votes.max() ?? 0) == queries.labels?[i] { hits += 1 }
    }
    #expect(agrees(report.result.top1, 100 * Double(hits) / 40))
  }

  @Test func theLatestResultIsAMetric() throws {
    let bench = try SmallSession.make(.simclr)
    #expect(bench.latest(.knn) == nil)
    bench.noteKNN(12.5)
    #expect(bench.latest(.knn) == 12.5)
    _ = try bench.addTrack(["knn"], every: .steps(2), path: nil)
    _ = try bench.train(steps: 2)
    #expect(bench.latest(.knn) == bench.metrics.series(.knn).last?.value)
    bench.noteKNN(99)
    #expect(bench.latest(.knn) == 99)
  }

  /// A recording of kNN begins with the untrained model; its file has one object a step all the same.
  @Test func aRecordingBeginsWithTheUntrainedModel() throws {
    let folder = NSTemporaryDirectory() + "dyad-knn-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let untouched = try SmallSession.make(.simclr)
    let before = try untouched.knn(WeightedKNN(), layer: .h, trainLimit: nil, testLimit: nil)
    let bench = try SmallSession.make(.simclr)
    _ = try bench.addTrack(["knn", "loss"], every: .steps(2), path: folder + "/k.jsonl")
    _ = try bench.train(steps: 4)
    let series = bench.metrics.series(.knn)
    #expect(series.map(\.step) == [0, 2, 4])
    #expect(series.first?.value == before.result.top1)
    #expect(try bench.curves(["knn"]).curves[0].lines[0].steps == [0, 2, 4])
    #expect(bench.runs.last?.untrainedKNN == before.result.top1)
    let rows = try String(contentsOfFile: folder + "/k.jsonl", encoding: .utf8)
      .split(separator: "\n")
    #expect(
      rows.count == 2 && rows[0].hasPrefix(#"{"step":2,"#) && rows[1].hasPrefix(#"{"step":4,"#))
    // It measures without a trace in the state: training goes as without it.
    let plain = try SmallSession.make(.simclr)
    _ = try plain.train(steps: 4)
    #expect(plain.fingerprint == bench.fingerprint)
    // Later recordings of a trained model have no untrained value; saved sessions keep it.
    _ = try plain.addTrack(["knn"], every: .steps(1), path: nil)
    _ = try plain.train(steps: 1)
    #expect(plain.metrics.series(.knn).map(\.step) == [5])
    _ = try bench.saveSession(folder + "/s", log: SessionLog(), state: true)
    let loaded = Workbench(threads: 1)
    _ = try loaded.loadSession(folder + "/s")
    #expect(loaded.metrics.series(.knn).map(\.value) == series.map(\.value))
    // A stop before the first step leaves nothing measured and nothing trained.
    let stopped = try SmallSession.make(.simclr)
    _ = try stopped.addTrack(["knn"], every: .epochs(1), path: nil)
    let report = try stopped.train(steps: 1, isCancelled: { true })
    #expect(report.wasCancelled && report.steps == 0 && stopped.metrics.series(.knn).isEmpty)
  }

  @Test func cancellingAndImpossibleRequestsThrow() throws {
    let bench = try SmallSession.make(.simclr)
    var rule = WeightedKNN()
    #expect(throws: SessionError.self) {
      try bench.knn(rule, layer: .h, trainLimit: nil, testLimit: nil, isCancelled: { true })
    }
    rule.k = 201
    #expect(
      throws: SessionError(
        "k must be at most the number of training images, 200, got 201", help: "knn k=200",
        about: "k")
    ) {
      try bench.knn(rule, layer: .h, trainLimit: nil, testLimit: nil)
    }
  }
}
