import Kernels
import Methods
import Tensors

/// A memory bank, the arena that it lies in and the moments that it can go back to.
final class BankStore {
  let arena: Arena
  let bank: MemoryBank
  let history: BankHistory

  /// Draws a bank for SimSiam-Multi; nil for the other methods.
  init?(_ method: MethodConfiguration?, samples: Int, seed: UInt64, workers: Workers) {
    guard let method, method.name == .simsiamMulti else { return nil }
    var layout = ArenaLayout()
    let shape = [samples, method.projectorOut]
    let rows = layout.add("bank", shape: shape)
    let next = layout.add("bank.next", shape: shape)
    let stages =
      method.stages > 1
      ? layout.add("bank.history", shape: [method.stages] + shape) : nil
    arena = Arena(layout: layout)
    var options = MemoryBank.Options()
    options.alpha = method.alpha
    options.start = method.start
    options.stages = method.stages
    options.normalize = method.normalize
    bank = MemoryBank(
      options: options, rows: samples, dim: method.projectorOut, bank: arena.base + rows.offset,
      next: arena.base + next.offset, history: stages.map { [arena] in arena.base + $0.offset })
    bank.initialize(workers, seed: seed)
    history = BankHistory(bank)
  }

  /// Makes a bank of the same shape, whose values the caller writes.
  init(like shape: Shape) {
    let arena = Arena(layout: shape.layout)
    self.arena = arena
    func pointer(_ name: String) -> MutableFloatPointer? {
      arena.layout[name].map { arena.base + $0.offset }
    }
    bank = MemoryBank(
      options: shape.options, rows: shape.rows, dim: shape.dim,
      bank: pointer("bank") ?? arena.base, next: pointer("bank.next") ?? arena.base,
      history: pointer("bank.history"))
    history = BankHistory(bank)
  }

  /// Copies what a bank was at a moment.
  convenience init(_ other: BankStore, at mark: BankHistory.Mark) {
    self.init(like: other.shape)
    other.history.copy(mark, to: bank)
  }

  /// What a bank needs to be made again, but for its values.
  struct Shape {
    var layout: ArenaLayout
    var options: MemoryBank.Options
    var rows: Int
    var dim: Int
  }

  /// The bank's shape.
  var shape: Shape {
    Shape(layout: arena.layout, options: bank.options, rows: bank.rows, dim: bank.dim)
  }
}
