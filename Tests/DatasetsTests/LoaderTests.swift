import Datasets
import Foundation
import Testing

/// Writes what was asked for, so that a batch shows which views it holds.
struct EchoViews: ViewMaker {
  var viewShape: [Int] = [1, 2, 3]
  var failsAt: Int?
  var pause: TimeInterval = 0

  struct Failure: Error, Equatable {
    let sample: Int
  }

  func makeView(_ request: ViewRequest, into target: UnsafeMutablePointer<Float>) throws
    -> ViewParameters?
  {
    if request.sample == failsAt { throw Failure(sample: request.sample) }
    if pause > 0 { Thread.sleep(forTimeInterval: pause) }
    let values = [request.sample, request.view, request.epoch, request.step, request.position, 7]
    for (i, value) in values.enumerated() { target[i] = Float(value) }
    return nil
  }
}

@Suite struct LoaderTests {
  private func collect(_ loader: Loader, _ count: Int) throws -> [[Float]] {
    try (0..<count).map { _ in
      let batch = try loader.next()
      return batch.ids.map { Float($0) } + Array(batch.views)
    }
  }

  @Test func batchesHoldTheViewsInOrder() throws {
    let order = try Sampler(sampleCount: 23, batchSize: 5, seed: 9)
    let loader = Loader(order: order, maker: EchoViews(), workers: 2)
    for epoch in 0..<3 {
      for step in 0..<4 {
        let batch = try loader.next()
        #expect(batch.epoch == epoch && batch.step == step && batch.count == 5)
        #expect(batch.ids == Array(order.order(epoch: epoch)[(5 * step)..<(5 * step + 5)]))
        let views = Array(batch.views)
        #expect(views.count == 2 * 5 * 6)
        for view in 0..<2 {
          for position in 0..<5 {
            let start = (view * 5 + position) * 6
            let want = [batch.ids[position], view, epoch, step, position, 7].map { Float($0) }
            #expect(Array(views[start..<(start + 6)]) == want)
          }
        }
        #expect(Array(batch.views(1)) == Array(views[30...]))
      }
    }
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let data = DatasetCatalog.demoImages
    let order = try Sampler(sampleCount: data.count, batchSize: 32, seed: 4)
    var results: [[[Float]]] = []
    for workers in [1, 2, 5] {
      let maker = try AugmentedViews(
        images: data, augmentation: .simclr, seed: 4, workers: workers)
      let loader = Loader(order: order, maker: maker, workers: workers, ahead: 2)
      results.append(try collect(loader, 8))
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
    #expect(results[0][0] != results[0][1])
  }

  @Test func seekingGivesTheSameBatchesAsRunningThere() throws {
    let order = try Sampler(sampleCount: 40, batchSize: 6, seed: 1)
    let straight = Loader(order: order, maker: EchoViews(), workers: 3)
    let all = try collect(straight, 18)
    let jumping = Loader(order: order, maker: EchoViews(), workers: 3, epoch: 1, step: 2)
    #expect(try collect(jumping, 3) == Array(all[8..<11]))
    for (epoch, step) in [(0, 0), (2, 5), (0, 3), (1, 0), (1, 5)] {
      jumping.seek(epoch: epoch, step: step)
      #expect(jumping.position == (epoch, step))
      let start = epoch * 6 + step
      let count = min(4, 18 - start)
      #expect(try collect(jumping, count) == Array(all[start..<(start + count)]))
    }
  }

  @Test func errorsSurfaceInNextAndAgain() throws {
    let order = try Sampler(sampleCount: 12, batchSize: 4, seed: 0, isShuffled: false)
    let loader = Loader(order: order, maker: EchoViews(failsAt: 5), workers: 2)
    let first = try loader.next()
    #expect(first.ids == [0, 1, 2, 3])
    #expect(throws: EchoViews.Failure(sample: 5)) { try loader.next() }
    #expect(throws: EchoViews.Failure(sample: 5)) { try loader.next() }
    loader.seek(epoch: 0, step: 2)
    let later = try loader.next()
    #expect(later.ids == [8, 9, 10, 11])
  }

  @Test func slotsAreReused() throws {
    let order = try Sampler(sampleCount: 64, batchSize: 8, seed: 2)
    let loader = Loader(order: order, maker: EchoViews(), workers: 2, ahead: 3)
    var addresses: Set<Int> = []
    for _ in 0..<100 {
      addresses.insert(Int(bitPattern: try loader.next().views.baseAddress))
    }
    #expect(addresses.count == 4)
  }

  @Test func aHeldBatchStaysWhileOthersArePrepared() throws {
    let order = try Sampler(sampleCount: 64, batchSize: 8, seed: 2)
    let loader = Loader(order: order, maker: EchoViews(), workers: 3, ahead: 1)
    for _ in 0..<50 {
      let batch = try loader.next()
      let before = Array(batch.views)
      Thread.sleep(forTimeInterval: 0.0005)
      #expect(Array(batch.views) == before)
    }
  }

  @Test(.timeLimit(.minutes(10))) func releasingALoaderAtAnyTimeEnds() throws {
    let order = try Sampler(sampleCount: 64, batchSize: 8, seed: 2)
    for i in 0..<60 {
      let maker = EchoViews(pause: i % 3 == 0 ? 0.0002 : 0)
      let loader = Loader(order: order, maker: maker, workers: 1 + i % 5, ahead: 1 + i % 4)
      for _ in 0..<(i % 7) { _ = try loader.next() }
      if i % 2 == 0 { loader.seek(epoch: i, step: i % 8) }
    }
  }

  @Test func waitingIsMeasured() throws {
    let order = try Sampler(sampleCount: 8, batchSize: 4, seed: 2)
    let loader = Loader(order: order, maker: EchoViews(pause: 0.01), workers: 1)
    let waited = try loader.next().waitedSeconds
    #expect(waited >= 0.05 && waited < 60)
  }

  @Test func aShortLastBatchIsPreparedWhole() throws {
    let order = try Sampler(sampleCount: 10, batchSize: 4, dropsLast: false, seed: 3)
    #expect(order.stepsPerEpoch == 3)
    let loader = Loader(order: order, maker: EchoViews(), workers: 2)
    var counts: [Int] = []
    var seen: [Int] = []
    for _ in 0..<3 {
      let batch = try loader.next()
      counts.append(batch.count)
      seen += batch.ids
      #expect(batch.views.count == 2 * batch.count * 6)
    }
    #expect(counts == [4, 4, 2])
    #expect(seen.sorted() == Array(0..<10))
  }
}

@Suite struct SamplerTests {
  @Test func everyEpochIsAPermutationOfItsOwn() throws {
    let order = try Sampler(sampleCount: 1000, batchSize: 100, seed: 5)
    let first = order.order(epoch: 0)
    let second = order.order(epoch: 1)
    #expect(first.sorted() == Array(0..<1000))
    #expect(second.sorted() == Array(0..<1000))
    #expect(first != second)
    // Asked again after other epochs, the order is the same.
    _ = order.order(epoch: 2)
    #expect(order.order(epoch: 0) == first)
    let other = try Sampler(sampleCount: 1000, batchSize: 100, seed: 6)
    #expect(other.order(epoch: 0) != first)
  }

  @Test func aBatchLargerThanTheDataIsRefused() {
    #expect(throws: DatasetError.self) { try Sampler(sampleCount: 10, batchSize: 11, seed: 0) }
    #expect(throws: DatasetError.self) { try Sampler(sampleCount: 0, batchSize: 1, seed: 0) }
    #expect(throws: DatasetError.self) { try Sampler(sampleCount: 5, batchSize: 0, seed: 0) }
  }
}

extension DatasetCatalog {
  /// The training images of `demo`.
  static var demoImages: ImageDataset {
    guard case .images(let train, _) = DemoDataset.load().content else {
      preconditionFailure("demo holds images")
    }
    return train
  }
}
