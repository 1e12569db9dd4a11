import Commands
import Dispatch
import Synchronization

/// Asks to stop after a number of polls, so that a line's work is bounded and the same every time.
final class BudgetCancellation: Cancellation {
  private let left = Atomic<Int>(0)
  private let budget = Atomic<Int>(6)
  private let deadline = Atomic<UInt64>(0)
  private let off = Atomic<Bool>(false)

  /// Lets everything run to its end.
  var isOff: Bool {
    get { off.load(ordering: .relaxed) }
    set { off.store(newValue, ordering: .relaxed) }
  }

  /// Sets the number of polls that a line may make.
  func allow(_ polls: Int) { budget.store(polls, ordering: .relaxed) }

  var requests: Int {
    if isOff { return 0 }
    let rest = left.subtract(1, ordering: .relaxed).newValue
    let late = DispatchTime.now().uptimeNanoseconds > deadline.load(ordering: .relaxed)
    return rest < 0 || late ? 1 : 0
  }

  func reset() {
    left.store(budget.load(ordering: .relaxed), ordering: .relaxed)
    deadline.store(DispatchTime.now().uptimeNanoseconds + 2_000_000_000, ordering: .relaxed)
  }
}
