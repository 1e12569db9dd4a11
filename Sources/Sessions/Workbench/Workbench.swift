import Datasets
import Files
import Foundation
import Kernels
import Layers
import Methods
import Tensors

/// Everything that a session holds: configuration, data, model, metrics, recordings.
///
/// Commands make one call here. A call that throws leaves everything as it was.
public final class Workbench {
  /// What the user set.
  public internal(set) var configuration = Configuration()
  /// Every choice made from `configuration` for the data; nil until data and backbone are chosen.
  ///
  /// It is made with each change, so that a choice that does not fit is refused there and then.
  public internal(set) var resolution: ResolvedConfiguration?
  /// The loaded data and how to load them again.
  public internal(set) var data: DataState?
  /// The pipeline of random views; nil is the preset of the method's family.
  public internal(set) var augmentation: AugmentationChoice?
  /// The metrics of all committed steps.
  public internal(set) var metrics = MetricLog()
  /// The recordings in force.
  public internal(set) var tracks: [Track] = []
  /// Where the file of a recording's path is: a replay's files are elsewhere.
  public var trackPlace: (String) -> String = { $0 }
  /// Whether losses and gradients that are not finite may be committed.
  public var allowsNonFinite = false
  /// The threads of the engine.
  public let workers: Workers
  var learner: Learner?
  var source: LoaderSource?
  var probe: ProbeSet?
  var finishedRuns: [RunSummary] = []
  var evaluations: [Evaluation] = []
  /// The number of times that the counters went back to step 0.
  var run = 0
  /// The last image of the model.
  var lastImage = LastImage()
  /// The branch that rows of recordings are of; nil on the first one.
  var branchOfRows: () -> String? = { nil }
  /// Called before the first row of a recording's file is written.
  public var willBeginFile: () -> Void = {}
  /// Called after each step, when it is committed and recorded.
  var didStep: () -> Void = {}
  /// Called after something was measured beside what every step gives.
  var didMeasure: (Measurement) -> Void = { _ in }
  /// The seconds of the last step, by phase.
  public internal(set) var lastTimes = Learner.Times()

  /// Makes an empty session on a number of threads.
  public convenience init(threads: Int) { self.init(workers: Workers(threads: threads)) }

  /// Makes an empty session on another one's threads, for a look at another state.
  init(workers: Workers) { self.workers = workers }

  /// Changes the number of threads; results do not depend on it.
  public func setThreads(_ count: Int) { workers.setThreads(count) }

  /// The seed in force: the one set, or 0.
  public var seed: UInt64 { configuration.seed ?? 0 }

  /// What the resolver must know of the data.
  ///
  /// Throws: `SessionError` when none are loaded.
  public func facts() throws -> DataFacts { try loadedData().facts }

  func loadedData() throws -> DataState {
    guard let data else { throw SessionError("no data yet", help: "data demo") }
    return data
  }

  /// Every choice made, as far as the user's choices allow.
  ///
  /// Throws: `SessionError` when data or backbone are missing or a choice does not fit.
  public func resolved() throws -> ResolvedConfiguration {
    // Where there is none, resolving says what is missing.
    try resolution ?? configuration.resolve(try facts())
  }

  /// Whether a model exists, so that changes re-initialise parts of it.
  public var hasModel: Bool { learner != nil }

  /// The number of completed steps; nil without a model.
  public var modelStep: Int? { learner?.step }

  /// The model, built from the configuration when first needed.
  ///
  /// Throws: `SessionError` when something is missing or does not fit.
  public func model() throws -> Learner {
    if let learner { return learner }
    let built = try makeLearner(configuration, try loadedData())
    learner = built
    return built
  }

  private func makeLearner(_ configuration: Configuration, _ data: DataState) throws -> Learner {
    let resolved = try configuration.resolve(data.facts)
    try checkSize(resolved, data.facts)
    return try Learner(
      resolved, seed: configuration.seed ?? 0, inputShape: data.facts.inputShape,
      samples: data.facts.count, workers: workers)
  }

