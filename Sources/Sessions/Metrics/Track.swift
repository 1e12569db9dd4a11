import Files

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
  private var file: AppendedFile?
  /// The number of rows written.
  public private(set) var rows = 0

  /// Creates the file anew.
  ///
  /// Throws: `FileError` when it cannot be created.
  public init(metrics: [MetricName], withRates: Bool, every: Amount, path: String?) throws {
    self.metrics = metrics
    self.withRates = withRates
    self.every = every
    self.path = path
    guard let path else { return }
    // The atomic writer knows links, devices and folders that cannot be written to.
    try AtomicFile.write("", to: path)
    file = try AppendedFile(path)
  }

  /// Makes a recording of a session file; `goOn` opens its file.
  init(_ shape: SessionExtras.TrackShape) {
    metrics = shape.metrics
    withRates = shape.withRates
    every = shape.every
    path = shape.path
  }

  /// Goes on at the end of a file that earlier steps were recorded in.
  ///
  /// A session file may name any path: nothing is added to a file that is no recording.
  /// Returns: Why there is no file to go on with; the recording then keeps to the metric log.
  func goOn(upTo step: Int) -> FileError? {
    guard let path, file == nil else { return nil }
    do {
      let written = try ByteFile(path: path)
      let count = min(written.size, 1 << 16)
      let end = try written.bytes(at: written.size - count, count: count)
      let line = end.dropLast().split(separator: UInt8(ascii: "\n")).last ?? []
      let isEmpty = written.size == 0
      guard isEmpty || end.last == UInt8(ascii: "\n"),
        isEmpty || Self.step(of: String(decoding: line, as: UTF8.self)).map({ $0 <= step }) == true
      else { throw FileError("'\(path)' does not end with a recorded step of this session") }
      file = try AppendedFile(path)
      return nil
    } catch {
      return error as? FileError ?? FileError("\(error)")
    }
  }

  private static func step(of line: String) -> Int? {
    // What is no JSON is no recording: that is the answer, not an error.
    (try? JSONText.parse(line))?["step"]?.int
  }

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
  /// Throws: `FileError` when the file cannot be written (disk full); it then ends with a whole line.
  public func write(_ record: StepRecord) throws {
    rows += 1
    guard let file else { return }
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
    try file.append(JSONText.compact(.members(members)) + "\n")
  }

  /// Closes the file.
  public func close() { file = nil }
}
