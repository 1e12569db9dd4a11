import Datasets
import Files
import Foundation
import Kernels
import Methods

/// What `NAME.safetensors` holds besides tensors, as JSON in its metadata.
struct SessionState: Codable {
  /// The format; newer ones are refused.
  static let version = 1
  static let metadataKey = "dyad.session"
  /// The hash of that text, in hexadecimal; absent in older files.
  static let checksumKey = "dyad.checksum"

  /// The hash of a description: fingerprint and data hash vouch for tensors and data only.
  static func checksum(_ text: String) -> String {
    String(ContentHash.of(text), radix: 16)
  }

  var version: Int
  var configuration: Configuration
  var augmentation: AugmentationChoice?
  var data: DataChoice?
  var dataHash: String?
  var step: Int
  var epoch: Int
  var stepInEpoch: Int
  /// Absent where it is 0, as in older files.
  var optimizerStart: Int?
  /// The batch that every step takes; absent for the next one in order.
  var pin: BatchPlace?
  var bankEpochsEnded: Int?
  var bankWrittenEpochs: [Int32]?
  var bankEpochs: [Int32]?
  var metrics: [Row]
  /// Metrics before the first step, by name; absent in older files.
  var untrained: [String: Double]?
  /// With what choices the steps were taken; absent in older files.
  var phases: [RunPhase]?
  var log: String
  var fingerprint: String?
  /// What else belongs to the session; absent in older files.
  var extras: SessionExtras?
  var runs: [RunSummary]?
  var evaluations: [Evaluation]?
  /// Metrics that evaluation commands measured last.
  var evaluated: [Evaluated]?
  /// Whether a loss that is not finite lets a step through; absent where it stops.
  var allowsNonFinite: Bool?
  /// Whether there is no model yet, but one to be drawn from the seed; absent where there is one.
  var isUndrawn: Bool?

  /// What an evaluation command measured.
  struct Evaluated: Codable {
    var name: MetricName
    var step: Int
    var value: Double
  }

  /// One step's metrics.
  struct Row: Codable {
    var step: Int
    var epoch: Int
    var rateNames: [String]
    var rates: [Double]
    var values: [String: Double]

    init(_ record: StepRecord) {
      step = record.step
      epoch = record.epoch
      rateNames = record.rates.map(\.name)
      rates = record.rates.map(\.value)
      values = Dictionary(
        record.values.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { a, _ in a })
    }

    var record: StepRecord {
      StepRecord(
        step: step, epoch: epoch,
        rates: zip(rateNames, rates).map { ($0, $1) },
        values: Dictionary(
          values.compactMap { k, v in MetricName(rawValue: k).map { ($0, v) } },
          uniquingKeysWith: { a, _ in a }))
    }
  }
}

/// What belongs to a session besides the model: it goes on as it was saved.
public struct SessionExtras: Sendable, Equatable, Codable {
  /// Commands that make the shell's variables, definitions, conditions and preferences again.
  public var shell: [String]
  /// The conditions among them that held.
  public var held: [String]?
  /// Branches and named moments.
  public var timeline: TimelineShape?
  /// The recordings in force.
  var tracks: [TrackShape]

  /// Describes a session with its shell and the moments that were stored beside it.
  public init(
    shell: [String], held: [String], timeline: Timeline, stored: Timeline.Stored = Timeline.Stored()
  ) {
    self.shell = shell
    self.held = held
    self.timeline = timeline.shape(stored)
    tracks = timeline.bench.tracks.map {
      TrackShape(
        metrics: $0.metrics, withRates: $0.withRates, every: $0.every, path: $0.path,
        written: $0.path == nil ? nil : $0.written?.seal, rows: $0.rows)
    }
  }

  /// A recording.
  struct TrackShape: Sendable, Equatable, Codable {
    var metrics: [MetricName]
    var withRates: Bool
    var every: Amount
    var path: String?
    /// What its file begins with; absent in older files.
    var written: WrittenRows.Seal?
    /// The number of rows; absent in older files.
    var rows: Int?

    /// Whether the distance is one that `track` takes.
    var isInRange: Bool {
      switch every {
      case .steps(let count): ConfigurationLimits.counters.contains(count)
      case .epochs(let count):
        count >= 0 && count <= Double(ConfigurationLimits.counters.upperBound)
      case .fraction: false
      }
    }
  }
}

extension SessionState {
  /// The metrics before the first step.
  var untrainedMetrics: [MetricName: Double] {
    Dictionary(
      (untrained ?? [:]).compactMap { k, v in MetricName(rawValue: k).map { ($0, v) } },
      uniquingKeysWith: { a, _ in a })
  }

  /// Checks what tensors and fingerprint do not vouch for: a damaged file may hold any number.
  func check(_ path: String) throws {
    do {
      try configuration.checkRanges()
      try augmentation?.pipeline.validate()
    } catch {
      throw SessionError(file: "'\(path)': \(error)")
    }
    let counters = ConfigurationLimits.counters
    let ended = bankEpochsEnded ?? 0
    guard counters.contains(step), counters.contains(epoch), counters.contains(stepInEpoch),
      counters.contains(ended)
    else { throw SessionError(file: "'\(path)': the counters are out of range") }
    try extras?.timeline?.check()
    for track in extras?.tracks ?? [] where !track.isInRange {
      throw SessionError(file: "'\(path)': a recording's distance is out of range")
    }
    try checkPhases(path)
    let start = optimizerStart ?? 0
    let pinned = pin ?? BatchPlace(epoch: 0, step: 0)
    guard (0...step).contains(start), (0...epoch).contains(pinned.epoch), pinned.step >= 0 else {
      throw SessionError(file: "'\(path)': the counters are out of range")
    }
    let newest = Int32(clamping: max(epoch, ended))
    for rowEpoch in (bankWrittenEpochs ?? []) + (bankEpochs ?? [])
    where rowEpoch < -1 || rowEpoch > newest {
      throw SessionError(
        file: "'\(path)': a bank row is of epoch \(rowEpoch), expected -1…\(newest)")
    }
  }

  private func checkPhases(_ path: String) throws {
    let phases = phases ?? []
    let starts = phases.map(\.start)
    let (first, last) = (metrics.first?.step ?? 0, metrics.last?.step ?? 0)
    guard starts.first ?? first >= first, starts.last ?? last <= last,
      zip(starts, starts.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw SessionError(file: "'\(path)': the choices of its steps do not fit the steps")
    }
    typealias Limits = ConfigurationLimits
    for phase in phases {
      let method = phase.method
      let isText = phase.changes.allSatisfy { choice in
        [choice.part, choice.name, choice.value ?? ""].allSatisfy { HarmlessText.line($0) == $0 }
      }
      guard Limits.batch.contains(method.batch), Limits.head.contains(method.projectorOut),
        method.start >= 0, (0...Int(Int32.max)).contains(method.classes),
        method.temperature > 0, isText
      else {
        throw SessionError(file: "'\(path)': a choice of step \(phase.start) is out of range")
      }
    }
  }
}
