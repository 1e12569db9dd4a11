import Kernels
import Testing

@testable import Methods

/// Moments of a bank against plain copies of all of its rows.
@Suite struct BankHistoryTests {
  private final class Store {
    let bank: MemoryBank
    private let floats: UnsafeMutableBufferPointer<Float>

    init(rows: Int, dim: Int, stages: Int) {
      floats = .allocate(capacity: rows * dim * (2 + stages))
      floats.initialize(repeating: 0)
      let base = floats.baseAddress.unsafelyUnwrapped
      var options = MemoryBank.Options()
      options.stages = stages
      bank = MemoryBank(
        options: options, rows: rows, dim: dim, bank: base, next: base + rows * dim,
        history: stages > 1 ? base + 2 * rows * dim : nil)
    }

    deinit { floats.deallocate() }

    var copy: Copy {
      Copy(
        values: Array(floats), ended: bank.epochsEnded, written: bank.writtenEpochs,
        used: bank.bankEpochs, sums: [bank.fingerprint.bank, bank.fingerprint.next])
    }
  }

  private struct Copy: Equatable {
    var values: [Float]
    var ended: Int
    var written: [Int32]
    var used: [Int32]
    var sums: [UInt64]
  }

  @Test(arguments: [(1, 1), (1, 2), (3, 3), (2, 4)])
  func everyMomentComesBack(stages: Int, seed: Int) throws {
    let (rows, dim) = (13, 3)
    let workers = Workers(threads: 2)
    let store = Store(rows: rows, dim: dim, stages: stages)
    let bank = store.bank
    bank.initialize(workers, seed: UInt64(seed))
    let history = BankHistory(bank)
    var random = SystemLike(state: UInt64(seed))
    var held: [BankHistory.Mark: (copy: Copy, uses: Int)] = [:]
    var moves = 0
    for _ in 0..<400 {
      switch random.next() % 8 {
      case 0, 1, 2:
        let count = Int(random.next() % 5) + 1
        let indices = (0..<count).map { _ in Int32(random.next() % UInt64(rows)) }
        let z = (0..<count * dim).map { _ in Float(random.next() % 1000) / 100 }
        z.withUnsafeBufferPointer { z in
          indices.withUnsafeBufferPointer { indices in
            guard let z = z.baseAddress, let i = indices.baseAddress else { return }
            bank.write(workers, z: z, indices: i, count: count, epoch: bank.epochsEnded)
          }
        }
      case 3: bank.endEpoch(workers)
      case 4, 5:
        let mark = history.mark()
        held[mark] = (store.copy, (held[mark]?.uses ?? 0) + 1)
      case 6:
        guard let mark = held.keys.sorted().randomElement(using: &random) else { continue }
        history.move(to: mark)
        moves += 1
        #expect(store.copy == held[mark]?.copy)
      default:
        guard let mark = held.keys.sorted().randomElement(using: &random) else { continue }
        history.release(mark)
        held[mark]?.uses -= 1
        if held[mark]?.uses == 0 { held[mark] = nil }
      }
      // Another bank can be given any moment while this one stays where it is.
      if let mark = held.keys.sorted().randomElement(using: &random) {
        let before = store.copy
        let other = Store(rows: rows, dim: dim, stages: stages)
        history.copy(mark, to: other.bank)
        #expect(other.copy == held[mark]?.copy && store.copy == before)
      }
    }
    #expect(moves > 20 && held.count > 2)
    // With nothing held, nothing but the present is kept.
    for (mark, kept) in held { for _ in 0..<kept.uses { history.release(mark) } }
    #expect(history.byteCount <= 2 * (rows * 16 + rows * (2 + stages) * (dim * 4 + 4)))
  }

  /// A generator whose numbers are the same in every run.
  private struct SystemLike: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
  }
}
