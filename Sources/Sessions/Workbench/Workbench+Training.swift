import Analysis
import Datasets
import Files
import Foundation
import Layers
import Methods
import Tensors

/// What a run of steps did.
public struct TrainingReport: Sendable {
  /// The number of steps taken.
  public var steps = 0
  /// The last step's record.
  public var last: StepRecord?
  /// Whether it stopped before all steps because the user asked.
  public var wasCancelled = false
  /// Whether it stopped because `stopsAfter` said so.
  public var wasStopped = false
  /// The seconds by phase, summed over the steps.
  public var times = Learner.Times()
  /// Whether a step was given up in the middle.
  public var wasAborted = false
  /// The number of images trained on (each with two views).
  public var images = 0

  /// Makes an empty report.
  public init() {}

  /// Adds what another run of steps did.
  public mutating func add(_ other: TrainingReport) {
    steps += other.steps
    images += other.images
    times.add(other.times)
    last = other.last ?? last
  }
}

extension Workbench {
  /// Takes steps until all are taken or `isCancelled` says to stop; then the state is a step's end.
  ///
  /// `progress` is called after each step with the steps taken and the record, `evaluating` with
  /// the images done and in all while a recorded metric is measured before the first step;
  /// `stopsAfter` says after each step whether it was the last one; `isAborted` gives up the step
  /// that is running: the state is the one before it.
  /// Throws: `SessionError` when a step is impossible; the steps before it are kept, and
  /// `partial` is told how many.
  public func train(
    steps count: Int, isCancelled: () -> Bool = { false },
    isAborted: () -> Bool = { false },
    evaluating: (Int, Int) -> Void = { _, _ in },
    progress: (Int, StepRecord) -> Void = { _, _ in },
    stopsAfter: () throws -> Bool = { false }, partial: (TrainingReport) -> Void = { _ in }
  ) throws -> TrainingReport {
    let learner = try model()
    guard learner.configuration.method != nil else {
      throw SessionError("no method yet", help: "method simclr")
    }
    let source = try batchSource(learner)
    try measureUntrained(isCancelled, evaluating)
    let labels = data?.loaded.labels
    var report = TrainingReport()
    do {
      for _ in 0..<count {
        if isCancelled() {
          report.wasCancelled = true
          break
        }
        let (record, times) = try learner.takeStep(
          source, labels: labels, allowsNonFinite: allowsNonFinite, clock: Self.seconds,
          isAborted: isAborted)
        // Choices change between runs of steps only.
        if report.steps == 0, let method = learner.configuration.method {
          metrics.take(method, try choices(of: learner.configuration), at: record.step)
        }
        metrics.append(record)
        report.steps += 1
        report.times.add(times)
        report.images += learner.configuration.method?.batch ?? 0
        lastTimes = times
        try recordTracks(learner, isCancelled)
        report.last = metrics.records.last
        didStep()
        progress(report.steps, record)
        if try stopsAfter() {
          report.wasStopped = true
          break
        }
      }
    } catch is Learner.Aborted {
      (report.wasCancelled, report.wasAborted) = (true, true)
    } catch {
      partial(report)
      guard report.steps > 0 else { throw error }
      throw SessionError(
        "\(error); stopped after \(report.steps) of \(count) steps, which are kept",
        help: (error as? SessionError)?.help)
    }
    return report
  }

  /// What the next step would be.
  public struct DryStep: Sendable {
    /// Its metrics and learning rates.
    public var record: StepRecord
    /// The Euclidean norm of all gradients together.
    public var gradientNorm: Double
    /// The seconds by phase.
    public var times: Learner.Times
  }

  /// Computes the next step without applying it: the state stays, and the step can be taken.
  ///
  /// Throws: `SessionError` when a step is impossible.
  public func dryStep() throws -> DryStep {
    let learner = try model()
    let (record, norm, times) = try learner.dryStep(
      try batchSource(learner), labels: data?.loaded.labels, clock: Self.seconds)
    return DryStep(record: record, gradientNorm: norm, times: times)
  }

  /// Whether the batch of the last step is held, for its features, gradients and activations.
  public var holdsBatch: Bool { learner?.lastBatch != nil }

  /// The step that the last computed batch belongs to.
  public var batchStep: Int { learner?.lastBatchStep ?? 0 }

