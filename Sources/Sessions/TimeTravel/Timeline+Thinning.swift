import Files
import Methods

/// Keeping moments within the budget.
extension Timeline {
  /// The bytes of memory that all moments take, what the pool keeps for the next one included.
  public var byteCount: Int {
    var images: [ObjectIdentifier: LearnerImage] = [:]
    var histories: [ObjectIdentifier: BankStore] = [:]
    for moment in heldMoments {
      guard let image = moment.image?.learner else { continue }
      images[ObjectIdentifier(image)] = image
      if let store = image.bankStore { histories[ObjectIdentifier(store)] = store }
    }
    return images.values.reduce(pool.byteCount) { $0 + $1.byteCount }
      + histories.values.reduce(0) { $0 + $1.history.byteCount }
  }

  /// The bytes of disk that moments take.
  public var diskByteCount: Int { spill?.byteCount ?? 0 }

  private var heldMoments: [Moment] {
    var seen: Set<ObjectIdentifier> = []
    return allBranches.flatMap(\.moments).filter {
      $0.isHeld && seen.insert(ObjectIdentifier($0)).inserted
    }
  }

  /// A model state in memory with the moments that share it.
  private struct Group {
    let image: LearnerImage
    var moments: [Moment] = []
    var rank = Rank.training
    /// For states that are computed again the steps to it over the age; else the order.
    var cost = Double.infinity
  }

  /// What would be lost with a state, and so the order in which memory is made free.
  private enum Rank: Comparable {
    /// Nothing: it is computed again soon.
    case training
    /// A branch's end.
    case end
    /// A change of choices, from which nothing earlier can be computed.
    case choices
    /// What the user named, and what undo of the last command, or of one that fails, comes back to.
    case named
    /// Where the session is: it stays in memory.
    case here
  }

  /// Makes memory free until the rest fits the budget: first states that are soon computed again
  /// are forgotten; then ends of branches go to disk, then changes of choices, then named states.
  ///
  /// Where the disk has no room either, ends and changes are forgotten, the oldest first.
  func thin() {
    makeRoomOfAway()
    while byteCount > budget {
      let best = groups.min { ($0.rank, $0.cost) < ($1.rank, $1.cost) }
      guard let best, best.rank < .here else { return }
      if best.rank > .training, spill(best.image) { continue }
      guard best.rank < .named || best.image.isAsDrawn else { return }
      if best.rank > .training, !best.image.isAsDrawn, !hasForgotten {
        hasForgotten = true
        willForget()
      }
      for moment in best.moments { drop(moment) }
    }
  }

  /// Sessions that were left go to disk first; where there is no room for them they are forgotten,
  /// for their journals have them too.
  private func makeRoomOfAway() {
    guard left != nil || ahead != nil else { return }
    for moment in awayBranches.flatMap(\.moments) where byteCount > budget {
      guard let image = moment.image?.learner, image.isInMemory, image !== here.image?.learner
      else { continue }
      if image.isAsDrawn {
        // It is drawn again from the choices.
        moment.image?.learner = nil
        moment.image?.isDrawn = true
      } else if !spill(image) {
        (left, ahead) = (nil, nil)
        return
      }
    }
  }

  /// Moves a state to disk; false when there is no room.
  private func spill(_ image: LearnerImage) -> Bool {
    guard spillLimit > 0, !image.isAsDrawn else { return false }
    do {
      let file = try spill ?? SpillFile(limit: spillLimit)
      spill = file
      try image.spill(to: file)
      spillFailure = nil
      return true
    } catch {
      spillFailure = "\(error)"
      return false
    }
  }

  private var groups: [Group] {
    var out: [ObjectIdentifier: Group] = [:]
    var order = 0.0
    let lastPlaces = placesOfLastCommand
    let present = bench.learner?.step ?? 0
    for branch in branches {
      let held = branch.moments.filter { $0.image?.learner?.isInMemory == true }
      for (i, moment) in held.enumerated() {
        guard let image = moment.image?.learner else { continue }
        order += 1
        let rank = max(
          rank(of: moment, endsBranch: moment === branch.moments.last),
          lastPlaces.contains { $0 === moment } ? .named : .training)
        let before = i > 0 ? held[i - 1].step : 0
        let after = i + 1 < held.count ? held[i + 1].step : moment.step
        let spacing = Double(max(1, after - before)) / Double(max(1, present - moment.step))
        var group = out[ObjectIdentifier(image)] ?? Group(image: image)
        group.moments.append(moment)
        group.rank = max(group.rank, rank)
        group.cost = min(group.cost, rank == .training ? spacing : order)
        out[ObjectIdentifier(image)] = group
      }
    }
    return Array(out.values)
  }

  /// The states from which the one before the last command, and the one before what runs now, are
  /// computed.
  private var placesOfLastCommand: [Moment] {
    ([began] + (undoable.last.map { [$0.before] } ?? [])).compactMap { place in
      guard let at = index(of: place.branch),
        let end = branches[at].moments.lastIndex(where: { $0 === place.moment })
      else { return nil }
      // Training is computed again from the last change of choices, or from what is left after it.
      let moments = branches[at].moments[...end]
      let change = moments.lastIndex(where: \.isKey) ?? 0
      return moments[change...].first(where: \.isHeld)
    }
  }

  private func rank(of moment: Moment, endsBranch: Bool) -> Rank {
    if moment === here { return .here }
    if !moment.names.isEmpty { return .named }
    if moment.isKey { return .choices }
    return endsBranch ? .end : .training
  }

  /// Forgets the metrics of a moment without a state, unless no later one of its branch has them.
  func releaseLog(of moment: Moment) {
    guard !moment.isHeld else { return }
    let isNeeded = branches.contains { branch in
      guard let at = branch.moments.lastIndex(where: { $0 === moment }) else { return false }
      return !branch.moments[(at + 1)...].contains {
        $0.run == moment.run && $0.step >= moment.step && $0.log != nil
      }
    }
    if !isNeeded { moment.log = nil }
  }

  /// Forgets a moment's state; one that nothing refers to is forgotten altogether.
  private func drop(_ moment: Moment) {
    // One that several branches share comes several times.
    if let image = moment.image, image.learner == nil, image.isDrawn { return }
    // A model that nobody trained is drawn again from the choices, which take no memory.
    if moment.image?.learner?.isAsDrawn == true {
      moment.image?.learner = nil
      moment.image?.isDrawn = true
      return
    }
    moment.image = nil
    releaseLog(of: moment)
    forget(moment)
  }

  /// Forgets a moment without a state that nothing refers to; where a branch ends is known as long as
  /// there is the branch.
  func forget(_ moment: Moment) {
    guard !moment.isHeld, moment.command == nil, !moment.isKey, !moment.isUndoPlace,
      moment.names.isEmpty, !branches.contains(where: { $0.moments.last === moment })
    else { return }
    for at in branches.indices { branches[at].moments.removeAll { $0 === moment } }
  }
}
