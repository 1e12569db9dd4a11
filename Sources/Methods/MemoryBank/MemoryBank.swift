import Foundation
import Kernels
import Tensors

/// The memory bank of SimSiam-Multi: one row per image, mixed into the targets of a later epoch.
///
/// During an epoch `next` collects z₂ of every image seen; `endEpoch` makes it the bank. `next` is
/// not cleared: an image that an epoch does not visit keeps its older row. Source: section 5 of
/// the golden README (`agg_queue` is `bank`, `temp` is `bank.next`).
public final class MemoryBank {
  /// What a bank computes; its defaults are the published code's.
  public struct Options: Sendable, Equatable {
    /// The weight of the bank's row in the targets, 0…1.
    public var alpha = 0.5
    /// The first epoch whose targets use the bank.
    public var start = 51
    /// How many past epochs the bank is the mean of, at least 1.
    public var stages = 1
    /// Whether rows are scaled to unit length when written.
    public var normalize = false

    /// Makes the published options.
    public init() {}
  }

  /// The options.
  public let options: Options
  /// The number of images N.
  public let rows: Int
  /// The number of features D.
  public let dim: Int
  /// The rows that targets use, [N, D].
  public let bank: MutableFloatPointer
  /// The rows that this epoch writes, [N, D].
  public let next: MutableFloatPointer
  /// The `next` of the last `stages` epochs, [stages, N, D], oldest overwritten first; with one
  /// stage there is none.
  public let history: MutableFloatPointer?
  /// The number of epochs that ended.
  public private(set) var epochsEnded = 0
  /// The epoch in which each row of `next` was last written, −1 for never.
  public private(set) var writtenEpochs: [Int32]
  /// The epoch in which each row of `bank` was last written, −1 for never.
  public private(set) var bankEpochs: [Int32]

  private var nextHashes: [UInt64]
  private var nextTotal: UInt64 = 0
  private var bankTotal: UInt64 = 0
  /// What changed since the last moment that `BankHistory` marked; nil before the first one.
  private(set) var journal: BankJournal?

  /// Makes a bank over arenas that the caller owns; `initialize` or `restore` must follow.
  ///
  /// Precondition: `history` holds stages · N · D floats when there is more than one stage.
  public init(
    options: Options, rows: Int, dim: Int, bank: MutableFloatPointer, next: MutableFloatPointer,
    history: MutableFloatPointer? = nil
  ) {
    precondition(options.stages >= 1 && (options.stages == 1 || history != nil), "bank history")
    self.options = options
    self.rows = rows
    self.dim = dim
    self.bank = bank
    self.next = next
    self.history = options.stages > 1 ? history : nil
    writtenEpochs = Array(repeating: -1, count: rows)
    bankEpochs = writtenEpochs
    nextHashes = Array(repeating: 0, count: rows)
  }

  /// Fills `next` with standard normal values and `bank` with a row-normalised copy.
  ///
  /// Row i is drawn from the stream (seed, `bank`, sample i).
  public func initialize(_ workers: Workers, seed: UInt64) {
    willReplaceAll()
    let (bank, next, dim) = (bank, next, dim)
    workers.parallel(count: rows, grain: 16) { range, _ in
      for i in range {
        NormalRow.fill(next + i * dim, dim, seed: seed, sample: i)
      }
    }
    RowNormalization.forward(workers, next, rows: rows, dim: dim, to: bank)
    setCounters(
      epochsEnded: 0, writtenEpochs: Array(repeating: -1, count: rows),
      bankEpochs: Array(repeating: -1, count: rows))
    rehash(workers)
  }

  /// Takes over counters after the caller wrote the arenas (a snapshot, a file), and rehashes.
  ///
  /// Precondition: one epoch per row.
  public func restore(
    _ workers: Workers, epochsEnded: Int, writtenEpochs: [Int32], bankEpochs: [Int32]
  ) {
    setCounters(
      epochsEnded: epochsEnded, writtenEpochs: writtenEpochs, bankEpochs: bankEpochs)
    rehash(workers)
  }

  /// Returns whether targets of an epoch (0-based) use the bank.
  public func isActive(epoch: Int) -> Bool { epoch >= options.start }

  /// Returns the blending of a batch's targets, or nil before the gate.
  public func targets(indices: UnsafePointer<Int32>, epoch: Int) -> BankTargets? {
    guard isActive(epoch: epoch) else { return nil }
    return BankTargets(bank: bank, indices: indices, alpha: Float(options.alpha))
  }

  /// Writes z₂ of a batch into `next`; called when the step commits.
  ///
  /// Shape: z [count, D]; each index is below N. Of equal indices the last wins.
  public func write(
    _ workers: Workers, z: FloatPointer, indices: UnsafePointer<Int32>, count: Int, epoch: Int
  ) {
    for j in 0..<count {
      let i = Int(indices[j])
      precondition(i >= 0 && i < rows, "bank row \(i) of \(rows)")
      let row = next + i * dim
      journal?.keep(i, at: row)
      if options.normalize {
        let norm = Rows.squaredNorm(z + j * dim, dim).squareRoot()
        Rows.divide(z + j * dim, dim, by: max(norm, RowNormalization.epsilon), to: row)
      } else {
        row.update(from: z + j * dim, count: dim)
      }
      let hash = RowHash.hash(row, dim, index: i)
      nextTotal = nextTotal &- nextHashes[i] &+ hash
      nextHashes[i] = hash
      writtenEpochs[i] = Int32(clamping: epoch)
    }
  }

