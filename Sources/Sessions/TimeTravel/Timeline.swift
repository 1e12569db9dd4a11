import Files
import Kernels

/// The moments of a session: what can be undone, gone back to, branched from and compared.
///
/// A moment is kept after every command that changed the state and, in long runs, as often as costs
/// little; others are computed from the one before, which gives the same bits. Nothing is
/// overwritten: training on from an earlier moment opens a branch.
public final class Timeline {
  /// The name of the first branch.
  public static let firstBranch = "main"
  /// The deepest undo.
  static let maxUndo = 10_000

  /// Where the session can stand: a moment on a branch.
  struct Place {
    var branch: String
    var moment: Moment
  }

  /// A command that can be undone.
  struct Change {
    let command: String
    let before: Place
    let after: Place
    /// What the owner wants back when it is undone, and when it is redone.
    let attachments: (before: (any TimelineAttachment)?, after: (any TimelineAttachment)?)
  }

  /// The session.
  public let bench: Workbench
  /// The lines of moments; the first one is `main`.
  public internal(set) var branches: [Branch]
  /// The most bytes of memory that moments may take.
  public var budget = 1 << 30 {
    didSet {
      hasForgotten = false
      thin()
    }
  }
  /// The most bytes of disk for moments that memory has no room for; with 0 they are forgotten.
  public var spillLimit = 0 {
    didSet {
      hasForgotten = false
      spill?.limit = spillLimit
      spillFailure = nil
    }
  }
  /// Why the disk could not take a moment; nil when it could.
  public internal(set) var spillFailure: String?
  /// Called when ends of branches or changes of choices are forgotten for the first time.
  public var willForget: () -> Void = {}
  var hasForgotten = false
  /// The disk space; nil until it is needed.
  var spill: SpillFile?
  let pool = ArenaPool()
  var current: String
  /// The last moment on the way to the present state; the present state may be later.
  var here: Moment
  var undoable: [Change] = []
  var redoable: [Change] = []
  /// Where the command that runs now began.
  private(set) var began: Place
  /// What the owner had then.
  private var beganAttachment: (any TimelineAttachment)?
  /// What belongs to the present state besides the session; undo brings it back.
  public internal(set) var attachment: (any TimelineAttachment)?
  /// The commands inside the one that runs now, with where each ended.
  private var pending: [(command: String, place: Place, attachment: (any TimelineAttachment)?)] = []
  /// Whether the command that runs now moved by itself, so that it is no change of its own.
  var isMoving = false
  private var pace = SnapshotPace()
  /// What was measured since the last moment.
  private var measured: [Measurement] = []
  private var seen: Seen
  /// The name of the session that was loaded, if it has one: moments before it may not be there.
  var loadedFrom: String??
  /// The session at another moment, for looking at it, and its log without what was measured since.
  var excursion: (place: ObjectIdentifier, step: Int, bench: Workbench, log: MetricLog)?

  /// The session that was left for the present one.
  var left: Left?
  /// The session whose `load session` was undone, until something else changes.
  var ahead: Ahead?

  /// Begins at the present state of a session.
  public init(_ bench: Workbench) {
    self.bench = bench
    let first = Moment(
      bench, command: nil, isKey: true, image: bench.capture(pool),
      stretch: Stretch(start: 0, run: bench.run))
    branches = [Branch(name: Timeline.firstBranch, origin: nil, moments: [first])]
    current = Timeline.firstBranch
    here = first
    began = Place(branch: current, moment: first)
    seen = Seen(bench)
    bench.didStep = { [unowned self] in didStep() }
    bench.didMeasure = { [unowned self] in didMeasure($0) }
    bench.branchOfRows = { [unowned self] in branchOfStep }
  }

  /// The name of the branch that the session is on.
  public var branch: String { current }

  /// Whether the session stands before the end of its branch.
  public var isBehind: Bool {
    index(of: current).map { branches[$0].moments.last !== here } ?? false
  }

  /// The branch that a step taken now is on, also where it will open one; nil for the first one.
  private var branchOfStep: String? {
    guard laterMoments?.isWorthKeeping == true else {
      return current == Timeline.firstBranch ? nil : current
    }
    return nextBranchName()
  }

  /// Forgets what could be undone: the session begins at a place.
  func forgetChanges(at place: Place) {
    undoable = []
    redoable = []
    pending = []
    measured = []
    arrived(at: place)
    began = place
    beganAttachment = attachment
  }

