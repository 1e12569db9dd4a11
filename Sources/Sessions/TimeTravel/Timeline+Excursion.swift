/// Looking at another moment without going there.
extension Timeline {
  /// The session as it was at a moment, in a workbench of its own.
  ///
  /// With `withBatch` it also has the batch of the step that led there: the step before is restored
  /// and the step is taken again, which gives the same bits. The last one is kept for the next call.
  /// Throws: `SessionError` when there is no such moment or the user stopped.
  public func workbench(
    at name: MomentName, withBatch: Bool, _ watcher: Watcher = Watcher()
  ) throws -> Workbench {
    try excursion(to: try find(name), withBatch: withBatch, watcher)
  }

  /// The session with the batch of its last step; after a move through time, or an aborted step, a
  /// copy of it that has taken that step again, to the same bits.
  ///
  /// Where the step before is not there either, as after a load, it is the session without a batch.
  /// Throws: `SessionError` when the user stopped.
  public func presentWithBatch(_ watcher: Watcher = Watcher()) throws -> Workbench {
    guard !bench.holdsBatch, bench.summary.step > 0 else { return bench }
    do {
      let other = try workbench(at: .back(0), withBatch: true, watcher)
      return other.holdsBatch ? other : bench
    } catch  where !watcher.isCancelled() {
      return bench
    }
  }

  func excursion(to target: Target, withBatch: Bool, _ watcher: Watcher) throws -> Workbench {
    var target = target
    if withBatch, target.missing == 0, !target.base.isLoaded, let at = index(of: target.branch) {
      // The batch of the last step comes from taking it again.
      let moments = branches[at].moments
      let end = moments.lastIndex { $0 === target.base } ?? 0
      let before = moments[...end].filter {
        $0.run == target.base.run && $0.step < target.step
      }
      if let earlier = Self.base(before), let place = moments.firstIndex(where: { $0 === earlier })
      {
        target.base = earlier
        target.baseIndex = place
      }
    }
    if let (place, step, held, log) = excursion, place == ObjectIdentifier(target.base),
      step == target.step, !withBatch || held.learner?.lastBatch != nil || target.missing == 0
    {
      held.useMetrics(completed(log, at: target))
      return held
    }
    try hold(target.base)
    guard let image = target.base.image else {
      throw SessionError("step \(target.step) of '\(target.branch)' is not held any more")
    }
    excursion = nil
    let other = Workbench(workers: bench.workers)
    other.memoryLimit = bench.memoryLimit
    try other.restore(image, movesBank: false)
    if target.missing > 0 { try other.recompute(target.missing, watcher) }
    excursion = (ObjectIdentifier(target.base), target.step, other, other.metrics)
    other.useMetrics(completed(other.metrics, at: target))
    return other
  }
}
