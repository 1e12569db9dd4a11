import Datasets
import Files
import Foundation
import Kernels
import Methods

/// Writing a session and going on with one.
extension Workbench {
  /// Writes the session: `PATH.dyad` (the log) and, with `state`, `PATH.safetensors`.
  ///
  /// The state file is written first, so that a log that can be seen has its state.
  /// Throws: `FileError`; then old files are as they were.
  public func saveSession(
    _ path: String, log: SessionLog, state withState: Bool, extras: SessionExtras? = nil
  ) throws -> [String] {
    var written: [String] = []
    if withState {
      try saveState(path, log: log, extras: extras)
      written.append(path + ".safetensors")
    }
    try AtomicFile.write(log.closedText, to: path + ".dyad")
    written.append(path + ".dyad")
    return written
  }

  /// Writes the state file alone; before there is a model it has the choices and no tensors.
  ///
  /// Throws: `FileError`; then an old file is as it was.
  public func saveState(_ path: String, log: SessionLog, extras: SessionExtras? = nil) throws {
    try writeState(path + ".safetensors", try stateText(log: log, extras: extras))
  }

  /// The description that a state file holds beside the tensors.
  func stateText(log: SessionLog, extras: SessionExtras?) throws -> String {
    var state = sessionState(learner, log: log)
    state.extras = extras
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(state), as: UTF8.self)
  }

  /// Writes a state file of a description.
  func writeState(_ file: String, _ text: String) throws {
    try SafetensorsWriter.write(
      to: file, tensors: learner?.exportTensors(optimizer: true) ?? [],
      metadata: [
        (SessionState.metadataKey, text),
        (SessionState.checksumKey, SessionState.checksum(text)),
      ])
  }

  /// Whether a file is a state that a session wrote.
  public static func isState(_ file: String) -> Bool {
    (try? decode(try SafetensorsFile(path: file))) != nil
  }

  /// The log that a state file holds; nothing is loaded.
  ///
  /// Throws: `SessionError` or `FileError` when it is no state file.
  public func logOfState(_ path: String) throws -> SessionLog {
    SessionLog(text: try Self.decode(try SafetensorsFile(path: path + ".safetensors")).log)
  }

  private func sessionState(_ learner: Learner?, log: SessionLog) -> SessionState {
    SessionState(
      version: SessionState.version, configuration: configuration, augmentation: augmentation,
      data: data?.choice, dataHash: data.map { String($0.loaded.hash, radix: 16) },
      step: learner?.step ?? 0, epoch: learner?.epoch ?? 0, stepInEpoch: learner?.stepInEpoch ?? 0,
      optimizerStart: learner.flatMap {
        $0.counters.optimizerStart > 0 ? $0.counters.optimizerStart : nil
      },
      pin: learner?.counters.pin, bankEpochsEnded: learner?.bank?.epochsEnded,
      bankWrittenEpochs: learner?.bank?.writtenEpochs, bankEpochs: learner?.bank?.bankEpochs,
      metrics: metrics.records.map(SessionState.Row.init),
      untrained: Dictionary(
        metrics.untrained.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { a, _ in a }),
      phases: metrics.phases.list, log: log.text, fingerprint: learner?.fingerprint.description,
      runs: finishedRuns,
      evaluations: evaluations,
      evaluated: metrics.evaluations.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap {
        (name, all) in
        all.map { SessionState.Evaluated(name: name, step: $0.step, value: $0.value) }
      },
      allowsNonFinite: allowsNonFinite ? true : nil, isUndrawn: learner == nil ? true : nil)
  }

  /// What a loaded session brought.
  public struct LoadedSession: Sendable {
    /// The number of completed steps.
    public var step: Int
    /// The number of completed epochs.
    public var epoch: Int
    /// The log that led there, as a script.
    public var log: String
    /// The fingerprint, checked against the one in the file; nil before there was a model.
    public var fingerprint: String?
    /// What else belongs to the session.
    public var extras: SessionExtras?
    /// What was done to the files of recordings.
    public var resumed: [TrackResumption] = []
    /// Why recordings go on without their files.
    public var lostFiles: [FileError] = []
  }

  /// Takes over a session from its state file, data included.
  ///
  /// `known` are data that may be those, which are then not read again. Its recordings go on with their files, or with `leavingTracks` wait for `resumeTracks`.
  ///
  /// Throws: `SessionError`, `FileError`, or what the data reader throws; then nothing changed.
  public func loadSession(
    _ path: String, known: DataState? = nil, leavingTracks: Bool = false
  ) throws -> LoadedSession {
    let file = try SafetensorsFile(path: path + ".safetensors")
    let state = try Self.decode(file)
    let other = Workbench(workers: workers)
    other.memoryLimit = memoryLimit
    if let choice = state.data {
      func hash(of data: DataState) -> String { String(data.loaded.hash, radix: 16) }
      let same = known.flatMap {
        $0.choice == choice && hash(of: $0) == state.dataHash ? $0 : nil
      }
      let loaded = try same ?? choice.load(memoryLimit: memoryLimit)
      let hash = hash(of: loaded)
      guard hash == state.dataHash else {
        throw SessionError(
          file: "the data are not those of the session: expected hash \(state.dataHash ?? "none"), "
            + "found \(hash)")
      }
      other.data = loaded
    }
    try state.check(file.path)
    other.configuration = state.configuration
    other.augmentation = state.augmentation
    guard state.isUndrawn != true else {
      other.resolution = try? other.configuration.resolve(try other.facts())
      take(other, state)
      for track in tracks { track.close() }
      tracks = []
      return LoadedSession(
        step: 0, epoch: 0, log: state.log, fingerprint: nil, extras: state.extras)
    }
    other.resolution = try other.configuration.resolve(try other.facts())
    let learner = try other.model()
    _ = try learner.load(file, strict: true)
    let lastStep = max(0, learner.configuration.stepsPerEpoch - 1)
    guard state.stepInEpoch <= lastStep, state.pin?.step ?? 0 <= lastStep else {
      throw SessionError(file: "'\(file.path)': the counters are out of range")
    }
    learner.restore(
      TrainingCounters(
        step: state.step, epoch: state.epoch, stepInEpoch: state.stepInEpoch,
        optimizerStart: state.optimizerStart ?? 0, pin: state.pin))
    if let bank = learner.bank {
      guard let ended = state.bankEpochsEnded, let written = state.bankWrittenEpochs,
        let used = state.bankEpochs, written.count == bank.rows, used.count == bank.rows
      else { throw SessionError(file: "'\(file.path)': the bank's epochs do not fit its rows") }
      bank.restore(workers, epochsEnded: ended, writtenEpochs: written, bankEpochs: used)
    }
    let fingerprint = learner.fingerprint.description
    guard fingerprint == state.fingerprint else {
      throw SessionError(
        file: "'\(file.path)' is damaged: expected fingerprint \(state.fingerprint ?? "none"), "
          + "found \(fingerprint)")
    }
    take(other, state)
    // Older files do not say how their steps were taken. Nothing but a swap changes the method of a
    // run, so that without one in the log it was the present one.
    if state.phases == nil, !state.log.contains("swap"), let first = metrics.records.first,
      let method = learner.configuration.method
    {
      metrics.take(method, try choices(of: learner.configuration), at: first.step)
    }
    for track in tracks { track.close() }
    tracks = (state.extras?.tracks ?? []).map { Track($0) }
    let files = leavingTracks ? (resumed: [], lost: []) : resumeTracks()
    return LoadedSession(
      step: state.step, epoch: state.epoch, log: state.log, fingerprint: fingerprint,
      extras: state.extras, resumed: files.resumed, lostFiles: files.lost)
  }

  /// Becomes a session that was made of a state file.
  private func take(_ other: Workbench, _ state: SessionState) {
    run += 1
    finishedRuns = state.runs ?? []
    evaluations = state.evaluations ?? []
    configuration = other.configuration
    resolution = other.resolution
    augmentation = other.augmentation
    allowsNonFinite = state.allowsNonFinite ?? false
    data = other.data
    learner = other.learner
    source = nil
    probe = nil
    metrics = MetricLog(
      state.metrics.map(\.record), untrained: state.untrainedMetrics, phases: state.phases ?? [])
    for one in state.evaluated ?? [] { metrics.note(one.name, one.value, step: one.step) }
  }

  private static func decode(_ file: SafetensorsFile) throws -> SessionState {
    guard let text = file.metadata[SessionState.metadataKey] else {
      throw SessionError(
        file:
          "'\(file.path)' holds no session: expected '\(SessionState.metadataKey)' in its metadata",
        help: "load weights \(file.path)")
    }
    let found = SessionState.checksum(text)
    if let expected = file.metadata[SessionState.checksumKey], expected != found {
      throw SessionError(
        file: "'\(file.path)' is damaged: expected checksum \(expected) of the session's "
          + "description, found \(found)")
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    struct Header: Codable { var version: Int }
    let data = Data(text.utf8)
    if let header = try? decoder.decode(Header.self, from: data),
      header.version > SessionState.version
    {
      throw SessionError(
        file: "'\(file.path)' is of version \(header.version), this dyad reads up to "
          + "\(SessionState.version)")
    }
    do {
      return try decoder.decode(SessionState.self, from: data)
    } catch {
      throw SessionError(
        file: "'\(file.path)': the session's description cannot be read: \(reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? "it" : "'\(path)'"
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return "\(place(context)) has no '\(key.stringValue)'"
    case DecodingError.typeMismatch(let type, let context),
      DecodingError.valueNotFound(let type, let context):
      return "\(place(context)) is not of the expected type \(type)"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      return "\(place(context)) has a value that is not known"
    default: return "it is not valid JSON"
    }
  }
}
