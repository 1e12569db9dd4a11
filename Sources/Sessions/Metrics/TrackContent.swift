import Files

/// How much a recording wrote, with the hash of it: its file begins with just that.
struct WrittenRows: Sendable {
  /// Number and hash of the bytes, as a session file keeps them.
  struct Seal: Sendable, Equatable, Codable {
    var bytes = 0
    var hash = ""
  }

  /// What was written before the session was saved.
  private var before: Seal?
  private var bytes = 0
  private var hash = ContentHash()

  /// Nothing yet.
  init() {}

  /// What a session file kept.
  init(_ seal: Seal) { before = seal }

  /// All that a file holds.
  init(_ content: [UInt8]) { add(content[...]) }

  /// Adds a line.
  mutating func append(_ line: String) { add(Array(line.utf8)[...]) }

  private mutating func add(_ content: ArraySlice<UInt8>) {
    bytes += content.count
    content.withUnsafeBytes { hash.update($0) }
  }

  /// Whether nothing was written.
  var isEmpty: Bool { (before?.bytes ?? 0) == 0 && bytes == 0 }

  /// What a session file keeps; nil where it cannot be known.
  var seal: Seal? {
    guard let before else { return Seal(bytes: bytes, hash: digits) }
    return bytes == 0 ? before : nil
  }

  private var digits: String { String(hash.finalize(), radix: 16) }

  /// How many of a file's first bytes are those that were written; nil when others are there, or
  /// when nothing was written that could be found again.
  func length(in content: [UInt8]) -> Int? {
    let first = before?.bytes ?? 0
    guard first >= 0, first <= content.count, bytes <= content.count - first, first + bytes > 0
    else { return nil }
    let old = Self.digits(of: content[..<first])
    guard first == 0 || before?.hash == old,
      Self.digits(of: content[first..<first + bytes]) == digits
    else { return nil }
    return first + bytes
  }

  private static func digits(of content: ArraySlice<UInt8>) -> String {
    String(content.withUnsafeBytes { ContentHash.of($0) }, radix: 16)
  }
}

/// One line of a recording's file.
struct TrackRow {
  let step: Int
  let epoch: Int
  private let values: [(name: MetricName, value: Double)]
  private let rates: [(name: String, value: Double)]

  /// Reads a line; nil when no recording wrote it.
  init?(_ line: ArraySlice<UInt8>) {
    // What is no JSON is no recording: that is the answer, not an error.
    guard let object = (try? JSONText.parse(Array(line)))?.object,
      let step = object["step"]?.int, let epoch = object["epoch"]?.int
    else { return nil }
    (self.step, self.epoch) = (step, epoch)
    var values: [(name: MetricName, value: Double)] = []
    var rates: [(name: String, value: Double)] = []
    for (key, value) in zip(object.keys, object.values) where key != "step" && key != "epoch" {
      if let name = MetricName(rawValue: key), let number = value.double {
        values.append((name, number))
      } else if key == "branch", value.string != nil {
        continue
      } else if key == "lr", let groups = value.object {
        for (group, rate) in zip(groups.keys, groups.values) {
          guard let number = rate.double else { return nil }
          rates.append((group, number))
        }
      } else {
        return nil
      }
    }
    (self.values, self.rates) = (values, rates)
  }

  /// Whether the row says nothing but what the session measured at the step.
  func agrees(with record: StepRecord) -> Bool {
    func same(_ a: Double, _ b: Double?) -> Bool {
      b.map { a == $0 || a.isNaN && $0.isNaN } ?? true
    }
    return step == record.step && epoch == record.epoch
      && values.allSatisfy { same($0.value, record.values[$0.name]) }
      && rates.allSatisfy { rate in
        same(rate.value, record.rates.first { $0.name == rate.name }?.value)
      }
  }
}

/// The content of a recording's file, in which a session finds where its own rows end.
struct TrackContent {
  /// The largest file that is gone on with.
  static let maxBytes = 1 << 30
  private static let newline = UInt8(ascii: "\n")

  /// Where a session's rows end.
  struct End {
    /// The bytes up to there.
    var bytes = 0
    /// The rows up to there.
    var rows = 0
    /// How many rows of later steps follow.
    var later = 0
    /// The lines that the file lacks.
    var missing: [String] = []
  }

  private let bytes: [UInt8]
  /// The whole lines without their ends.
  private let lines: [Range<Int>]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var lines: [Range<Int>] = []
    var start = 0
    for (offset, byte) in bytes.enumerated() where byte == Self.newline {
      lines.append(start..<offset)
      start = offset + 1
    }
    self.lines = lines
  }

  /// The first whole line.
  var firstLine: String? { lines.first.map { String(decoding: bytes[$0], as: UTF8.self) } }

  private var wholeBytes: Int { lines.last.map { $0.upperBound + 1 } ?? 0 }

  /// Where the rows of a recording end; nil when this is not its file.
  func end(
    of track: Track, records: [StepRecord], copy: [UInt8]?, firstLine: String?, branch: String?
  ) -> End? {
    guard endsLikeARow else { return nil }
    if let length = track.written?.length(in: bytes) {
      let kept = lines.count { $0.upperBound < length }
      guard lines[kept...].allSatisfy({ row($0) != nil }) else { return nil }
      return End(bytes: length, rows: kept, later: lines.count - kept)
    }
    if let copy, copy.starts(with: bytes[..<wholeBytes]) {
      return End(
        bytes: wholeBytes, rows: lines.count,
        missing: copy[wholeBytes...].split(separator: Self.newline).map {
          String(decoding: $0, as: UTF8.self) + "\n"
        })
    }
    if bytes.isEmpty { return End() }
    if track.written?.isEmpty == true, let firstLine, firstLine == self.firstLine {
      return lines.allSatisfy { row($0) != nil } ? End(later: lines.count) : nil
    }
    return end(of: records, track, branch)
  }

  /// Where the last recorded step stands, when what the session knows of the rows up to it agrees.
  ///
  /// A session that went back and on again has rows of other lines of time among its own: of each
  /// step that has rows, one must agree.
  private func end(of records: [StepRecord], _ track: Track, _ branch: String?) -> End? {
    let rows = lines.compactMap(row)
    guard rows.count == lines.count, let latest = records.last else { return nil }
    let last: Int
    var missing: [StepRecord] = []
    if let found = rows.lastIndex(where: { $0.agrees(with: latest) }) {
      last = found
    } else {
      // The disk may have lost the last rows: the session knows them.
      last = rows.count - 1
      guard last >= 0, records.contains(where: { rows[last].agrees(with: $0) }) else { return nil }
      missing = records.filter { $0.step > rows[last].step }
    }
    let known = Dictionary(grouping: rows[...last], by: \.step)
    for record in records {
      guard let same = known[record.step] else { continue }
      guard same.contains(where: { $0.agrees(with: record) }) else { return nil }
    }
    return End(
      bytes: lines[last].upperBound + 1, rows: last + 1, later: lines.count - last - 1,
      missing: missing.map { track.row(of: $0, branch: branch) })
  }

  private func row(_ line: Range<Int>) -> TrackRow? { TrackRow(bytes[line]) }

  /// Whether what follows the last whole line may be a row that a crash cut.
  private var endsLikeARow: Bool {
    zip(bytes[wholeBytes...], "{\"step\":".utf8).allSatisfy { $0 == $1 }
  }
}