  /// The number of steps to the end of `count` epochs from here.
  ///
  /// Throws: `SessionError` when the model cannot be built.
  public func steps(epochs count: Int) throws -> Int {
    let learner = try model()
    let perEpoch = learner.configuration.stepsPerEpoch
    guard perEpoch > 0 else { throw SessionError("no method yet", help: "method simclr") }
    let (total, overflow) = perEpoch.multipliedReportingOverflow(by: count)
    guard !overflow else { throw SessionError("\(count) epochs are too many") }
    return total - learner.stepInEpoch
  }

  static func seconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

  func batchSource(_ learner: Learner) throws -> LoaderSource {
    if let source { return source }
    let fresh = try makeSource(learner)
    fresh.seek(learner.counters.place)
    source = fresh
    return fresh
  }

  private func makeSource(_ learner: Learner) throws -> LoaderSource {
    let state = try loadedData()
    guard let method = learner.configuration.method else {
      throw SessionError("no method yet", help: "method simclr")
    }
    return try LoaderSource(
      state.loaded, pipeline: pipeline(), batch: method.batch, seed: seed)
  }

  /// The pipeline of random views: the one chosen, or the preset of the method's family; data
  /// from `tensors` are not augmented unless asked.
  public func pipeline() -> Augmentation {
    if let augmentation { return augmentation.pipeline }
    if data?.choice.name == "tensors" { return .none }
    return configuration.method?.name.isSimSiamFamily == true ? .simsiam : .simclr
  }

  /// Chooses the pipeline of random views.
  ///
  /// Throws: `SessionError` when the data cannot be augmented.
  public func setAugmentation(_ choice: AugmentationChoice) throws {
    if let state = data, choice.pipeline != .none {
      guard let images = state.loaded.train, images.isBytes else {
        throw SessionError(
          "data '\(state.choice.name)' cannot be augmented: expected uint8 images",
          help: "augment none")
      }
    }
    augmentation = choice
    source = nil
    probe = nil
  }

  /// Adds the effective rank to the last record, for a report.
  ///
  /// Without the step's batch, as in a loaded session, there is nothing to measure.
  ///
  /// - Parameter source: The session with the batch of the last step, where this one is without.
  /// - Throws: `LinearAlgebraError` when the singular values cannot be found.
  public func completeLastRecord(from source: Workbench? = nil) throws {
    let source = source ?? self
    guard source.learner?.lastBatch != nil, metrics.records.last?.values[.erank] == nil,
      let value = try source.measure(.erank)
    else { return }
    measured(.erank, value, .record)
  }

  /// Measures what a condition needs and the last record lacks: an evaluation at an epoch's end,
  /// what the batch gives after every step.
  ///
  /// Throws: what measuring throws, for example when the user stops it.
  public func measureLast(_ names: [MetricName], isCancelled: () -> Bool = { false }) throws {
    guard let learner, learner.lastBatch != nil, let last = metrics.records.last else { return }
    for name in names where name.isCostly || name == .align {
      guard last.values[name] == nil, name != .knn || learner.stepInEpoch == 0 else { continue }
      if let value = try measure(name, isCancelled) { measured(name, value, .record) }
    }
  }

  /// Measures before the first step what a recording will measure later, so that its curve begins
  /// with the untrained model; not written to files, which have one object a step.
  private func measureUntrained(
    _ isCancelled: () -> Bool, _ evaluating: (Int, Int) -> Void
  ) throws {
    guard learner?.step == 0, tracks.contains(where: { $0.metrics.contains(.knn) }) else { return }
    do {
      let report = try knn(
        WeightedKNN(), layer: .h, trainLimit: nil, testLimit: nil, isCancelled: isCancelled,
        progress: evaluating)
      measured(.knn, report.result.top1, .untrained)
    } catch  where isCancelled() {
      return
    }
  }

  /// Measures and writes what is due; a costly measurement that the user stops is left out.
  private func recordTracks(_ learner: Learner, _ isCancelled: () -> Bool) throws {
    guard let record = metrics.records.last, !tracks.isEmpty else { return }
    let ends = learner.stepInEpoch == 0
    for track in tracks where track.isDue(step: record.step, epoch: record.epoch, ends: ends) {
      for name in track.metrics where metrics.records.last?.values[name] == nil {
        do {
          if let value = try measure(name, isCancelled) { measured(name, value, .record) }
        } catch  where isCancelled() {
          continue
        }
      }
      guard let complete = metrics.records.last else { continue }
      try track.write(complete, branch: branchOfRows(), willBegin: willBeginFile)
    }
  }

