/// Finding a moment by its name.
extension Timeline {
  /// A state that is held, or can be computed from one that is.
  struct Target {
    var branch: String
    var step: Int
    /// The moment, when one was kept there.
    var exact: Moment?
    /// The last moment at or before it that is held.
    var base: Moment
    /// Its place on the branch.
    var baseIndex: Int
    /// How many steps lie between.
    var missing: Int { step - base.step }
  }

  /// The training that a state is part of: where branches part, that of its own branch.
  func stretch(of target: Target) -> Stretch {
    if let exact = target.exact { return exact.stretch }
    guard target.missing > 0, let at = index(of: target.branch),
      let next = branches[at].moments.dropFirst(target.baseIndex + 1).first(where: {
        $0.run == target.base.run && $0.step >= target.step
      })
    else { return target.base.stretch }
    return next.isKey ? next.stretch.earlier ?? target.base.stretch : next.stretch
  }

  /// A log that ends at a state, with all that was measured up to there.
  func completed(_ log: MetricLog, at target: Target) -> MetricLog {
    var log = log
    stretch(of: target).complete(&log, upTo: target.step)
    return log
  }

  /// Finds a state.
  ///
  /// Throws: `SessionError` when there is none of that name, or nothing was trained there.
  func find(_ name: MomentName) throws -> Target {
    switch name {
    case .name(let text): return try find(named: text)
    case .step, .epoch, .back: return try find(name, on: current)
    case .branch(let branch, let rest):
      guard index(of: branch) != nil else {
        guard branches.contains(where: { $0.moments.contains { $0.names.contains(branch) } })
        else { throw unknown(branch) }
        throw SessionError(
          "'\(branch)' is a moment, not a branch: before '/' stands one of "
            + branches.map(\.name).joined(separator: ", "), wrong: name, right: .name(branch))
      }
      if case .name(let text) = rest {
        guard let target = try target(named: text, on: branch) else { throw unknown(text) }
        return target
      }
      return try find(rest, on: branch)
    }
  }

  private func find(named text: String) throws -> Target {
    let order = [current] + branches.map(\.name).filter { $0 != current }
    for branch in order {
      if let target = try target(named: text, on: branch) { return target }
    }
    guard let at = index(of: text), let last = branches[at].moments.last else {
      throw unknown(text)
    }
    return try target(of: last, on: text)
  }

  private func target(named text: String, on branch: String) throws -> Target? {
    guard let at = index(of: branch),
      let moment = branches[at].moments.last(where: { $0.names.contains(text) })
    else { return nil }
    return try target(of: moment, on: branch)
  }

  private func unknown(_ text: String) -> SessionError {
    let names = branches.flatMap { $0.moments.flatMap(\.names) } + branches.map(\.name)
    return SessionError(
      "no moment '\(text)': expected a step (@s40), an epoch (@e2), steps ago (@-1) or "
        + Array(Set(names)).sorted().map { "@" + $0 }.joined(separator: ", "), help: "snap list")
  }

  private func find(_ name: MomentName, on branch: String) throws -> Target {
    guard let at = index(of: branch), let last = branches[at].moments.last else {
      throw unknown(branch)
    }
    let isHere = branch == current
    let present = isHere ? bench.learner?.step ?? 0 : last.step
    // The present run first, then earlier ones: before a `seed` or `method` that began anew.
    var runs = [isHere ? bench.run : last.run]
    for moment in branches[at].moments.reversed() where !runs.contains(moment.run) {
      runs.append(moment.run)
    }
    if case .back = name { runs = [runs[0]] }
    var refusal: SessionError?
    for run in runs {
      let moments = branches[at].moments.enumerated().filter { $0.element.run == run }
      let isPresent = isHere && run == bench.run
      let first = moments.first?.element.step ?? 0
      let end = max(moments.map(\.element.step).max() ?? 0, isPresent ? present : 0)
      let last = moments.last { $0.element.isHeld }?.element
      if case .epoch = name, let last { try hold(last) }
      let held = last?.image?.resolution
      let step: Int
      switch name {
      case .step(let count): step = count
      case .back(let count): step = present - count
      case .epoch(let count):
        let perEpoch = (isPresent ? bench.resolution : held)?.stepsPerEpoch ?? 0
        // Before a method was chosen there were no epochs.
        if perEpoch == 0, run != runs[0] { continue }
        let (product, overflow) = count.multipliedReportingOverflow(by: perEpoch)
        guard !overflow else { throw SessionError("epoch \(count) is too large") }
        step = product
      default: throw unknown(branch)
      }
      guard step >= first, step <= end else {
        refusal =
          refusal
          ?? SessionError(
            "\(name.description) is step \(step) of '\(branch)', which has the steps "
              + Self.text(of: heldSteps(moments.map(\.element), end)), wrong: name,
            right: .step(min(max(step, first), end)))
        continue
      }
      if let exact = moments.last(where: { $0.element.step == step }) {
        return try target(of: exact.element, on: branch)
      }
      return try base(step: step, on: branch, run: run, before: moments.count, in: moments)
    }
    throw refusal ?? unknown(branch)
  }

