import Kernels
import Testing

@Suite struct WorkersTests {
  /// A worker that has not met a large chunk gets room for it before the next region begins.
  @Test func everyWorkerHasTheLargestScratchInTheNextRegion() {
    let workers = Workers(threads: 3)
    let before = workers.scratchCounts
    #expect(before == [0, 0, 0])
    workers.parallel(1) { _, worker in _ = workers.scratch(worker, count: 50_000) }
    workers.parallel(1) { _, _ in }
    let counts = workers.scratchCounts
    #expect(counts.allSatisfy { $0 >= 50_000 }, "\(counts)")
    for chunks in 1...9 {
      workers.parallel(chunks) { _, worker in _ = workers.scratch(worker, count: 50_000) }
    }
    #expect(workers.scratchCounts == counts)
    workers.setThreads(4)
    workers.parallel(1) { _, _ in }
    #expect(workers.scratchCounts.allSatisfy { $0 >= 50_000 })
  }

  @Test(arguments: [1, 2, 7])
  func everyChunkRunsOnce(_ threads: Int) {
    let workers = Workers(threads: threads)
    var counts = [Int](repeating: 0, count: 1000)
    counts.withUnsafeMutableBufferPointer { counts in
      nonisolated(unsafe) let counts = counts
      workers.parallel(1000) { chunk, worker in
        counts[chunk] += worker < threads ? 1 : 1000
      }
    }
    #expect(counts == Array(repeating: 1, count: 1000))
  }
}
