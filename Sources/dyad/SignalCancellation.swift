import CLineEdit
import Commands

/// Ctrl-C, counted by a signal handler.
struct SignalCancellation: Cancellation {
  /// Starts counting SIGINT; from here on it ends no process.
  init() {
    dyad_use_utf8()
    dyad_catch_signals()
  }

  var requests: Int { Int(dyad_interrupts()) }
  func reset() { dyad_reset_interrupts() }
}
