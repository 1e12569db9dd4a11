import CommandLanguage
import Foundation
import Sessions

/// Saves the session by itself: after every command that is due, and in the middle of long ones.
public final class Autosave {
  /// How often.
  enum Pace: Equatable {
    case seconds(Double)
    case steps(Int)
    case epochs(Int)

    /// How a journal notes it.
    var noted: String {
      switch self {
      case .seconds(let seconds): "seconds=\(seconds)"
      case .steps(let count): "steps=\(count)"
      case .epochs(let count): "epochs=\(count)"
      }
    }

    /// Reads what a journal noted; nil when it is no pace.
    init?(noted: String) {
      let parts = noted.split(separator: "=")
      guard parts.count == 2, let number = Double(parts[1]), number > 0 else { return nil }
      switch parts[0] {
      case "seconds" where number.isFinite: self = .seconds(number)
      case "steps": self = .steps(Int(exactly: number) ?? 1)
      case "epochs": self = .epochs(Int(exactly: number) ?? 1)
      default: return nil
      }
    }
  }

  /// How often.
  let pace: Pace
  /// The path without ending; nil for beside the journal, which is its own log.
  let path: String?
  /// The number of saves.
  private(set) var count = 0
  private var lastTime = Autosave.now()
  private var lastStep: Int
  /// Whether the last save was made before its command ended.
  private var isMidway = false

  init(_ pace: Pace, path: String?, step: Int) {
    self.pace = pace
    self.path = path
    lastStep = step
  }

  private static func now() -> Double {
    Double(DispatchTime.now().uptimeNanoseconds) * 1e-9
  }

  private func isDue(_ bench: Workbench) -> Bool {
    let state = bench.summary
    switch pace {
    case .seconds(let seconds): return Self.now() - lastTime >= seconds
    case .steps(let steps): return state.step - lastStep >= steps || state.step < lastStep
    case .epochs(let epochs):
      let perEpoch = max(1, state.stepsPerEpoch)
      return state.step / perEpoch - lastStep / perEpoch >= epochs || state.step < lastStep
    }
  }

  /// Saves in the middle of a command that has taken some steps, when it is due.
  ///
  /// Throws: `FileError` when the state cannot be written; the file before is as it was.
  func step(_ taken: Int, _ context: CommandContext) throws {
    guard isDue(context.workbench) else { return }
    var log = context.log
    log.append("step \(taken)", mark: context.workbench.mark)
    try save(log, context)
    isMidway = true
  }

  /// Saves after a command when it is due, or when the last save was made before its end.
  ///
  /// A command inside a block is not the end of one: the log has the block in its place later.
  func commandEnded(_ context: CommandContext, isInBlock: Bool = false) throws {
    guard isMidway || isDue(context.workbench) else { return }
    try save(context.log, context)
    isMidway = isInBlock
  }

  private func save(_ log: SessionLog, _ context: CommandContext) throws {
    lastTime = Self.now()
    lastStep = context.workbench.summary.step
    if let path {
      _ = try context.saveSession(at: path, log: log)
    } else if let journal = context.journal {
      _ = try context.saveSession(at: journal.path, log: log, writesLog: false)
    }
    count += 1
  }
}
