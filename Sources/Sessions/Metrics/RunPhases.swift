import Methods

/// An option in force, as the prompt writes it.
public struct RunChoice: Sendable, Equatable, Codable {
  /// The part: `method`, `optim`.
  public let part: String
  /// The option's name.
  public let name: String
  /// Its value; nil where an option of the phase before does not exist any more.
  public let value: String?

  /// What a figure writes: `temp 0.05`, `simclr`, `schedule const`.
  var text: String {
    let value = value ?? "none"
    switch (part, name) {
    case ("augment", _), ("schedule", "name"): return "\(part) \(value)"
    case ("schedule", _): return "\(part) \(name) \(value)"
    case (_, "name"): return value
    default: return "\(name) \(value)"
    }
  }
  /// Whether it says that a pipeline differs, not how.
  var isHash: Bool { name == "pipeline" }
}

/// Steps that were taken one after another with the same choices.
public struct RunPhase: Sendable, Equatable, Codable {
  /// The first of them.
  public let start: Int
  /// The method that computed their losses.
  public let method: MethodConfiguration
  /// Every choice of a run's first phase; of a later one those that are not as before.
  let changes: [RunChoice]
}

/// With what choices the steps of a log were taken, in order.
///
/// A phase begins with a step, not with a command: what was chosen and chosen back again before a
/// step left no trace in the numbers.
public struct RunPhases: Sendable, Equatable {
  /// The phases, the first steps ascending.
  public private(set) var list: [RunPhase] = []
  /// The choices of the last one.
  public private(set) var choices: [RunChoice] = []

  init(_ list: [RunPhase] = []) {
    self.list = list
    choices = Self.choices(after: list)
  }

  /// Says what the step is taken with that comes next in the log.
  mutating func take(_ method: MethodConfiguration, _ now: [RunChoice], at step: Int) {
    guard now != choices || method != list.last?.method else { return }
    var changes = now.filter { choice in !choices.contains(choice) }
    changes += choices.filter { old in !now.contains { $0.isOption(of: old) } }.map {
      RunChoice(part: $0.part, name: $0.name, value: nil)
    }
    list.append(RunPhase(start: step, method: method, changes: changes))
    choices = now
  }

  /// Forgets what later steps were taken with.
  mutating func cut(after step: Int) {
    guard let last = list.last, last.start > step else { return }
    list.removeLast(list.count - count(upTo: step))
    choices = Self.choices(after: list)
  }

  /// The phase that a step belongs to.
  public func phase(of step: Int) -> RunPhase? {
    let count = count(upTo: step)
    return count > 0 ? list[count - 1] : nil
  }

  /// The first step from which on the losses are of the same objective as a step's; nil where that
  /// is not known, as of steps of an older file.
  public func objectiveStart(of step: Int) -> Int? {
    var index = count(upTo: step) - 1
    guard index >= 0 else { return nil }
    while index > 0, list[index - 1].method.hasObjective(of: list[index].method) { index -= 1 }
    return list[index].start
  }

  /// The choices that a step was taken with.
  func choices(of step: Int) -> [RunChoice] { Self.choices(after: list.prefix(count(upTo: step))) }

  /// The choices that held for every step from one on.
  func choices(from step: Int) -> [RunChoice] {
    let first = max(1, count(upTo: step))
    var held = Self.choices(after: list.prefix(first))
    for phase in list.dropFirst(first) {
      held.removeAll { choice in phase.changes.contains { $0.isOption(of: choice) } }
    }
    return held
  }

  /// How many phases begin up to a step.
  private func count(upTo step: Int) -> Int {
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle].start <= step { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func choices(after phases: some Sequence<RunPhase>) -> [RunChoice] {
    var choices: [RunChoice] = []
    for change in phases.lazy.flatMap(\.changes) {
      let at = choices.firstIndex { $0.isOption(of: change) }
      switch (at, change.value) {
      case (let at?, nil): choices.remove(at: at)
      case (let at?, _?): choices[at] = change
      case (nil, nil): break
      case (nil, _?): choices.append(change)
      }
    }
    return choices
  }
}

extension RunChoice {
  fileprivate func isOption(of other: RunChoice) -> Bool {
    part == other.part && name == other.name
  }
}

extension RunPhase {
  /// What changed, for a figure: `swap temp 0.05`, `optim lr 0.1`, at most two of the changes.
  var summary: String {
    let renamed = Set(changes.filter { $0.name == "name" && $0.value != nil }.map(\.part))
    var told: [RunChoice] = []
    for part in ["method", "optim", "schedule"] {
      // Another method or optimizer brings its own options; those that any has are told.
      let bringsOptions = renamed.contains(part) || renamed.contains("method")
      let own = changes.filter { $0.part == part && $0.value != nil }
      told += own.filter { $0.name == "name" }
      told += own.filter {
        $0.name != "name" && (!bringsOptions || $0.name == "batch" || $0.name == "lr")
      }
    }
    // Another method may bring other views with it, as it brings other heads.
    let views = renamed.contains("method") ? [] : changes.filter { $0.part == "augment" }
    guard let first = told.first else {
      return views.first { !$0.isHash }?.text ?? (views.isEmpty ? "other options" : "other views")
    }
    // Only a swap changes a method in mid-run; its optimizer is changed by `optim` as well.
    let command = first.part == "method" ? "swap " : first.part == "optim" ? "optim " : ""
    let more = told.count > 2 || !views.isEmpty ? ", …" : ""
    return command + told.prefix(2).map(\.text).joined(separator: ", ") + more
  }
}

extension MethodConfiguration {
  /// Whether losses of both can be compared: the same formula with the same numbers in it.
  func hasObjective(of other: MethodConfiguration) -> Bool {
    name == other.name && batch == other.batch && temperature == other.temperature
      && alpha == other.alpha && start == other.start && stages == other.stages
      && normalize == other.normalize && attention == other.attention
  }
}
