import Files
import Kernels
import Methods
import Tensors

/// A copy of a model in training at a step's end: what goes on from it bit for bit.
///
/// Random numbers, data order and schedule follow from seed and counters, so that these are the
/// generators' whole state. Bank rows are not copied: the bank's history holds them.
///
/// It is held in memory or, when memory has no room for it, on disk.
final class LearnerImage {
  /// Parameters, buffers and optimizer state.
  struct Arenas {
    var values: Arena
    var buffers: Arena
    var optimizerState: Arena

    fileprivate var all: [Arena] { [values, buffers, optimizerState] }

    fileprivate func copied(from pool: ArenaPool, _ copy: (Arena, Arena) -> Void) -> Arenas {
      func copied(_ arena: Arena) -> Arena {
        let other = pool.take(arena.layout)
        copy(arena, other)
        return other
      }
      return Arenas(
        values: copied(values), buffers: copied(buffers), optimizerState: copied(optimizerState))
    }
  }

  /// Where the floats are.
  private enum Place {
    case memory(Arenas, bank: (store: BankStore, mark: BankHistory.Mark)?)
    case disk(SpillSlot, layouts: [ArenaLayout], bank: SpilledBank?)
  }

  /// What is not on disk of a bank that is.
  private struct SpilledBank {
    var shape: BankStore.Shape
    var counters: MemoryBank.Counters
  }

  let counters: [Int64]
  let progress: TrainingCounters
  /// Whether the model is as it is drawn from the seed, so that the choices alone give it again.
  let isAsDrawn: Bool
  private let pool: ArenaPool
  private var place: Place

  init(_ learner: Learner, pool: ArenaPool) {
    self.pool = pool
    let present = Arenas(
      values: learner.model.values, buffers: learner.model.buffers,
      optimizerState: learner.optimizerState)
    let arenas = present.copied(from: pool) { copyFloats(learner.workers, from: $0, to: $1) }
    place = .memory(arenas, bank: learner.bankStore.map { ($0, $0.history.mark()) })
    counters = learner.model.counters
    progress = learner.counters
    isAsDrawn = learner.step == 0 && learner.wasOnlyDrawn
  }

  deinit { release() }

  private func release() {
    guard case .memory(let arenas, let bank) = place else { return }
    for arena in arenas.all { pool.give(back: arena) }
    if let bank { bank.store.history.release(bank.mark) }
  }

  /// The bytes of memory, without bank rows.
  var byteCount: Int {
    switch place {
    case .memory(let arenas, _):
      arenas.all.reduce(0) { $0 + $1.floatCount } * MemoryLayout<Float>.stride
    case .disk(_, _, let bank): (bank?.shape.rows ?? 0) * 16
    }
  }

  /// The bytes on disk; 0 while it is in memory.
  var diskByteCount: Int {
    if case .disk(let slot, _, _) = place { slot.byteCount } else { 0 }
  }

  /// Whether it is in memory.
  var isInMemory: Bool {
    if case .memory = place { true } else { false }
  }

  /// The bank whose history has its rows; nil without a bank, and when they are on disk.
  var bankStore: BankStore? {
    if case .memory(_, let bank) = place { bank?.store } else { nil }
  }

  /// Whether a bank belongs to it.
  var hasBank: Bool {
    switch place {
    case .memory(_, let bank): bank != nil
    case .disk(_, _, let bank): bank != nil
    }
  }

  /// The number of tensors, the bank's included.
  var tensorCount: Int {
    let (layouts, bank) =
      switch place {
      case .memory(let arenas, let bank): (arenas.all.map(\.layout), bank?.store.arena.layout)
      case .disk(_, let layouts, let bank): (layouts, bank?.shape.layout)
      }
    let parameters = layouts[0].entries.count
    return parameters + layouts[1].entries.count + parameters * layouts[2].entries.count
      + (bank?.entries.count ?? 0)
  }

