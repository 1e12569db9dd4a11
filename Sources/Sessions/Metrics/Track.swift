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
  /// The file as the user named it, or nil when only the metric log records.
  public let path: String?
  private var file: AppendedFile?
  /// The number of rows, those that were there when it went on included.
  public private(set) var rows = 0
  /// Whether the file that it names is not written any more, for it is another one.
  public private(set) var isWithoutFile = false
  /// All that this recording wrote, by which its file is known again; nil where that is unknown.
  private(set) var written: WrittenRows? = WrittenRows()
  /// The first line of its file; nil before there is one.
  public private(set) var firstLine: String?

  /// Creates the file anew, at another place than its path while a replay runs.
  ///
  /// Throws: `FileError` when it cannot be created.
  public init(
    metrics: [MetricName], withRates: Bool, every: Amount, path: String?, place: String? = nil
  ) throws {
    self.metrics = metrics
    self.withRates = withRates
    self.every = every
    self.path = path
    guard let path else { return }
    // The atomic writer knows links, devices and folders that cannot be written to.
    try AtomicFile.write("", to: place ?? path)
    file = try AppendedFile(place ?? path)
    _ = file?.lock()
  }

  /// Makes a recording of a session file; `resume` opens its file.
  init(_ shape: SessionExtras.TrackShape) {
    metrics = shape.metrics
    withRates = shape.withRates
    every = shape.every
    path = shape.path
    written = shape.written.map { WrittenRows($0) }
    rows = max(0, shape.rows ?? 0)
  }

  /// Goes on at the end of the file after an `undo`: the file has rows of every step, this session's.
  ///
  /// Nothing is added to a file that is no recording.
  /// Returns: Why there is no file to go on with; the recording then keeps to the metric log.
  func goOn(at place: String) -> FileError? {
    guard let path, file == nil else { return nil }
    do {
      let bytes = try ByteFile(path: place)
      let count = min(bytes.size, 1 << 16)
      let end = try bytes.bytes(at: bytes.size - count, count: count)
      let line = end.dropLast().split(separator: UInt8(ascii: "\n")).last ?? []
      let isEmpty = bytes.size == 0
      guard !isWithoutFile, isEmpty || end.last == UInt8(ascii: "\n"),
        isEmpty || TrackRow(line) != nil
      else { throw Self.isAnother(path) }
      try open(place)
      return nil
    } catch {
      return lose(error)
    }
  }

  /// Goes on with the file of the session, of which the rows after the present step are cut.
  ///
  /// A session file may name any path, and another program may have written to it since: the file
  /// is taken, and changed, only when it begins with the rows of this session.
  ///
  /// - Parameters:
  ///   - place: Where the file is.
  ///   - records: What the session measured at the steps that are recorded, in order.
  ///   - copy: All rows, where they were made again: they stand for a file that is gone or short.
  ///   - firstLine: What the session's journal says the file begins with, for a session that came
  ///     back before its first row.
  ///   - branch: The branch that the session is on, nil for the first one.
  /// - Returns: What was done to the file, nil when it only goes on.
  /// - Throws: `FileError` that says why there is no file to go on with; the recording then keeps to
  ///   the metric log.
  func resume(
    at place: String, records: [StepRecord], copy: [UInt8]? = nil, firstLine: String? = nil,
    branch: String? = nil
  ) throws(FileError) -> TrackResumption? {
    guard let path else { return nil }
    close()
    do {
      var bytes: [UInt8] = []
      do {
        bytes = try ByteFile.contents(of: place, limit: TrackContent.maxBytes)
        try open(place)
      } catch  where copy != nil && access(PathText.absolute(place), F_OK) != 0 {
        // What is gone takes nothing with it.
      }
      let content = TrackContent(bytes)
      guard
        let end = content.end(
          of: self, records: records, copy: copy, firstLine: firstLine, branch: branch)
      else {
        throw Self.isAnother(path)
      }
      let missing = end.missing.joined()
      if end.bytes < bytes.count || !missing.isEmpty || file == nil {
        let whole = Array(bytes[..<end.bytes]) + Array(missing.utf8)
        try AtomicFile.write(whole, to: place)
        try open(place)
        bytes = whole
      }
      rows = end.rows + end.missing.count
      written = WrittenRows(bytes)
      self.firstLine = TrackContent(bytes).firstLine
      isWithoutFile = false
      return TrackResumption(path: path, cut: end.later, added: end.missing.count)
    } catch {
      throw lose(error)
    }
  }

  /// Goes on without the file.
  @discardableResult
  func lose(_ error: any Error) -> FileError {
    close()
    isWithoutFile = path != nil
    written = nil
    return error as? FileError ?? FileError("\(error)")
  }

  private func open(_ place: String) throws {
    file = nil
    let opened = try AppendedFile(place)
    guard opened.lock() else {
      throw FileError("'\(path ?? place)' is being written by another session")
    }
    file = opened
  }

  private static func isAnother(_ path: String) -> FileError {
    FileError("'\(path)' does not end with a recorded step of this session")
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
  /// - Parameters:
  ///   - record: What was measured.
  ///   - branch: The branch that the step is on, nil on the first one: steps come again on others.
  ///   - willBegin: Called when the first line is known and not yet written.
  /// - Throws: `FileError` when the file cannot be written (disk full); it then ends with a whole
  ///   line.
  public func write(
    _ record: StepRecord, branch: String?, willBegin: () -> Void = {}
  ) throws {
    rows += 1
    guard path != nil, !isWithoutFile else { return }
    let line = row(of: record, branch: branch)
    if written?.isEmpty == true {
      // A process that is killed right after the first row must find its file again.
      firstLine = String(line.dropLast())
      willBegin()
    }
    try file?.append(line)
    written?.append(line)
  }

  /// A record as a line of the file.
  func row(of record: StepRecord, branch: String?) -> String {
    var members: [(String, JSONValue)] = [
      ("step", .int(record.step)), ("epoch", .int(record.epoch)),
    ]
    if let branch { members.append(("branch", .string(branch))) }
    for name in metrics {
      if let value = record.values[name] { members.append((name.rawValue, .double(value))) }
    }
    if withRates {
      members.append(
        ("lr", .members(record.rates.map { ($0.name, .double($0.value)) })))
    }
    return JSONText.compact(.members(members)) + "\n"
  }

  /// Closes the file.
  public func close() { file = nil }
}

/// What going on with a recording did to its file.
public struct TrackResumption: Sendable, Equatable {
  /// The file as the user named it.
  public let path: String
  /// How many rows of later steps were cut.
  public let cut: Int
  /// How many rows that it lacked were written again.
  public let added: Int
}
