import Kernels
import Methods
import Tensors

/// A copy of a model in training at a step's end: what goes on from it bit for bit.
///
/// Random numbers, data order and schedule follow from seed and counters, so that these are the
/// generators' whole state. Bank rows are not copied: the bank's history holds them.
final class LearnerImage {
  let values: Arena
  let buffers: Arena
  let optimizerState: Arena
  let counters: [Int64]
  let progress: TrainingCounters
  /// The bank and the moment of its history; nil without one.
  let bank: (store: BankStore, mark: BankHistory.Mark)?
  /// Whether the model is as it is drawn from the seed, so that the choices alone give it again.
  let isAsDrawn: Bool
  private let pool: ArenaPool

  init(_ learner: Learner, pool: ArenaPool) {
    func copied(_ arena: Arena) -> Arena {
      let copy = pool.take(arena.layout)
      copyFloats(learner.workers, from: arena, to: copy)
      return copy
    }
    self.pool = pool
    values = copied(learner.model.values)
    buffers = copied(learner.model.buffers)
    optimizerState = copied(learner.optimizerState)
    counters = learner.model.counters
    progress = learner.counters
    isAsDrawn = learner.step == 0 && learner.wasOnlyDrawn
    bank = learner.bankStore.map { ($0, $0.history.mark()) }
  }

  deinit {
    for arena in [values, buffers, optimizerState] { pool.give(back: arena) }
    if let bank { bank.store.history.release(bank.mark) }
  }

  /// The bytes of the copies, without bank rows.
  var byteCount: Int {
    (values.floatCount + buffers.floatCount + optimizerState.floatCount)
      * MemoryLayout<Float>.stride
  }
}

extension Learner {
  /// Goes back, or on, to an image of this configuration.
  ///
  /// With `movesBank` the bank is the image's own and moves; otherwise its rows are copied.
  func take(_ image: LearnerImage, movesBank: Bool) {
    copyFloats(workers, from: image.values, to: model.values)
    copyFloats(workers, from: image.buffers, to: model.buffers)
    copyFloats(workers, from: image.optimizerState, to: optimizerState)
    model.counters = image.counters
    if let saved = image.bank, let bank {
      if movesBank {
        saved.store.history.move(to: saved.mark)
      } else {
        saved.store.history.copy(saved.mark, to: bank)
      }
    }
    restore(image.progress)
    wasOnlyDrawn = image.isAsDrawn
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
