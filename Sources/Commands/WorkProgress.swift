import CommandLanguage
import Foundation

/// What a long command says before its reply.
public enum WorkProgress: Sendable, Equatable {
  /// A line that stays: the health line of a report.
  case line(String)
  /// A state of the work that the next one replaces; shown on a terminal only.
  case status(String)
  /// How far work has come, which the next one replaces; shown on a terminal only.
  case work(WorkState)
}

/// How far long work has come and how long it will still take.
public struct WorkState: Sendable, Equatable {
  /// What is counted; empty for the steps of training.
  public var label = ""
  /// How much is done.
  public var done: Int
  /// How much there is to do.
  public var all: Int
  /// How long the rest will take.
  public var secondsLeft: Double
  /// What else is worth a look, the most important first.
  public var details: [String] = []

  private static let barWidth = 20

  private enum Kind: Int {
    case detail, bar, firstDetail, label, count, left

    /// The spaces before it: a bar and its count belong to what they count.
    var gap: String { self == .bar || self == .count ? " " : "  " }
  }

  /// A line that fits into some columns: parts that find no room are left out as a whole, the time
  /// that is left and the count last.
  public func text(columns: Int) -> String {
    let filled = min(Self.barWidth, max(0, Self.barWidth * min(done, all) / max(1, all)))
    var parts: [(kind: Kind, text: String)] = [
      (.label, label),
      (
        .bar,
        String(repeating: "█", count: filled)
          + String(repeating: "░", count: Self.barWidth - filled)
      ),
      (.count, "\(done)/\(all)"),
    ]
    for (index, detail) in details.enumerated() {
      parts.append((index == 0 ? .firstDetail : .detail, detail))
    }
    parts.append((.left, NumberFormat.seconds(secondsLeft) + " left"))
    parts.removeAll { $0.text.isEmpty }
    while !parts.isEmpty {
      let line = Self.line(parts.map { ($0.kind.gap, $0.text) })
      if DisplayWidth.of(line) <= columns { return line }
      let least = parts.map(\.kind.rawValue).min()
      if let place = parts.lastIndex(where: { $0.kind.rawValue == least }) {
        parts.remove(at: place)
      }
    }
    return ""
  }

  private static func line(_ parts: [(gap: String, text: String)]) -> String {
    parts.enumerated().map { ($0 == 0 ? "  " : $1.gap) + $1.text }.joined()
  }
}

/// Tells how far work has come: after the first second, five times a second.
final class LongWork {
  private let context: CommandContext
  private let label: String
  private var start = DispatchTime.now().uptimeNanoseconds
  private var shown: UInt64 = 0
  private var last = 0

  /// Begins work that is counted under a name.
  init(_ context: CommandContext, _ label: String = "") {
    self.context = context
    self.label = label
  }

  /// Notes how much is done; a smaller count than before begins another piece of work.
  func report(_ done: Int, _ all: Int, details: () -> [String] = { [] }) {
    let now = DispatchTime.now().uptimeNanoseconds
    if done < last { start = now }
    last = done
    let seconds = Double(now - start) * 1e-9
    let patience = context.patience
    guard done > 0, seconds >= patience, Double(now - shown) * 1e-9 >= patience / 5 else { return }
    shown = now
    context.onProgress(
      .work(
        WorkState(
          label: label, done: done, all: all,
          secondsLeft: seconds / Double(done) * Double(max(0, all - done)), details: details())))
  }
}
