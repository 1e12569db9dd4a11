import Glibc
import Synchronization
import Testing

@testable import Kernels

@Suite struct ThreadTeamTests {
  @Test func everyChunkRunsOnceInManyShortRegions() {
    let workers = Workers(threads: 5)
    var counts = [Int32](repeating: 0, count: 64)
    for region in 0..<5_000 {
      let chunks = region % 64
      counts.withUnsafeMutableBufferPointer { buffer in
        nonisolated(unsafe) let places = buffer
        workers.parallel(chunks) { chunk, worker in
          precondition(worker < 5)
          places[chunk] += 1
        }
      }
    }
    // Chunk i runs in every region of more than i chunks.
    for i in 0..<64 {
      let regions = (0..<5_000).count { $0 % 64 > i }
      #expect(counts[i] == regions)
    }
  }

  @Test func sleepersWakeForTheNextRegion() {
    let workers = Workers(threads: 3)
    let total = Atomic<Int>(0)
    for pause in [0, 1_000, 20_000] {
      workers.parallel(30) { chunk, _ in total.wrappingAdd(chunk, ordering: .relaxed) }
      usleep(UInt32(pause))
    }
    #expect(total.load(ordering: .relaxed) == 3 * 435)
  }

  @Test func threadCountsChangeBetweenRegions() {
    let workers = Workers(threads: 2)
    for threads in [1, 7, 2, 4, 1, 3] {
      workers.setThreads(threads)
      let total = Atomic<Int>(0)
      workers.parallel(100) { chunk, worker in
        precondition(worker < threads)
        total.wrappingAdd(chunk, ordering: .relaxed)
      }
      #expect(total.load(ordering: .relaxed) == 4_950)
    }
  }

  @Test func teamsLeaveWhenTheyAreReleased() {
    for _ in 0..<200 {
      let total = Atomic<Int>(0)
      let team = ThreadTeam(count: 4)
      team.run(4) { worker in total.wrappingAdd(worker, ordering: .relaxed) }
      #expect(total.load(ordering: .relaxed) == 6)
    }
  }
}