  /// Returns the metrics that the method gives, costly ones included.
  public func availableMetrics() throws -> [MetricName] {
    let learner = try model()
    guard let method = learner.configuration.method else { return [] }
    var out: [MetricName] = [.loss, .total, .zStd]
    if method.classes > 0 { out += [.classLoss, .acc1, .acc5] }
    if !method.name.isSimSiamFamily { out.append(.contrastAcc) }
    out += [.erank, .align, .uniform]
    if data?.loaded.labels != nil, data?.loaded.test != nil { out.append(.knn) }
    return MetricName.allCases.filter(out.contains)
  }

  /// Starts a recording; while a replay runs its file is at another place than its path.
  ///
  /// Throws: `SessionError` for a metric that the method does not give, or a file that cannot be
  /// created.
  public func addTrack(
    _ names: [String], every: Amount, path: String?, place: String? = nil
  ) throws -> Track {
    guard try model().configuration.method != nil else {
      throw SessionError("no method yet", help: "method simclr")
    }
    let available = try availableMetrics()
    var metrics: [MetricName] = []
    var withRates = false
    for name in names {
      if name == "lr" {
        withRates = true
      } else if let metric = MetricName(rawValue: name), available.contains(metric) {
        metrics.append(metric)
      } else {
        let known = available.map(\.rawValue).joined(separator: " ")
        throw SessionError(
          "no metric '\(name)' here: expected \(known) lr", about: "metrics", part: name)
      }
    }
    let track = try Track(
      metrics: metrics, withRates: withRates, every: every, path: path, place: place)
    tracks.append(track)
    return track
  }

  /// Goes back to the recordings of another time; one that was ended goes on at its file's end.
  ///
  /// Returns: Why some go on without their files.
  public func useTracks(_ old: [Track]) -> [FileError] {
    for track in tracks where !old.contains(where: { $0 === track }) { track.close() }
    let again = old.filter { track in !tracks.contains { $0 === track } }
    tracks = old
    // After an undo the file has later steps too: it is this session's own.
    return again.compactMap { $0.goOn(at: place(of: $0)) }
  }

  /// Goes back to the recordings of a session that was left; what another one cut off is written
  /// again.
  func takeTracks(_ old: [Track]) -> (resumed: [TrackResumption], lost: [FileError]) {
    for track in tracks { track.close() }
    tracks = old
    return resumeTracks()
  }

  private func place(of track: Track) -> String { track.path.map(trackPlace) ?? "" }

  /// Goes on with the files of the recordings at the present step, rows of later steps cut.
  ///
  /// - Parameters:
  ///   - copy: All rows of a recording, where they were made again.
  ///   - firstLine: What the session's journal says that the file of a recording begins with.
  /// - Returns: What was done, and why some go on without their files.
  public func resumeTracks(
    copy: (Track) -> [UInt8]? = { _ in nil }, firstLine: (Track) -> String? = { _ in nil }
  ) -> (resumed: [TrackResumption], lost: [FileError]) {
    var result: (resumed: [TrackResumption], lost: [FileError]) = ([], [])
    let isEpochEnd = learner?.stepInEpoch == 0
    for track in tracks where track.path != nil {
      let records = metrics.records
      let due = records.enumerated().filter { index, record in
        let ends =
          index + 1 < records.count ? records[index + 1].epoch != record.epoch : isEpochEnd
        return track.isDue(step: record.step, epoch: record.epoch, ends: ends)
      }
      do {
        let resumed = try track.resume(
          at: place(of: track), records: due.map(\.element), copy: copy(track),
          firstLine: firstLine(track), branch: branchOfRows())
        if let resumed { result.resumed.append(resumed) }
      } catch {
        result.lost.append(error)
      }
    }
    return result
  }

  /// Lets all recordings go on without their files.
  ///
  /// - Returns: The errors that say so.
  public func leaveTrackFiles(_ reason: String) -> [FileError] {
    tracks.compactMap { track in
      track.path.map { track.lose(FileError("'\($0)' \(reason)")) }
    }
  }

  /// Ends recordings: all, or those of a metric.
  public func removeTracks(metric: String? = nil) -> Int {
    let ending = tracks.filter { metric == nil || $0.names.contains(metric ?? "") }
    for track in ending { track.close() }
    tracks.removeAll { track in ending.contains { $0 === track } }
    return ending.count
  }
}

extension Learner.Times {
  mutating func add(_ other: Learner.Times) {
    wait += other.wait
    forward += other.forward
    backward += other.backward
    commit += other.commit
  }
}
