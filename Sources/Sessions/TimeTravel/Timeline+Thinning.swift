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

  /// Drops states until the rest fits the budget: first those that are soon computed again.
  ///
  /// Named moments, ends of branches, the present one and those after a change of the choices stay.
  func thin() {
    guard byteCount > budget else { return }
    var kept: Set<ObjectIdentifier> = [ObjectIdentifier(here)]
    for branch in branches {
      if let last = branch.moments.last { kept.insert(ObjectIdentifier(last)) }
    }
    while byteCount > budget {
      var best: (branch: Int, position: Int, cost: Double)?
      for (at, branch) in branches.enumerated() {
        let held = branch.moments.indices.filter { branch.moments[$0].isHeld }
        for (i, position) in held.enumerated() {
          let moment = branch.moments[position]
          guard !moment.isKey, moment.names.isEmpty, !kept.contains(ObjectIdentifier(moment))
          else { continue }
          let before = i > 0 ? branch.moments[held[i - 1]].step : 0
          let after = i + 1 < held.count ? branch.moments[held[i + 1]].step : moment.step
          let age = max(1, (bench.learner?.step ?? 0) - moment.step)
          let cost = Double(max(1, after - before)) / Double(age)
          if cost < best?.cost ?? .infinity { best = (at, position, cost) }
        }
      }
      guard let found = best else { return }
      drop(branches[found.branch].moments[found.position])
    }
  }

  /// Forgets a moment's state; one that no command led to is forgotten altogether.
  private func drop(_ moment: Moment) {
    moment.image = nil
    guard moment.command == nil else { return }
    for at in branches.indices { branches[at].moments.removeAll { $0 === moment } }
  }
}