  /// Goes on where a session was left; going there is no change of its own.
  func comeBack(to place: Place) {
    pending = []
    arrived(at: place)
    began = place
    beganAttachment = attachment
    isUndoing = true
  }

  /// Says what the owner has before the first command.
  public func begin(with attachment: any TimelineAttachment) {
    self.attachment = attachment
    beganAttachment = attachment
  }

  /// Keeps the state after a command, when it changed.
  ///
  /// - Parameters:
  ///   - command: The command as the log writes it.
  ///   - attachment: What the owner wants back when a later command is undone.
  public func note(command: String, attachment: (any TimelineAttachment)?) {
    if isMoving {
      isMoving = false
      return
    }
    self.attachment = attachment
    guard !seen.isSame(bench) else {
      keepWhatWasLookedAt()
      return
    }
    let isTraining = seen.isTraining(to: bench)
    keep(command: command, isKey: !isTraining, withImage: !isTraining || pace.allowsImage)
  }

  /// Ends a command: from here on it is one thing to undo, with what was pending.
  public func close(command: String) {
    keepWhatWasLookedAt()
    defer {
      began = Place(branch: current, moment: here)
      beganAttachment = attachment
      pending = []
      isMoving = false
    }
    guard !isUndoing else {
      isUndoing = false
      return
    }
    push(command, to: Place(branch: current, moment: here), attachment)
  }

  /// Ends a command inside another one, which may become one thing to undo or several.
  public func pend(command: String) {
    pending.append((command, Place(branch: current, moment: here), attachment))
  }

  /// What a command measured, and the model that a look drew, belong to the moment looked at: going
  /// back there brings them back too.
  private func keepWhatWasLookedAt() {
    guard seen.isSame(bench), here.step == bench.learner?.step ?? 0 else { return }
    here.log = bench.metrics
    here.image?.metrics = bench.metrics
    here.savedAs = nil
    if let image = here.image, image.learner == nil, bench.learner != nil {
      here.image = bench.capture(pool)
    }
  }

  /// How many commands are inside the one that runs now.
  public var pendingCount: Int { pending.count }

  /// Makes the last of them parts of the one before, or of the one that runs now.
  public func dropPending(from count: Int) {
    pending.removeSubrange(min(count, pending.count)...)
  }

  /// Ends a command of which each part is a thing to undo, as the log has it.
  public func closeEach(last command: String) {
    for (i, part) in pending.enumerated() {
      // What no command of the log did, as a block's variable that is gone again, is the last one's.
      let isLast = i == pending.count - 1 && part.place.moment === here
      push(part.command, to: part.place, isLast ? attachment : part.attachment)
    }
    close(command: command)
  }

  private func push(
    _ command: String, to place: Place, _ after: (any TimelineAttachment)?
  ) {
    let isSameShell = beganAttachment?.isSame(as: after) ?? (after == nil)
    guard began.moment !== place.moment || began.branch != place.branch || !isSameShell else {
      return
    }
    (began.moment.isUndoPlace, place.moment.isUndoPlace) = (true, true)
    undoable.append(
      Change(
        command: command, before: began, after: place, attachments: (beganAttachment, after)))
    if undoable.count > Timeline.maxUndo { undoable.removeFirst() }
    redoable = []
    ahead = nil
    began = place
    beganAttachment = after
  }

  var isUndoing = false

  /// Says that the session is at a moment now.
  func arrived(at place: Place) {
    current = place.branch
    here = place.moment
    seen = Seen(bench)
    isMoving = true
  }

  /// What is measured at a step that is no moment yet belongs to the next one, which may be on a new
  /// branch.
  private func didMeasure(_ measurement: Measurement) {
    if measurement.step > here.step {
      measured.append(measurement)
    } else {
      here.stretch.note(measurement)
    }
  }

  private func didStep() {
    guard !isMoving, let learner = bench.learner else { return }
    if pace.isDue(endsEpoch: learner.stepInEpoch == 0) {
      let isTraining = seen.isTraining(to: bench)
      keep(command: nil, isKey: !isTraining, withImage: true)
    }
  }

  /// Adds the present state to the branch, or to a new one when the branch goes on from here.
  func keep(command: String?, isKey: Bool, withImage: Bool) {
    let image = withImage ? pace.timed { bench.capture(pool) } : nil
    leaveLaterMoments()
    let moment = Moment(
      bench, command: command, isKey: isKey, image: image, stretch: nextStretch(isKey: isKey))
    for measurement in measured { moment.stretch.note(measurement) }
    measured = []
    if let at = index(of: current) { branches[at].moments.append(moment) }
    let isNew = image?.learner !== here.image?.learner
    let previous = here
    here = moment
    seen = Seen(bench)
    releaseLog(of: previous)
    forget(previous)
    if isNew { thin() }
  }

