import Kernels

/// The moments of a bank that can be gone back to, held as rows that changed between them.
///
/// A bank may be larger than all other state, so that no moment is a copy. The moments are a tree;
/// each holds the rows in which it differs from its parent. On the way from the root to the moment
/// that the bank is at those rows have the parent's values, elsewhere the moment's own: moving
/// exchanges them with the bank's.
public final class BankHistory {
  /// A moment, as `mark` gave it.
  public typealias Mark = Int

  private struct Node {
    var parent: Mark?
    var children: [Mark] = []
    var delta: BankDelta
    var state: MemoryBank.Counters
    /// How many times `mark` gave it, less how many were released.
    var uses = 1
  }

  /// The bank; it moves in place.
  public let bank: MemoryBank
  private var nodes: [Mark: Node] = [:]
  private var here: Mark?
  private var lastMark = 0

  /// Begins the history of a bank; it costs nothing until the first mark.
  public init(_ bank: MemoryBank) { self.bank = bank }

  /// The bytes of all moments.
  public var byteCount: Int {
    nodes.values.reduce(0) { $0 + $1.delta.byteCount + bank.rows * 16 }
      + (bank.journal.map(\.delta.byteCount) ?? 0)
  }

  /// The present moment; each call must be paired with a `release`.
  public func mark() -> Mark {
    if let here, let journal = bank.journal, journal.rows.isEmpty {
      nodes[here]?.uses += 1
      return here
    }
    lastMark += 1
    let before = here
    nodes[lastMark] = Node(
      parent: before, delta: bank.journal?.delta ?? BankDelta(), state: bank.counters)
    if let before { nodes[before]?.children.append(lastMark) }
    here = lastMark
    bank.startJournal()
    if let before { prune(before) }
    return lastMark
  }

  /// Gives back a moment; what only it needs is dropped.
  public func release(_ mark: Mark) {
    guard nodes[mark] != nil else { return }
    nodes[mark]?.uses -= 1
    prune(mark)
  }

  /// Makes the bank what it was at a moment.
  ///
  /// Precondition: the mark has not been released.
  public func move(to target: Mark) {
    // What changed since the last mark belongs to no moment that anyone holds.
    bank.journal?.delta.write(to: bank)
    guard let from = here, let state = nodes[target]?.state else {
      preconditionFailure("bank moment \(target) is not held")
    }
    let (up, down) = path(from: from, to: target)
    for node in up + down { nodes[node]?.delta.exchange(with: bank) }
    here = target
    bank.counters = state
    bank.startJournal()
    prune(from)
  }

  /// Writes what the bank was at a moment into another bank of the same shape.
  ///
  /// Precondition: the mark has not been released.
  public func copy(_ target: Mark, to other: MemoryBank) {
    for row in 0..<bank.rowCount { other.row(row).update(from: bank.row(row), count: bank.dim) }
    bank.journal?.delta.write(to: other)
    guard let from = here, let state = nodes[target]?.state else {
      preconditionFailure("bank moment \(target) is not held")
    }
    let (up, down) = path(from: from, to: target)
    for node in up + down { nodes[node]?.delta.write(to: other) }
    other.counters = state
  }

  /// The moments whose differences lie between two moments: up from the first, then down.
  private func path(from: Mark, to target: Mark) -> (up: [Mark], down: [Mark]) {
    func ancestors(_ mark: Mark) -> [Mark] {
      Array(sequence(first: mark) { self.nodes[$0]?.parent })
    }
    let above = ancestors(from)
    let known = Set(above)
    let below = ancestors(target)
    let common = below.first(where: known.contains)
    return (
      Array(above.prefix { $0 != common }), Array(below.prefix { $0 != common }.reversed())
    )
  }

  /// Drops a moment that nobody holds, where its difference can be joined with its only child's.
  private func prune(_ mark: Mark) {
    guard let node = nodes[mark], node.uses <= 0, mark != here, node.children.count <= 1 else {
      return
    }
    let parent = node.parent
    if let child = node.children.first, let below = nodes[child] {
      var joined = BankDelta()
      if parent != nil {
        joined =
          isAboveHere(child)
          ? node.delta.filled(from: below.delta, dim: bank.dim)
          : below.delta.filled(from: node.delta, dim: bank.dim)
      }
      nodes[child]?.parent = parent
      nodes[child]?.delta = joined
    }
    nodes[mark] = nil
    if let parent {
      nodes[parent]?.children.removeAll { $0 == mark }
      if let child = node.children.first { nodes[parent]?.children.append(child) }
      prune(parent)
    }
  }

  /// Whether a moment lies on the way from the root to the present one: its rows are its parent's.
  private func isAboveHere(_ mark: Mark) -> Bool {
    guard let here else { return false }
    return sequence(first: here) { self.nodes[$0]?.parent }.contains(mark)
  }
}