  func target(of moment: Moment, on branch: String) throws -> Target {
    guard let at = index(of: branch) else { throw unknown(branch) }
    let moments = branches[at].moments.enumerated().filter { $0.element.run == moment.run }
    guard let place = moments.firstIndex(where: { $0.element === moment }) else {
      throw unknown(branch)
    }
    var found = try base(
      step: moment.step, on: branch, run: moment.run, before: place + 1, in: moments)
    found.exact = moment
    return found
  }

  /// The last held moment at or before a step; between it and the step there was only training.
  private func base(
    step: Int, on branch: String, run: Int, before end: Int,
    in moments: [(offset: Int, element: Moment)]
  ) throws -> Target {
    guard
      let found = Self.base(moments[..<end].filter { $0.element.step <= step }.map(\.element)),
      let offset = moments.first(where: { $0.element === found })?.offset
    else {
      throw notHeld(step, branch, in: moments.map(\.element))
    }
    let next = moments.first { $0.offset > offset && $0.element.step >= step }
    if found.step < step, next?.element.isLoaded == true {
      throw notHeld(step, branch, in: moments.map(\.element))
    }
    return Target(branch: branch, step: step, exact: nil, base: found, baseIndex: offset)
  }

  /// The steps that can be gone back to among the moments of a run: single ones that a loaded
  /// session has, and all since.
  private func heldSteps(_ moments: [Moment], _ end: Int) -> [ClosedRange<Int>] {
    let loaded = moments.filter { $0.isLoaded && $0.isHeld }.map(\.step)
    guard let start = loaded.max() else {
      let first = moments.first?.step ?? 0
      return [first...max(first, end)]
    }
    let single = Set(loaded).subtracting([start]).sorted().map { $0...$0 }
    return single + [start...max(start, end)]
  }

  private static func text(of steps: [ClosedRange<Int>]) -> String {
    // As many as a line has room for.
    let shown = steps.count > 8 ? Array(steps.prefix(3)) + Array(steps.suffix(4)) : steps
    var texts = shown.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)…\($0.upperBound)"
    }
    if steps.count > 8 { texts.insert("…", at: 3) }
    let last = texts.popLast() ?? "none"
    return texts.isEmpty ? last : texts.joined(separator: ", ") + " and " + last
  }

  func notHeld(_ step: Int, _ branch: String, in moments: [Moment] = []) -> SessionError {
    guard let name = loadedFrom else {
      return SessionError("step \(step) of '\(branch)' is not held any more", help: "snap list")
    }
    let end = max(
      moments.map(\.step).max() ?? 0, branch == current ? bench.learner?.step ?? 0 : 0)
    let held = moments.isEmpty ? [] : heldSteps(moments, end)
    return SessionError(
      "step \(step) of '\(branch)' is of before the session was loaded, which came with the named "
        + "moments and the ends of branches"
        + (held.isEmpty ? "" : ": of '\(branch)' the steps " + Self.text(of: held)),
      help: name.map { "in a new session, 'source \($0).dyad overwrite=on' makes all of it again" }
        ?? "after 'save session NAME', 'source NAME.dyad overwrite=on' in a new one makes it again")
  }

  /// The last held moment, unless choices were changed between it and the end: then the end cannot
  /// be computed from it.
  static func base(_ moments: [Moment]) -> Moment? {
    for moment in moments.reversed() {
      if moment.isHeld { return moment }
      if moment.isKey { return nil }
    }
    return nil
  }
}
