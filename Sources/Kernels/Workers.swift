import Synchronization

/// Runs chunks of work on a fixed number of threads and owns their scratch memory.
///
/// A chunk is cut by shape alone, never by the number of threads, and every output has one owner:
/// results are the same bits for any thread count. One region runs at a time.
public final class Workers: @unchecked Sendable {
  /// The number of threads that a region uses at most; results do not depend on it.
  public private(set) var threads: Int
  private var scratch: [ScratchBuffer]
  private var shared = ScratchBuffer()
  private var isDescending = false
  private var team: ThreadTeam?
  /// The largest scratch that was asked for, and the size that every worker has at least.
  private let largest = Atomic<Int>(0)
  private var reserved = 0

  /// Makes a pool of at least one thread.
  public init(threads: Int) {
    self.threads = max(1, threads)
    scratch = (0..<self.threads).map { _ in ScratchBuffer() }
  }

  /// Changes the number of threads between regions; at least one is used.
  public func setThreads(_ count: Int) {
    threads = max(1, count)
    while scratch.count < threads { scratch.append(ScratchBuffer()) }
    reserved = 0
    team = nil
  }

  /// Gives every worker the largest scratch: which worker takes which chunk is chance, and a worker
  /// must not allocate when it meets a large one for the first time, many steps later.
  private func reserveScratch() {
    let wanted = largest.load(ordering: .relaxed)
    guard wanted > reserved else { return }
    for buffer in scratch { _ = buffer.floats(wanted) }
    reserved = wanted
  }

  /// Calls `body(chunk, worker)` once for every chunk; `worker` is below `threads`.
  public func parallel(_ chunks: Int, _ body: (_ chunk: Int, _ worker: Int) -> Void) {
    reserveScratch()
    let width = min(threads, chunks)
    guard width > 1 else {
      for chunk in 0..<max(0, chunks) { body(chunk, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      // Safe to share: the region ends before this returns, and chunks have disjoint outputs.
      nonisolated(unsafe) let run = body
      let next = Atomic<Int>(0)
      let team = readyTeam()
      team.run(min(width, team.count)) { worker in
        while true {
          let chunk = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard chunk < chunks else { return }
          run(chunk, worker)
        }
      }
    }
  }

  /// The threads, started when a region first needs them.
  private func readyTeam() -> ThreadTeam {
    if let team { return team }
    let fresh = ThreadTeam(count: threads)
    team = fresh
    return fresh
  }

  /// As `parallel`, with every other call in descending order.
  ///
  /// For passes over the same large maps: what the last pass touched last is still in the cache
  /// when the next one begins there. Chunks do not depend on each other, so results do not change.
  public func sweep(_ chunks: Int, _ body: (_ chunk: Int, _ worker: Int) -> Void) {
    isDescending.toggle()
    guard isDescending else {
      parallel(chunks, body)
      return
    }
    parallel(chunks) { chunk, worker in body(chunks - 1 - chunk, worker) }
  }

  /// As `parallel(count:grain:)`, with every other call in descending order.
  public func sweep(
    count: Int, grain: Int, _ body: (_ range: Range<Int>, _ worker: Int) -> Void
  ) {
    let step = max(1, grain)
    sweep((count + step - 1) / step) { chunk, worker in
      body(chunk * step..<min(count, (chunk + 1) * step), worker)
    }
  }

  /// Calls `body(range, worker)` for consecutive ranges of at most `grain` items of `0..<count`.
  public func parallel(
    count: Int, grain: Int, _ body: (_ range: Range<Int>, _ worker: Int) -> Void
  ) {
    let step = max(1, grain)
    parallel((count + step - 1) / step) { chunk, worker in
      body(chunk * step..<min(count, (chunk + 1) * step), worker)
    }
  }

  /// Returns a worker's scratch of at least `count` floats; it is valid until its next request.
  public func scratch(_ worker: Int, count: Int) -> MutableFloatPointer {
    if count > largest.load(ordering: .relaxed) { largest.max(count, ordering: .relaxed) }
    return scratch[worker].floats(count)
  }

  /// The floats of each worker's scratch, for tests and reports.
  public var scratchCounts: [Int] { scratch.map(\.capacity) }

  /// Returns the scratch that all workers share in one region; requested outside the region.
  public func sharedScratch(count: Int) -> MutableFloatPointer { shared.floats(count) }
}

/// A 64-byte-aligned buffer that only grows.
final class ScratchBuffer {
  private var base: MutableFloatPointer?
  private(set) var capacity = 0

  func floats(_ count: Int) -> MutableFloatPointer {
    if let base, count <= capacity { return base }
    if let base { TensorMemory.deallocate(base, capacity) }
    capacity = max(count + count / 4, 4096)
    let fresh = TensorMemory.allocate(capacity)
    base = fresh
    return fresh
  }

  deinit {
    if let base { TensorMemory.deallocate(base, capacity) }
  }
}