  /// What a change kept and renewed.
  public struct ChangeReport: Sendable, Equatable {
    /// Parts whose values were kept.
    public var kept: [String] = []
    /// Parts that were drawn anew.
    public var renewed: [String] = []
    /// Parts that the new choice does not have.
    public var dropped: [String] = []
    /// Whether the counters went back to step 0.
    public var restarted = false
  }

  /// Sets the seed and draws a model that exists anew, also when it had this seed before.
  ///
  /// Throws: `SessionError` when the model cannot be built; then nothing changed.
  public func setSeed(_ seed: UInt64) throws -> ChangeReport {
    try configure(drawsAnew: true) { $0.seed = seed }
  }

  /// Changes the configuration.
  ///
  /// A model that exists keeps the parts that the change leaves alone, or with `drawsAnew` none. With `goesOn` training goes on from its step in any case.
  ///
  /// Throws: `SessionError` when the result does not fit; then nothing changed.
  @discardableResult
  public func configure(
    data newData: DataState? = nil, drawsAnew: Bool = false, goesOn: Bool = false,
    _ change: (inout Configuration) -> Void
  ) throws -> ChangeReport {
    var next = configuration
    change(&next)
    try next.validate()
    let nextData = newData ?? data
    var nextResolution: ResolvedConfiguration?
    if let nextData, next.backbone != nil { nextResolution = try next.resolve(nextData.facts) }
    guard let learner, let nextData else {
      configuration = next
      resolution = nextResolution
      data = nextData
      if newData != nil { forgetProgress() }
      return ChangeReport()
    }
    let sameData = newData == nil
    if sameData, next == configuration, !drawsAnew { return ChangeReport() }
    let fresh = try makeLearner(next, nextData)
    let report =
      drawsAnew
      ? ChangeReport(renewed: ["everything"], restarted: true)
      : fresh.inherit(from: learner, sameData: sameData, goesOn: goesOn)
    if report.restarted {
      finishRun()
      run += 1
    } else if !report.kept.contains("backbone") {
      evaluations = []
    }
    configuration = next
    resolution = nextResolution
    data = nextData
    self.learner = fresh
    source = nil
    probe = nil
    if report.restarted { metrics = MetricLog() }
    return report
  }

  /// What of the present method's choices goes on under a method: the batch in force, and options
  /// that it has too.
  public func choiceToKeep(for name: MethodName) -> MethodChoice {
    guard var choice = configuration.method?.adapted(to: name) else { return MethodChoice(name) }
    choice.batch = resolution?.method?.batch ?? choice.batch
    return choice
  }

  /// Chooses the backbone and, with a file, loads its weights; both or neither.
  ///
  /// Throws: `SessionError` or `FileError`; then nothing changed.
  public func setBackbone(_ choice: BackboneChoice, weights: String?) throws -> (
    ChangeReport, Learner.LoadReport?
  ) {
    let old = (configuration, resolution, learner, source, probe, metrics)
    let oldRuns = (finishedRuns, evaluations, run)
    do {
      let report = try configure { $0.backbone = choice }
      return (report, try weights.map { try loadWeights($0, strict: true) })
    } catch {
      (configuration, resolution, learner, source, probe, metrics) = old
      (finishedRuns, evaluations, run) = oldRuns
      throw error
    }
  }

  /// The files that the command that runs now has read, for the log.
  public private(set) var reads: [FileRecord] = []

  /// Notes files that a command read.
  public func note(reads files: [FileRecord]) { reads += files }

  /// Returns and forgets the files that were read since the last call.
  public func takeReads() -> [FileRecord] {
    defer { reads = [] }
    return reads
  }

  private func forgetProgress() {
    finishRun()
    run += 1
    learner = nil
    source = nil
    probe = nil
    metrics = MetricLog()
  }

  /// The largest amount of memory that a session may use, in bytes; 80 % of the machine's.
  public var memoryLimit: Int = Int(clamping: ProcessInfo.processInfo.physicalMemory) / 10 * 8

  static func gigabytes(_ bytes: Double) -> String {
    "\((bytes / 1e8).rounded() / 10) GB"
  }

  /// The fingerprint of the state, or nil while there is no model.
  public var fingerprint: Fingerprint? { learner?.fingerprint }
}
