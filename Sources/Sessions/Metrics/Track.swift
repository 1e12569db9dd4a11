import Files
import Foundation

/// A recording of metrics while training: what, how often, and to which file.
public final class Track {
  /// What is recorded besides step and epoch; `lr` is an object by group.
  public let metrics: [MetricName]
  /// Whether the learning rates are recorded.
  public let withRates: Bool
  /// The distance between records; epochs count at their last step.
  public let every: Amount
  /// The file, or nil when only the metric log records.
  public let path: String?
  private let handle: FileHandle?
  /// The number of rows written.
  public private(set) var rows = 0

  /// Creates the file anew.
  ///
  /// Throws: `SessionError` when it cannot be created.
  public init(metrics: [MetricName], withRates: Bool, every: Amount, path: String?) throws {
    self.metrics = metrics
    self.withRates = withRates
    self.every = every
    self.path = path
    guard let path else {
      handle = nil
      return
    }
    // An empty file through the atomic writer gives its error texts; then it is appended to.
    try AtomicFile.write("", to: path)
    guard let opened = FileHandle(forWritingAtPath: PathText.absolute(path)) else {
      throw SessionError("cannot write '\(path)'")
    }
    handle = opened
  }

  deinit { try? handle?.close() }

  /// The names as the prompt writes them.
  public var names: [String] { metrics.map(\.rawValue) + (withRates ? ["lr"] : []) }

  /// Returns whether a step is recorded; `ends` says whether it is its epoch's last.
  public func isDue(step: Int, epoch: Int, ends: Bool) -> Bool {
    switch every {
    case .steps(let n): step % max(1, n) == 0
    case .epochs(let n): ends && (epoch + 1) % max(1, Int(n)) == 0
    case .fraction: false
    }
  }

  /// Writes one record as a line of JSON.
  ///
  /// Throws: `SessionError` when the file cannot be written (disk full).
  public func write(_ record: StepRecord) throws {
    rows += 1
    guard let handle, let path else { return }
    var members: [(String, JSONValue)] = [
      ("step", .int(record.step)), ("epoch", .int(record.epoch)),
    ]
    for name in metrics {
      if let value = record.values[name] { members.append((name.rawValue, .double(value))) }
    }
    if withRates {
      members.append(
        ("lr", .members(record.rates.map { ($0.name, .double($0.value)) })))
    }
    let line = JSONText.compact(.members(members)) + "\n"
    do {
      try handle.write(contentsOf: Data(line.utf8))
    } catch {
      throw SessionError("cannot write '\(path)': \(error.localizedDescription)")
    }
  }

  /// Closes the file.
  public func close() { try? handle?.close() }
}
