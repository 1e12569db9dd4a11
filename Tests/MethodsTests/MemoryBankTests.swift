import Kernels
import Methods
import TestSupport
import Testing

@Suite struct MemoryBankTests {
  private let workers = Workers(threads: 2)

  /// A bank with arenas that live as long as the body.
  private func withBank(
    _ options: MemoryBank.Options, rows: Int, dim: Int, _ body: (MemoryBank) throws -> Void
  ) rethrows {
    let count = rows * dim
    let arena = UnsafeMutablePointer<Float>.allocate(capacity: count * (2 + options.stages))
    arena.initialize(repeating: 0, count: count * (2 + options.stages))
    defer { arena.deallocate() }
    try body(
      MemoryBank(
        options: options, rows: rows, dim: dim, bank: arena, next: arena + count,
        history: arena + 2 * count))
  }

  private func array(_ p: UnsafePointer<Float>, _ count: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: p, count: count))
  }

  @Test func initialRowsAreNormalAndTheBankIsTheirNormalisedCopy() {
    withBank(.init(), rows: 300, dim: 40) { bank in
      bank.initialize(workers, seed: 3)
      let next = array(bank.next, 300 * 40).map { Double($0) }
      let mean = next.reduce(0, +) / 12_000
      let variance = next.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 12_000
      #expect(abs(mean) < 0.04 && abs(variance - 1) < 0.06)
      for i in [0, 17, 299] {
        let row = next[i * 40..<(i + 1) * 40]
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        expectClose(array(bank.bank + i * 40, 40), row.map { $0 / norm }, abs: 1e-7)
      }
      let first = bank.fingerprint
      bank.initialize(Workers(threads: 1), seed: 3)
      #expect(bank.fingerprint == first)
      bank.initialize(workers, seed: 4)
      #expect(bank.fingerprint.bank != first.bank && bank.fingerprint.next != first.next)
      #expect(bank.ages(epoch: 0) == [Int?](repeating: nil, count: 300))
    }
  }

  @Test func rowsEnterTheBankAtTheEndOfTheEpochOnly() {
    withBank(.init(), rows: 4, dim: 3) { bank in
      bank.initialize(workers, seed: 1)
      let initial = array(bank.next, 12)
      let before = array(bank.bank, 12)
      bank.write(workers, z: [1, 2, 3, 4, 5, 6], indices: [2, 0], count: 2, epoch: 0)
      #expect(array(bank.bank, 12) == before)
      #expect(bank.drift(epoch: 0) != nil)
      bank.endEpoch(workers)
      #expect(array(bank.bank, 3) == [4, 5, 6])
      #expect(array(bank.bank + 6, 3) == [1, 2, 3])
      // Rows that were never visited keep their unnormalised random values.
      #expect(array(bank.bank + 3, 3) == Array(initial[3..<6]))
      #expect(bank.fingerprint.bank == bank.fingerprint.next)
      bank.write(workers, z: [7, 8, 9], indices: [3], count: 1, epoch: 1)
      bank.endEpoch(workers)
      #expect(array(bank.bank, 3) == [4, 5, 6])
      #expect(bank.ages(epoch: 2) == [2, nil, 2, 1])
    }
  }

  @Test func incrementalFingerprintEqualsARehash() {
    withBank(.init(), rows: 9, dim: 7) { bank in
      bank.initialize(workers, seed: 1)
      let z = GoldenFill.floats(kind: "v", name: "z", seed: 0, count: 5 * 7) ?? []
      bank.write(workers, z: z, indices: [1, 8, 1, 0, 5], count: 5, epoch: 0)
      let kept = bank.fingerprint
      let (written, old) = (bank.writtenEpochs, bank.bankEpochs)
      bank.restore(workers, epochsEnded: 0, writtenEpochs: written, bankEpochs: old)
      #expect(bank.fingerprint == kept)
      bank.next[4] += 1
      bank.restore(workers, epochsEnded: 0, writtenEpochs: written, bankEpochs: old)
      #expect(bank.fingerprint.next != kept.next && bank.fingerprint.bank == kept.bank)
    }
  }

  @Test func gateOpensAtStart() {
    var options = MemoryBank.Options()
    #expect(options.start == 51 && options.alpha == 0.5 && options.stages == 1)
    options.start = 2
    withBank(options, rows: 2, dim: 2) { bank in
      let indices: [Int32] = [0]
      indices.withUnsafeBufferPointer { index in
        guard let base = index.baseAddress else { return }
        #expect(bank.targets(indices: base, epoch: 1) == nil)
        #expect(bank.targets(indices: base, epoch: 2)?.alpha == 0.5)
      }
    }
  }

  @Test func stagesAreTheMeanOfThePastEpochs() {
    var options = MemoryBank.Options()
    options.stages = 3
    withBank(options, rows: 1, dim: 2) { bank in
      bank.initialize(workers, seed: 1)
      let epochs: [[Float]] = [[3, 6], [6, 0], [9, 3], [12, 9]]
      let means: [[Float]] = [[3, 6], [4.5, 3], [6, 3], [9, 4]]
      for (epoch, z) in epochs.enumerated() {
        bank.write(workers, z: z, indices: [0], count: 1, epoch: epoch)
        bank.endEpoch(workers)
        #expect(array(bank.bank, 2) == means[epoch])
      }
    }
  }

  @Test func normalizeScalesRowsOnWrite() {
    var options = MemoryBank.Options()
    options.normalize = true
    withBank(options, rows: 2, dim: 2) { bank in
      bank.initialize(workers, seed: 1)
      bank.write(workers, z: [3, 4], indices: [1], count: 1, epoch: 0)
      expectClose(array(bank.next + 2, 2), [0.6, 0.8], abs: 1e-7)
    }
  }

  @Test func nearestSortsByCosine() {
    withBank(.init(), rows: 4, dim: 2) { bank in
      let rows: [Float] = [1, 0, 0, 5, 2, 2, -1, 0]
      bank.bank.update(from: rows, count: 8)
      let near = bank.nearest(to: 0, count: 9)
      #expect(near.map(\.index) == [2, 1, 3])
      expectClose(near.map(\.cosine), [0.7071067811865476, 0, -1], abs: 1e-12)
    }
  }
}