  /// Makes `next` the bank: a copy, or the mean of the last `stages` epochs.
  public func endEpoch(_ workers: Workers) {
    let (bank, next, count) = (bank, next, rows * dim)
    let block = 1 << 16
    let slot = epochsEnded % options.stages
    let kept = min(epochsEnded + 1, options.stages)
    let history = history
    keep(rows..<2 * rows)
    if history != nil { keep((2 + slot) * rows..<(3 + slot) * rows) }
    workers.parallel(count: count, grain: block) { range, _ in
      let length = range.count
      guard let history else {
        (bank + range.lowerBound).update(from: next + range.lowerBound, count: length)
        return
      }
      (history + slot * count + range.lowerBound).update(
        from: next + range.lowerBound, count: length)
      let out = bank + range.lowerBound
      Rows.scale(1, history + range.lowerBound, length, to: out)
      for stage in 1..<max(kept, 1) {
        Rows.combine(1, out, 1, history + stage * count + range.lowerBound, length, to: out)
      }
      Rows.divide(out, length, by: Double(kept), to: out)
    }
    epochsEnded += 1
    bankEpochs = writtenEpochs
    if history == nil { bankTotal = nextTotal } else { rehashBank(workers) }
  }

  /// The wrapping sums of the row hashes of `bank` and `next`: the bank's part of a fingerprint.
  public var fingerprint: (bank: UInt64, next: UInt64) { (bankTotal, nextTotal) }

  /// Says that a caller is about to write the arenas; `restore` must follow.
  public func willReplaceAll() { keep(0..<rowCount) }

  private func keep(_ range: Range<Int>) {
    guard journal != nil else { return }
    for i in range { journal?.keep(i, at: row(i)) }
  }

  private func setCounters(epochsEnded: Int, writtenEpochs: [Int32], bankEpochs: [Int32]) {
    precondition(writtenEpochs.count == rows && bankEpochs.count == rows, "one epoch per row")
    self.epochsEnded = epochsEnded
    self.writtenEpochs = writtenEpochs
    self.bankEpochs = bankEpochs
  }

  /// Everything that is not a row.
  public struct Counters {
    fileprivate var epochsEnded: Int
    fileprivate var writtenEpochs: [Int32]
    fileprivate var bankEpochs: [Int32]
    fileprivate var nextHashes: [UInt64]
    fileprivate var nextTotal: UInt64
    fileprivate var bankTotal: UInt64
  }

  /// Everything that is not a row, for moments of the history.
  public var counters: Counters {
    get {
      Counters(
        epochsEnded: epochsEnded, writtenEpochs: writtenEpochs, bankEpochs: bankEpochs,
        nextHashes: nextHashes, nextTotal: nextTotal, bankTotal: bankTotal)
    }
    set {
      (epochsEnded, writtenEpochs, bankEpochs) = (
        newValue.epochsEnded, newValue.writtenEpochs, newValue.bankEpochs
      )
      (nextHashes, nextTotal, bankTotal) = (
        newValue.nextHashes, newValue.nextTotal, newValue.bankTotal
      )
    }
  }

  /// The rows of `next`, `bank` and every stage.
  var rowCount: Int { rows * (2 + (history == nil ? 0 : options.stages)) }

  /// A row by its number through `next`, `bank` and every stage.
  func row(_ index: Int) -> MutableFloatPointer {
    switch index / rows {
    case 0: next + index * dim
    case 1: bank + (index - rows) * dim
    default: (history ?? next) + (index - 2 * rows) * dim
    }
  }

  /// Becomes what another bank is; only rows that differ count as changed.
  ///
  /// Precondition: the other has as many rows, stages and features.
  public func become(_ other: MemoryBank) {
    precondition(other.rowCount == rowCount && other.dim == dim, "banks of different shapes")
    for i in 0..<rowCount where memcmp(row(i), other.row(i), dim * 4) != 0 {
      journal?.keep(i, at: row(i))
      row(i).update(from: other.row(i), count: dim)
    }
    counters = other.counters
  }

  /// Begins to keep what changes from now on.
  func startJournal() { journal = BankJournal(rowCount: rowCount, dim: dim) }

  private func rehash(_ workers: Workers) {
    let (next, dim) = (next, dim)
    nextHashes.withUnsafeMutableBufferPointer { hashes in
      nonisolated(unsafe) let hashes = hashes
      workers.parallel(count: rows, grain: 64) { range, _ in
        for i in range { hashes[i] = RowHash.hash(next + i * dim, dim, index: i) }
      }
    }
    nextTotal = nextHashes.reduce(0, &+)
    rehashBank(workers)
  }

  private func rehashBank(_ workers: Workers) {
    let (bank, dim) = (bank, dim)
    var hashes = [UInt64](repeating: 0, count: rows)
    hashes.withUnsafeMutableBufferPointer { hashes in
      nonisolated(unsafe) let hashes = hashes
      workers.parallel(count: rows, grain: 64) { range, _ in
        for i in range { hashes[i] = RowHash.hash(bank + i * dim, dim, index: i) }
      }
    }
    bankTotal = hashes.reduce(0, &+)
  }
}