  /// Moves it from memory to disk.
  ///
  /// Throws: `FileError` when there is no room; then it is where it was.
  func spill(to file: SpillFile) throws {
    guard case .memory(let arenas, let bank) = place else { return }
    let rows = bank.map { BankStore($0.store, at: $0.mark) }
    let pieces = (arenas.all + (rows.map { [$0.arena] } ?? [])).map {
      UnsafeRawBufferPointer($0.bytes)
    }
    let slot = try withExtendedLifetime(rows) { try file.store(pieces) }
    release()
    place = .disk(
      slot, layouts: arenas.all.map(\.layout),
      bank: rows.map { SpilledBank(shape: $0.shape, counters: $0.bank.counters) })
  }

  /// The floats, and a copy of the bank where there is one; read when they are on disk.
  ///
  /// Throws: `FileError` when the disk fails.
  func read() throws -> (arenas: Arenas, bank: BankStore?) {
    switch place {
    case .memory(let arenas, let bank):
      return (arenas, bank.map { BankStore($0.store, at: $0.mark) })
    case .disk(let slot, let layouts, let bank):
      let all = layouts.map(Arena.init)
      let rows = bank.map { BankStore(like: $0.shape) }
      try slot.read(into: (all + (rows.map { [$0.arena] } ?? [])).map(\.bytes))
      if let rows, let bank { rows.bank.counters = bank.counters }
      return (Arenas(values: all[0], buffers: all[1], optimizerState: all[2]), rows)
    }
  }
}

extension Arena {
  fileprivate var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      start: base, count: floatCount * MemoryLayout<Float>.stride)
  }
}

extension Learner {
  /// Whether the bank, if any, can become that of an image of this configuration.
  ///
  /// With `movesBank` the bank of an image in memory must be this one.
  func bankFits(_ image: LearnerImage, movesBank: Bool, samples: Int) -> Bool {
    guard let bank else { return !image.hasBank }
    guard let store = image.bankStore else { return image.hasBank && bank.rows == samples }
    return bankStore === store || !movesBank
  }

  /// Goes back, or on, to an image of this configuration.
  ///
  /// With `movesBank` the bank is the image's own and moves; otherwise its rows are copied.
  /// Throws: `FileError` when it is on a disk that fails; then nothing changed.
  func take(_ image: LearnerImage, movesBank: Bool) throws {
    let arenas = try image.takeBank(to: bankStore, movesBank: movesBank)
    copyFloats(workers, from: arenas.values, to: model.values)
    copyFloats(workers, from: arenas.buffers, to: model.buffers)
    copyFloats(workers, from: arenas.optimizerState, to: optimizerState)
    model.counters = image.counters
    restore(image.progress)
    wasOnlyDrawn = image.isAsDrawn
  }
}

extension LearnerImage {
  /// Brings the bank back and returns the rest.
  fileprivate func takeBank(to store: BankStore?, movesBank: Bool) throws -> Arenas {
    if case .memory(let arenas, let saved) = place {
      if let saved, let store {
        if movesBank {
          saved.store.history.move(to: saved.mark)
        } else {
          saved.store.history.copy(saved.mark, to: store.bank)
        }
      }
      return arenas
    }
    let (arenas, rows) = try read()
    if let rows, let store { store.bank.become(rows.bank) }
    return arenas
  }
}

/// Arenas of dropped images, kept for the next ones: fresh memory costs more than the copy.
final class ArenaPool {
  private static let most = 6
  private var free: [Arena] = []

  func take(_ layout: ArenaLayout) -> Arena {
    let found = free.firstIndex { $0.layout.entries == layout.entries }
    return found.map { free.remove(at: $0) } ?? Arena(layout: layout)
  }

  func give(back arena: Arena) {
    free.append(arena)
    if free.count > ArenaPool.most { free.removeFirst() }
  }

  var byteCount: Int { free.reduce(0) { $0 + $1.floatCount * MemoryLayout<Float>.stride } }
}

/// Copies an arena's floats on all threads.
private func copyFloats(_ workers: Workers, from source: Arena, to target: Arena) {
  precondition(source.floatCount == target.floatCount, "arenas of different layouts")
  nonisolated(unsafe) let (from, to) = (source.base, target.base)
  workers.parallel(count: source.floatCount, grain: 1 << 18) { range, _ in
    (to + range.lowerBound).update(from: from + range.lowerBound, count: range.count)
  }
}
