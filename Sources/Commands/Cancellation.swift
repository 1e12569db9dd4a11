import Synchronization

/// Whether the user asked a running command to stop.
///
/// Long commands poll it between steps: one request stops on the next step boundary, a second one
/// aborts the step and keeps the state before it.
public protocol Cancellation: Sendable {
  /// How often a stop was asked for since the last reset.
  var requests: Int { get }
  /// Forgets the requests; the interpreter calls it before each entry.
  func reset()
}

extension Cancellation {
  /// Whether to stop at the next step boundary.
  public var isRequested: Bool { requests > 0 }
  /// Whether to abort the step that is running.
  public var isUrgent: Bool { requests > 1 }
}

/// A cancellation that code sets: for tests and for front ends without signals.
public final class ManualCancellation: Cancellation {
  private let count = Atomic<Int>(0)

  /// Creates a cancellation without requests.
  public init() {}

  /// How often `request` was called since the last reset.
  public var requests: Int { count.load(ordering: .relaxed) }
  /// Asks to stop.
  public func request() { count.add(1, ordering: .relaxed) }
  /// Forgets the requests.
  public func reset() { count.store(0, ordering: .relaxed) }
}
