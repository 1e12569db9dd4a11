import Foundation

/// How often moments are kept while training: what they cost stays below 2 % of the time.
struct SnapshotPace {
  /// How many times as long as the last image took must pass before the next one.
  static let ratio = 50.0
  /// The seconds between moments that are not the end of an epoch.
  static let interval = 10.0

  private var lastCost = 0.0
  private var lastTime = SnapshotPace.now()

  private static func now() -> Double {
    Double(DispatchTime.now().uptimeNanoseconds) * 1e-9
  }

  /// Whether enough time passed since the last image.
  var allowsImage: Bool { SnapshotPace.now() - lastTime >= SnapshotPace.ratio * lastCost }

  /// Whether an image is to be taken after a step.
  func isDue(endsEpoch: Bool) -> Bool {
    allowsImage && (endsEpoch || SnapshotPace.now() - lastTime >= SnapshotPace.interval)
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
