/// A state of a session that can be gone back to.
public final class Moment {
  /// The number of completed steps.
  public let step: Int
  /// The number of completed epochs.
  public let epoch: Int
  /// How often the counters went back to 0 before it.
  let run: Int
  /// The command that led to it; nil when it was kept in the middle of training.
  public let command: String?
  /// The names that a user gave it.
  public internal(set) var names: [String] = []
  /// Whether more than training led to it, so that it cannot be computed from an earlier one.
  let isKey: Bool
  /// Whether it is of a loaded session: what led from the one before it is not known.
  let isLoaded: Bool
  /// Whether undo or redo leads here: another moment of the same step may have other choices.
  var isUndoPlace = false
  /// The last metrics of a moment that is known by name only.
  let ends: (loss: Double?, zStd: Double?)?
  /// The metrics up to it; nil where a later moment of the branch has them, or none are known.
  ///
  /// The stretch knows what was measured since, and at steps that are computed again.
  var log: MetricLog?
  /// The training that it is part of.
  let stretch: Stretch
  /// The state; nil when it was dropped to save memory and will be computed from an earlier one.
  var image: WorkbenchImage?
  /// The state file that a loaded session has of it, without ending.
  var stored: String?
  /// The state file, without ending, that a save wrote of it as it is now.
  var savedAs: String?

  init(
    _ bench: Workbench, command: String?, isKey: Bool, image: WorkbenchImage?, stretch: Stretch,
    isLoaded: Bool = false
  ) {
    self.stretch = stretch
    self.isLoaded = isLoaded
    step = bench.learner?.step ?? 0
    epoch = bench.learner?.epoch ?? 0
    run = bench.run
    self.command = command
    self.isKey = isKey
    self.image = image
    log = bench.metrics
    ends = nil
    stored = nil
  }

  /// Makes a moment of a session file; its state is in a file of its own, given, or not there.
  init(
    _ point: TimelineShape.Point, run: Int, after: Stretch?, stored: String? = nil,
    image: WorkbenchImage? = nil
  ) {
    step = point.step
    epoch = point.epoch
    self.run = run
    stretch = Stretch(start: point.step, run: run, after: after)
    command = nil
    isKey = true
    isLoaded = true
    self.stored = stored
    self.image = image
    log = image?.metrics
    names = point.names
    ends = (point.loss, point.zStd)
  }

  /// A log that ends at a step of the same training, with all that was measured up to there.
  func completed(_ log: MetricLog, upTo step: Int) -> MetricLog {
    var log = log
    stretch.complete(&log, upTo: step)
    return log
  }

  /// Whether the state is held, here or in a file, rather than computed when it is asked for.
  public var isHeld: Bool { image != nil || stored != nil }
}

/// What belongs to a session besides its workbench and comes back with an undo.
public protocol TimelineAttachment {
  /// Whether another one is the same.
  func isSame(as other: (any TimelineAttachment)?) -> Bool
}

/// How a moment is asked for.
public indirect enum MomentName: Sendable, Hashable {
  /// A name that `snap` gave, or a branch, which stands for its end.
  case name(String)
  /// After a number of steps on the present branch.
  case step(Int)
  /// After a number of epochs on the present branch.
  case epoch(Int)
  /// A number of steps ago.
  case back(Int)
  /// On another branch.
  case branch(String, MomentName)

  /// The name as the prompt writes it, with `@`.
  public var description: String { "@" + text }

  private var text: String {
    switch self {
    case .name(let name): name
    case .step(let step): "s\(step)"
    case .epoch(let epoch): "e\(epoch)"
    case .back(let steps): "-\(steps)"
    case .branch(let name, let rest): name + "/" + rest.text
    }
  }
}

/// A line of moments; the first ones are those of the branch that it came from.
public struct Branch {
  /// Its name.
  public let name: String
  /// The branch and step that it came from; nil for the first one.
  public let origin: (branch: String, step: Int)?
  /// The moments in order.
  public internal(set) var moments: [Moment]
}
