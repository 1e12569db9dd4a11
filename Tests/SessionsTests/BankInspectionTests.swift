import Foundation
import Methods
import Tensors
import Testing

@testable import Sessions

@Suite struct BankInspectionTests {
  @Test func agesAndDriftFollowWhatEachStepWrote() throws {
    let bench = try SmallSession.make(.simsiamMulti) { $0.start = 1 }
    // What the bank must hold, kept by hand: epoch and row of every image that was ever written.
    var next: [Int: (epoch: Int, z: [Double])] = [:]
    var bank: [Int: (epoch: Int, z: [Double])] = [:]
    var fresh: Set<Int> = []
    for step in 1...30 {
      _ = try bench.train(steps: 1)
      let epoch = (step - 1) / 12
      let z = doubleRows(try bench.tensor(.features(.z, view: 1)))
      for (row, id) in try bench.lastBatchIDs().enumerated() {
        next[id] = (epoch, z[row])
        fresh.insert(id)
      }
      if step % 12 == 0 {
        bank = next
        fresh = []
      }
    }
    #expect(bench.summary.epoch == 2 && bench.summary.stepInEpoch == 6)
    let ages = try bench.bankAges()
    #expect(ages.reduce(0) { $0 + $1.count } == 200)
    for age in ages {
      let expected =
        age.age.map { a in bank.values.count { 2 - $0.epoch == a } } ?? 200 - bank.count
      #expect(age.count == expected)
    }
    let (source, drift) = try bench.bankDrift(nil)
    #expect(source == .written)
    for group in drift {
      guard let age = group.age else { continue }
      let ids = fresh.filter { bank[$0].map { 2 - $0.epoch } == age }
      let cosines = ids.compactMap { id in
        bank[id].flatMap { old in next[id].map { naiveCosine(old.z, $0.z) } }
      }.sorted()
      #expect(group.cosines.count == cosines.count)
      #expect(zip(group.cosines, cosines).allSatisfy { agrees($0, $1) })
    }
    #expect(drift.reduce(0) { $0 + $1.cosines.count } == fresh.count && fresh.count == 96)
    let summary = try bench.bankSummary()
    #expect(summary.isActive && summary.rows == 200 && summary.dim == 8)
    #expect(summary.written == 96 && summary.never == 200 - bank.count)
    #expect(try bench.bankDrift(.probe).ages.reduce(0) { $0 + $1.cosines.count } == 200)
  }

  @Test func rowsAndNeighboursEqualBruteForce() throws {
    let bench = try SmallSession.make(.simsiamMulti, steps: 12)
    let rows = doubleRows(try bench.tensor(.bank))
    let near = try bench.bankNeighbours(of: 17, count: 10)
    let expected = rows.indices.filter { $0 != 17 }
      .map { ($0, naiveCosine(rows[17], rows[$0])) }.sorted { $0.1 > $1.1 }.prefix(10)
    #expect(near.map(\.index) == expected.map(\.0))
    #expect(zip(near, expected).allSatisfy { agrees($0.cosine, $1.1) })
    func unit(_ row: [Double]) -> [Double] {
      let size = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / size }
    }
    for row in try bench.bankRows([0, 17, 199], values: 3) {
      let own = rows[row.id]
      #expect(agrees(row.norm, own.reduce(0) { $0 + $1 * $1 }.squareRoot()))
      #expect(row.values.map { Double($0) } == Array(own.prefix(3)))
      let classes = (0..<10).map { label -> (Int, Double) in
        let members = rows.indices.filter { $0 % 10 == label && $0 != row.id }.map {
          unit(rows[$0])
        }
        let sum = (0..<8).map { j in members.reduce(0) { $0 + $1[j] } }
        return (label, naiveCosine(sum, own))
      }
      let best = classes.max { $0.1 < $1.1 }
      #expect(row.nearest?.label == best?.0 && agrees(row.nearest?.cosine, best?.1))
    }
  }

  @Test func resetDrawsTheRowsOfTheStart() throws {
    let untouched = try SmallSession.make(.simsiamMulti)
    let bench = try SmallSession.make(.simsiamMulti, steps: 15)
    let before = bench.fingerprint
    #expect(try bench.tensor(.bank) != untouched.tensor(.bank))
    #expect(try bench.resetBank() == 200)
    #expect(try bench.tensor(.bank) == untouched.tensor(.bank))
    #expect(try bench.bankAges() == [BankAge(age: nil, count: 200)])
    #expect(bench.fingerprint != before)
  }

  @Test func lossesOfImagesAverageToTheStepsLoss() throws {
    for (method, steps) in [(MethodName.simsiam, 2), (.simsiamMulti, 3), (.simsiamMulti, 15)] {
      let bench = try SmallSession.make(method, steps: steps) {
        if method == .simsiamMulti { $0.start = 1 }
      }
      let entries = try bench.lastBatchEntries()
      let mean = entries.compactMap(\.loss).reduce(0, +) / 16
      #expect(agrees(mean, bench.metrics.records.last?.values[.loss], 1e-6), "\(method) \(steps)")
      #expect(entries.allSatisfy { $0.share == nil })
    }
    // At the end of an epoch with the bank, the rows of the targets are gone.
    let ended = try SmallSession.make(.simsiamMulti, steps: 24) { $0.start = 1 }
    #expect(try ended.lastBatchEntries().allSatisfy { $0.loss == nil })
  }

  @Test func otherMethodsHaveNoBank() throws {
    let bench = try SmallSession.make(.simclr)
    #expect(throws: SessionError.self) { try bench.bankSummary() }
    #expect(throws: SessionError.self) { try bench.resetBank() }
    #expect(!bench.hasModel)
  }
}
