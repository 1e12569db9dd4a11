import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// How often a thread looks before it sleeps or yields; some tens of microseconds.
private let patience = 20_000

/// Threads that wait for regions of work.
///
/// A member that has just finished looks out for the next region for some tens of microseconds
/// before it sleeps: in a step of a small network, hundreds of short regions follow each other,
/// and waking a sleeping thread takes as long as many of them.
final class ThreadTeam: Sendable {
  private let members: [Member]

  /// What one member and the caller share; it outlives the team until the member has left.
  private final class Member: @unchecked Sendable {
    /// The region's body; written before `ticket` is counted on, nil to leave.
    nonisolated(unsafe) var body: (@Sendable (_ worker: Int) -> Void)?
    /// Counted on for each region that the member takes part in.
    let ticket = Atomic<Int>(0)
    /// The last ticket that was served.
    let served = Atomic<Int>(0)
    let isAsleep = Atomic<Bool>(false)
    let wake = DispatchSemaphore(value: 0)

    /// Hands the member a region, or the order to leave.
    func begin(_ next: (@Sendable (_ worker: Int) -> Void)?) {
      body = next
      ticket.wrappingAdd(1, ordering: .sequentiallyConsistent)
      // Only who finds a sleeper wakes it, so the semaphore never counts beyond one.
      if isAsleep.compareExchange(
        expected: true, desired: false, ordering: .sequentiallyConsistent
      ).exchanged {
        wake.signal()
      }
    }

    /// Returns when the region that was handed over last is done.
    func finish() {
      let last = ticket.load(ordering: .relaxed)
      var looks = 0
      while served.load(ordering: .acquiring) != last {
        looks &+= 1
        // More threads than processors: let the member run.
        if looks > patience { sched_yield() }
      }
      body = nil
    }

    /// Serves regions until told to leave.
    func serve(worker: Int) {
      var seen = 0
      while true {
        awaitTicket(after: seen)
        seen &+= 1
        guard call(worker) else { return }
        served.store(seen, ordering: .releasing)
      }
    }

    /// Runs the body, or returns false when told to leave.
    ///
    /// A call of its own, so that the body is let go before the region is reported as served.
    @inline(never)
    private func call(_ worker: Int) -> Bool {
      guard let body else { return false }
      body(worker)
      return true
    }

    private func awaitTicket(after seen: Int) {
      var looks = 0
      while ticket.load(ordering: .acquiring) == seen {
        looks &+= 1
        guard looks > patience else { continue }
        looks = 0
        isAsleep.store(true, ordering: .sequentiallyConsistent)
        let isStill = ticket.load(ordering: .sequentiallyConsistent) == seen
        // Either nothing has come, or somebody has found this member asleep and signals.
        if isStill
          || !isAsleep.compareExchange(
            expected: true, desired: false, ordering: .sequentiallyConsistent
          ).exchanged
        {
          wake.wait()
        }
      }
    }
  }

  /// Starts `count` − 1 threads, or as many as the system grants; the caller of `run` is the first.
  init(count: Int) {
    var members: [Member] = []
    for worker in 1..<max(2, count) where worker < count {
      let member = Member()
      guard Self.start({ member.serve(worker: worker) }) else { break }
      members.append(member)
    }
    self.members = members
  }

  deinit { for member in members { member.begin(nil) } }

  /// The number of threads, the caller included.
  var count: Int { members.count + 1 }

  /// Calls `body(worker)` once on each of `width` threads and returns when all have returned.
  ///
  /// Precondition: one region at a time, `width` at most `count`.
  func run(_ width: Int, _ body: @Sendable (_ worker: Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      for member in members.prefix(width - 1) { member.begin(body) }
      body(0)
      for member in members.prefix(width - 1) { member.finish() }
    }
  }

  /// Starts a thread; false when the system refuses.
  private static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    // Kernels keep their scratch on the heap; the default of 8 MB would make 256 threads 2 GB.
    pthread_attr_setstacksize(&attributes, 1 << 20)
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    pthread_attr_destroy(&attributes)
    if status != 0 { box.release() }
    return status == 0
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
