import Methods

/// Keeping moments within the budget.
extension Timeline {
  /// The bytes that all moments take, what the pool keeps for the next one included.
  public var byteCount: Int {
    var images: [ObjectIdentifier: LearnerImage] = [:]
    var histories: [ObjectIdentifier: BankStore] = [:]
    for moment in heldMoments {
      guard let image = moment.image?.learner else { continue }
      images[ObjectIdentifier(image)] = image
      if let store = image.bank?.store { histories[ObjectIdentifier(store)] = store }
    }
    return images.values.reduce(pool.byteCount) { $0 + $1.byteCount }
      + histories.values.reduce(0) { $0 + $1.history.byteCount }
  }

  private var heldMoments: [Moment] {
    var seen: Set<ObjectIdentifier> = []
    return branches.flatMap(\.moments).filter {
      $0.isHeld && seen.insert(ObjectIdentifier($0)).inserted
    }
  }

  /// A model state with the moments that share it.
  private struct Group {
    var moments: [Moment] = []
    /// How much would be lost: 0 computed again soon, 1 the end of a branch, 2 a change of choices,
    /// from which nothing earlier can be computed; 3 stays: the present moment, and named ones.
    var rank = 0
    /// The steps to compute again over the age, for rank 0; the order, for others.
    var cost = Double.infinity
  }

  /// Drops states until the rest fits the budget: first those that are soon computed again, then
  /// the oldest ends of branches, then the oldest changes of choices.
  ///
  /// What was named and where the session is always stays.
  func thin() {
    while byteCount > budget {
      let best = groups.filter { $0.rank < 3 }.min { ($0.rank, $0.cost) < ($1.rank, $1.cost) }
      guard let best else { return }
      for moment in best.moments { drop(moment) }
    }
  }

  private var groups: [Group] {
    var out: [ObjectIdentifier: Group] = [:]
    var order = 0.0
    let present = bench.learner?.step ?? 0
    for branch in branches {
      let held = branch.moments.filter { $0.image?.learner != nil }
      for (i, moment) in held.enumerated() {
        guard let image = moment.image?.learner else { continue }
        order += 1
        let isFixed = moment === here || !moment.names.isEmpty
        let isEnd = moment === branch.moments.last
        let before = i > 0 ? held[i - 1].step : 0
        let after = i + 1 < held.count ? held[i + 1].step : moment.step
        let spacing = Double(max(1, after - before)) / Double(max(1, present - moment.step))
        let rank = isFixed ? 3 : moment.isKey ? 2 : isEnd ? 1 : 0
        var group = out[ObjectIdentifier(image)] ?? Group()
        group.moments.append(moment)
        group.rank = max(group.rank, rank)
        group.cost = min(group.cost, rank == 0 ? spacing : order)
        out[ObjectIdentifier(image)] = group
      }
    }
    return Array(out.values)
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
    // A model that nobody trained is drawn again from the choices, which take no memory.
    if moment.image?.learner?.isAsDrawn == true {
      moment.image?.learner = nil
      moment.image?.isDrawn = true
      return
    }
    moment.image = nil
    releaseLog(of: moment)
    guard moment.command == nil, !moment.isKey, !moment.isUndoPlace else { return }
    for at in branches.indices { branches[at].moments.removeAll { $0 === moment } }
  }
}