  /// The stretch of the moment that comes next on the branch.
  private func nextStretch(isKey: Bool) -> Stretch {
    if isKey { return Stretch(start: bench.summary.step, run: bench.run, after: here.stretch) }
    let isFork = branches.contains { $0.name != current && $0.moments.contains { $0 === here } }
    return isFork ? Stretch(start: here.step, run: here.run, after: here.stretch) : here.stretch
  }

  /// Opens a branch when what comes after the present moment is worth keeping, else forgets it.
  private func leaveLaterMoments() {
    guard let (at, position, isWorthKeeping) = laterMoments else { return }
    let later = branches[at].moments[(position + 1)...]
    if isWorthKeeping {
      openBranch(named: nextBranchName(), from: at, upTo: position)
    } else {
      here.log = here.log ?? later.last?.log
      branches[at].moments.removeSubrange((position + 1)...)
    }
  }

  /// Where the present moment is, when its branch goes on from there, and whether what comes after
  /// is worth keeping.
  private var laterMoments: (branch: Int, position: Int, isWorthKeeping: Bool)? {
    guard let at = index(of: current),
      let position = branches[at].moments.lastIndex(where: { $0 === here }),
      position + 1 < branches[at].moments.count
    else { return nil }
    let isWorthKeeping = branches[at].moments[(position + 1)...].contains {
      $0.step > here.step || $0.run != here.run || !$0.names.isEmpty
    }
    return (at, position, isWorthKeeping)
  }

  func openBranch(named name: String, from at: Int, upTo position: Int) {
    // At or before its own fork a branch is still the one that it came from. What was only
    // computed again may have been forgotten in one of them.
    let changes = branches[at].moments[...position].filter { $0.isKey && !$0.isLoaded }
    var from = at
    while let origin = branches[from].origin, let parent = index(of: origin.branch),
      here.step <= origin.step,
      changes.allSatisfy({ change in branches[parent].moments.contains { $0 === change } })
    {
      from = parent
    }
    branches.append(
      Branch(
        name: name, origin: (branches[from].name, here.step),
        moments: Array(branches[at].moments[...position])))
    current = name
  }

  private func nextBranchName() -> String {
    var number = 2
    while index(of: "\(Timeline.firstBranch)-\(number)") != nil { number += 1 }
    return "\(Timeline.firstBranch)-\(number)"
  }

  func index(of branch: String) -> Int? { branches.firstIndex { $0.name == branch } }

  /// Makes sure that the present state is a moment that is held.
  func keepPresent() {
    if seen.isSame(bench) {
      if here.image == nil { here.image = bench.capture(pool) }
    } else {
      keep(command: nil, isKey: !seen.isTraining(to: bench), withImage: true)
    }
  }
}

/// What a session was when it was looked at last, to tell changes from training and from nothing.
private struct Seen {
  private weak var learner: Learner?
  private let hadLearner: Bool
  private let version: Int
  private let outsideChanges: Int
  private let step: Int
  private let choices: WorkbenchImage

  init(_ bench: Workbench) {
    learner = bench.learner
    hadLearner = bench.learner != nil
    version = bench.learner?.version ?? 0
    outsideChanges = bench.learner?.outsideChanges ?? 0
    step = bench.learner?.step ?? 0
    choices = WorkbenchImage(
      configuration: bench.configuration, resolution: nil, data: bench.data,
      augmentation: bench.augmentation, allowsNonFinite: bench.allowsNonFinite,
      metrics: MetricLog(), finishedRuns: [], evaluations: [], run: bench.run, learner: nil)
  }

  /// A model that was only built, not trained, is no change: it follows from the choices.
  func isSame(_ bench: Workbench) -> Bool {
    guard choices.hasChoices(of: bench) else { return false }
    guard let now = bench.learner else { return !hadLearner }
    if hadLearner { return learner === now && version == now.version }
    return now.step == 0 && now.outsideChanges == 0
  }

  /// Whether steps alone led from there to here.
  func isTraining(to bench: Workbench) -> Bool {
    guard choices.hasChoices(of: bench), let now = bench.learner, now.step > step else {
      return false
    }
    // A model that was drawn in between follows from the choices.
    guard hadLearner else { return now.outsideChanges == 0 }
    return learner === now && outsideChanges == now.outsideChanges
  }
}
