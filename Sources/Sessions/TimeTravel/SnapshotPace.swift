import Foundation

/// How often moments are kept while training: what they cost stays below 2 % of the time.
struct SnapshotPace {
  /// How many times as long as the last image took must pass before the next one in a long run.
  static let ratio = 50.0
  /// The same for the end of a command, which an undo is likely to want.
  static let commandRatio = 20.0
  /// The seconds between moments that are not the end of an epoch.
  static let interval = 10.0

  private var lastCost = 0.0
  private var lastTime = SnapshotPace.now()

  private static func now() -> Double {
    Double(DispatchTime.now().uptimeNanoseconds) * 1e-9
  }

  private func hasPassed(_ ratio: Double) -> Bool {
    SnapshotPace.now() - lastTime >= ratio * lastCost
  }

  /// Whether an image is to be taken at the end of a command.
  var allowsImage: Bool { hasPassed(SnapshotPace.commandRatio) }

  /// Whether an image is to be taken after a step.
  func isDue(endsEpoch: Bool) -> Bool {
    hasPassed(SnapshotPace.ratio)
      && (endsEpoch || SnapshotPace.now() - lastTime >= SnapshotPace.interval)
  }

  /// Takes an image and notes what it cost.
  mutating func timed<Result>(_ body: () -> Result) -> Result {
    let start = SnapshotPace.now()
    let result = body()
    lastTime = SnapshotPace.now()
    lastCost = lastTime - start
    return result
  }
}
