/// What a move through time did.
public struct Arrival: Sendable, Equatable {
  /// The branch that the session is on.
  public var branch: String
  /// The number of completed steps.
  public var step: Int
  /// The number of completed epochs.
  public var epoch: Int
  /// How many steps were computed again to get there.
  public var recomputed: Int
}

extension Timeline {
  /// What a long move asks and tells.
  public struct Watcher {
    /// Whether the user wants it to end; the session then stays where it was.
    public var isCancelled: () -> Bool
    /// Receives the steps done and to do.
    public var progress: (Int, Int) -> Void

    /// Makes a watcher.
    public init(
      isCancelled: @escaping () -> Bool = { false },
      progress: @escaping (Int, Int) -> Void = { _, _ in }
    ) {
      self.isCancelled = isCancelled
      self.progress = progress
    }
  }

  /// Goes to an earlier, or later, moment; the present one stays what it is and can be gone back to.
  ///
  /// Throws: `SessionError` when there is no such moment or the user stopped; nothing changed then.
  public func rewind(to name: MomentName, _ watcher: Watcher = Watcher()) throws -> Arrival {
    // "40 steps ago" counts from the present state, wherever the last moment is.
    let target = try find(name)
    keepPresent()
    return try go(to: try find(target, again: name), watcher)
  }

  /// The place of a target after the present state became a moment of its branch.
  private func find(_ target: Target, again name: MomentName) throws -> Target {
    if case .name = name { return try find(name) }
    return try find(.branch(target.branch, .step(target.step)))
  }

  /// Takes back the last commands that changed the state; all of them or none.
  ///
  /// - Returns: The commands, the last one first, and where the session is now.
  /// Throws: `SessionError` when there are not as many, or the user stopped.
  public func undo(
    _ count: Int = 1, _ watcher: Watcher = Watcher()
  ) throws -> (commands: [String], arrival: Arrival) {
    guard count >= 1, count <= undoable.count else {
      // Loading the session can be undone too.
      let most = undoable.count + (left == nil ? 0 : 1)
      throw SessionError(
        most == 0
          ? "nothing to undo: no command changed the state"
          : "only \(most) command\(most == 1 ? "" : "s") can be undone, got \(count)",
        about: "count")
    }
    let changes = Array(undoable.suffix(count).reversed())
    keepPresent()
    let arrival = try go(to: changes[count - 1].before, watcher)
    attachment = changes[count - 1].attachments.before
    undoable.removeLast(count)
    redoable += changes
    isUndoing = true
    return (changes.map(\.command), arrival)
  }

  /// Puts what was undone last on a branch of its own, so that this one ends here again.
  ///
  /// For what was not meant to happen; `redo` goes to that branch.
  public func setAside(_ count: Int) {
    guard let at = index(of: current),
      let position = branches[at].moments.lastIndex(where: { $0 === here }),
      position + 1 < branches[at].moments.count
    else { return }
    let later = branches[at].moments[(position + 1)...]
    var number = 1
    while index(of: "undone-\(number)") != nil { number += 1 }
    let name = "undone-\(number)"
    branches.append(
      Branch(name: name, origin: (current, here.step), moments: branches[at].moments))
    func moved(_ place: Place) -> Place {
      let isLater = place.branch == current && later.contains { $0 === place.moment }
      return isLater ? Place(branch: name, moment: place.moment) : place
    }
    for i in redoable.indices.suffix(count) {
      let change = redoable[i]
      redoable[i] = Change(
        command: change.command, before: moved(change.before), after: moved(change.after),
        attachments: change.attachments)
    }
    branches[at].moments.removeSubrange((position + 1)...)
  }

  /// Brings back what was undone last; all of it or nothing.
  ///
  /// - Returns: The commands in their order and where the session is now.
  /// Throws: `SessionError` when not as many were undone since the last change.
  public func redo(
    _ count: Int = 1, _ watcher: Watcher = Watcher()
  ) throws -> (commands: [String], arrival: Arrival) {
    guard count >= 1, count <= redoable.count else {
      throw SessionError(
        redoable.isEmpty
          ? "nothing to redo: the last change was no undo"
          : "only \(redoable.count) command\(redoable.count == 1 ? "" : "s") can be redone, got \(count)",
        about: "count")
    }
    let changes = Array(redoable.suffix(count).reversed())
    keepPresent()
    let arrival = try go(to: changes[count - 1].after, watcher)
    attachment = changes[count - 1].attachments.after
    redoable.removeLast(count)
    undoable += changes
    isUndoing = true
    return (changes.map(\.command), arrival)
  }

  /// Opens a branch at the present state and goes on it.
  ///
  /// Throws: `SessionError` when the name is taken.
  public func openBranch(_ name: String) throws {
    try checkNew(name)
    keepPresent()
    guard let at = index(of: current),
      let position = branches[at].moments.lastIndex(where: { $0 === here })
    else { return }
    openBranch(named: name, from: at, upTo: position)
    arrived(at: Place(branch: name, moment: here))
  }

  /// Goes to the end of a branch.
  ///
  /// Throws: `SessionError` when there is none of that name.
  public func switchTo(_ name: String, _ watcher: Watcher = Watcher()) throws -> Arrival {
    guard let at = index(of: name) else {
      throw SessionError(
        "no branch '\(name)', expected "
          + branches.map { "'\($0.name)'" }.joined(separator: " or "), help: "branch list")
    }
    keepPresent()
    guard let last = branches[at].moments.last else { return arrival(recomputed: 0) }
    // Where the session is already, it keeps the batch of its last step too.
    if name == current, last === here {
      arrived(at: Place(branch: name, moment: here))
      return arrival(recomputed: 0)
    }
    return try go(to: Place(branch: name, moment: last), watcher)
  }

  /// Gives the present state a name.
  ///
  /// Throws: `SessionError` when the name is taken.
  public func snap(_ name: String) throws -> Moment {
    try checkNew(name)
    keepPresent()
    here.names.append(name)
    return here
  }

  /// Takes a name away.
  ///
  /// Throws: `SessionError` when no moment has it.
  public func dropName(_ name: String) throws {
    let named = branches.flatMap(\.moments).filter { $0.names.contains(name) }
    guard !named.isEmpty else { throw SessionError("no moment '\(name)'", help: "snap list") }
    for moment in named { moment.names.removeAll { $0 == name } }
    thin()
  }

  /// The moments that have names, by name; undo brings names back as they were.
  public var namedMoments: [String: Moment] {
    get {
      Dictionary(
        branches.flatMap { $0.moments.flatMap { moment in moment.names.map { ($0, moment) } } },
        uniquingKeysWith: { first, _ in first })
    }
    set {
      for moment in branches.flatMap(\.moments) { moment.names = [] }
      for (name, moment) in newValue.sorted(by: { $0.key < $1.key }) { moment.names.append(name) }
    }
  }

  private func checkNew(_ name: String) throws {
    let digits = name.dropFirst()
    let isCounter =
      (name.hasPrefix("s") || name.hasPrefix("e")) && !digits.isEmpty
      && digits.allSatisfy(\.isNumber)
    if isCounter {
      throw SessionError("'\(name)' would read as a step or an epoch", about: "name")
    }
    if name == "all" {
      throw SessionError("'all' stands for every branch", about: "name")
    }
    if index(of: name) != nil {
      throw SessionError("there is a branch '\(name)' already", help: "switch \(name)")
    }
    if branches.contains(where: { $0.moments.contains { $0.names.contains(name) } }) {
      throw SessionError(
        "there is a moment '\(name)' already", help: "snap drop \(name)", about: "name")
    }
  }

  private func go(to place: Place, _ watcher: Watcher) throws -> Arrival {
    try go(to: try find(place), watcher)
  }

  private func find(_ place: Place) throws -> Target {
    let (step, run) = (place.moment.step, place.moment.run)
    let moments = index(of: place.branch).map { branches[$0].moments } ?? []
    let exact = moments.lastIndex { $0 === place.moment }
    // A moment that no command led to is forgotten with its state, but can be computed.
    let end = exact ?? moments.lastIndex { $0.run == run && $0.step <= step }
    guard let end, let base = Self.base(Array(moments[...end])),
      let baseIndex = moments.firstIndex(where: { $0 === base })
    else {
      throw notHeld(step, place.branch)
    }
    return Target(
      branch: place.branch, step: step, exact: exact.map { moments[$0] }, base: base,
      baseIndex: baseIndex)
  }

  /// Restores the base and computes what is missing; on any error the present state comes back.
  private func go(to target: Target, _ watcher: Watcher) throws -> Arrival {
    try hold(target.base)
    guard let image = target.base.image, let present = here.image else {
      throw notHeld(target.step, target.branch)
    }
    let old = Place(branch: current, moment: here)
    let (run, evaluations) = (bench.run, bench.evaluations)
    isMoving = true
    do {
      try bench.restore(image)
      if target.missing > 0 {
        try bench.recompute(target.missing, watcher)
      }
      bench.useMetrics(completed(bench.metrics, at: target))
    } catch {
      try bench.restore(present)
      arrived(at: old)
      isMoving = false
      throw error
    }
    // Evaluations change no state, so that moments before them do not know of them.
    if bench.run == run {
      let step = bench.summary.step
      let known = evaluations.filter { $0.step <= step && !bench.evaluations.contains($0) }
      bench.evaluations = (bench.evaluations + known).sorted { $0.step < $1.step }
    }
    var moment = target.exact ?? target.base
    if target.missing > 0 {
      let computed = bench.capture(pool)
      if let exact = target.exact {
        exact.image = computed
      } else if let at = index(of: target.branch) {
        moment = Moment(
          bench, command: nil, isKey: false, image: computed, stretch: stretch(of: target))
        let later = branches[at].moments[target.baseIndex...].firstIndex {
          $0.run != target.base.run || $0.step > target.step
        }
        branches[at].moments.insert(moment, at: later ?? branches[at].moments.count)
      }
    }
    arrived(at: Place(branch: target.branch, moment: moment))
    thin()
    return arrival(recomputed: target.missing)
  }

  private func arrival(recomputed: Int) -> Arrival {
    Arrival(
      branch: current, step: bench.learner?.step ?? 0, epoch: bench.learner?.epoch ?? 0,
      recomputed: recomputed)
  }
}

extension Workbench {
  /// Takes steps that were taken before: nothing is recorded or kept.
  func recompute(_ count: Int, _ watcher: Timeline.Watcher) throws {
    let (recording, hook) = (tracks, didStep)
    tracks = []
    didStep = {}
    defer {
      tracks = recording
      didStep = hook
    }
    let report = try train(
      steps: count, isCancelled: watcher.isCancelled,
      progress: { done, _ in watcher.progress(done, count) })
    if report.wasCancelled {
      throw SessionError("stopped by the user; the session is where it was")
    }
  }

  func useMetrics(_ log: MetricLog) { metrics = log }
}
