import Datasets
import Foundation
import Images
import Methods
import Tensors
import Testing

@testable import Sessions

@Suite struct AttentionInspectionTests {
  private func attended(_ bench: Workbench, _ on: AttentionFeatures) throws -> [[Double]] {
    let kind: TrainingGraph.Features = on == .h ? .h : .z
    return try [0, 1].flatMap { doubleRows(try bench.tensor(.features(kind, view: $0))) }
  }

  /// −log of the softmax over the other views, at the positive.
  private func naiveLosses(_ bench: Workbench) throws -> [Double] {
    let z = try [0, 1].flatMap { doubleRows(try bench.tensor(.features(.z, view: $0))) }
    let n = z.count
    return z.indices.map { i in
      let logits = z.indices.map { naiveCosine(z[i], z[$0]) / 0.7 }
      let sum = z.indices.reduce(0.0) { $1 == i ? $0 : $0 + exp(logits[$1]) }
      return log(sum) - logits[(i + n / 2) % n]
    }
  }

  @Test(arguments: AttentionFeatures.allCases)
  func pairsAreExpOfOnePlusCosine(_ on: AttentionFeatures) throws {
    let bench = try SmallSession.make(.simclrAttn, steps: 5) { $0.attention = on }
    let a = try attended(bench, on)
    let ids = try bench.lastBatchIDs()
    let n = ids.count
    let losses = try naiveLosses(bench)
    let weights = (0..<n).map { exp(1 + naiveCosine(a[$0], a[n + $0])) }
    let total = (0..<n).reduce(0.0) { $0 + weights[$1] * (losses[$1] + losses[n + $1]) }
    let pairs = try bench.attentionPairs(n, lowest: false)
    #expect(pairs.count == n)
    #expect(pairs.map(\.entry.weight) == pairs.map(\.entry.weight).sorted(by: >))
    for pair in pairs {
      let i = try #require(ids.firstIndex(of: pair.entry.row.id))
      #expect(agrees(pair.entry.weight, weights[i]))
      #expect(agrees(pair.share, weights[i] * (losses[i] + losses[n + i]) / total, 1e-5))
      #expect(pair.entry.isUsed && pair.entry.column.id == ids[i] && pair.entry.column.view == 2)
    }
    #expect(agrees(pairs.reduce(0) { $0 + $1.share }, 1))
    // The weighted mean of the images' losses is the step's loss.
    let record = bench.metrics.records.last?.values[.loss]
    #expect(agrees(total / (2 * weights.reduce(0, +)), record, 1e-5))
    let lowest = try bench.attentionPairs(3, lowest: true)
    #expect(lowest.map(\.entry) == pairs.suffix(3).reversed().map(\.entry))
  }

  @Test func onlyPositiveEntriesAreUsed() throws {
    let bench = try SmallSession.make(.simclrAttn, steps: 3)
    let a = try attended(bench, .h)
    let n = a.count / 2
    let summary = try bench.attentionSummary()
    #expect(summary.rows == 2 * n && summary.used == 2 * n && summary.entries == 4 * n * n)
    #expect(
      agrees(summary.possible.lowerBound, exp(1)) && agrees(summary.possible.upperBound, exp(2)))
    var others: [Double] = []
    for i in a.indices {
      for j in a.indices where j != i && j != (i + n) % (2 * n) {
        others.append(exp(1 + naiveCosine(a[i], a[j])))
      }
    }
    #expect(agrees(summary.otherMean, others.reduce(0, +) / Double(others.count), 1e-5))
    let strangers = try bench.attentionStrangers(7, lowest: false)
    // Each unordered pair is twice in the matrix.
    let best = others.sorted(by: >).enumerated().filter { $0.offset % 2 == 0 }.prefix(7)
    for (entry, value) in zip(strangers, best) { #expect(agrees(entry.weight, value.element)) }
    #expect(strangers.allSatisfy { !$0.isUsed })
    for order in AttentionOrder.allCases {
      let matrix = try bench.attentionMatrix(6, order: order)
      #expect(matrix.count == 6)
      for (i, row) in matrix.enumerated() {
        #expect(row.map(\.isUsed) == (0..<6).map { $0 == i })
      }
      let labels = matrix.compactMap { $0[0].row.label }
      #expect(order == .batch || labels == labels.sorted())
    }
    let id = try bench.lastBatchIDs()[4]
    let row = try bench.attention(of: id, view: 2, count: 5)
    #expect(row.count == 6 && row[0].isUsed && row[0].column.view == 1)
    let expected = a.indices.filter { $0 != n + 4 && $0 != 4 }.map {
      exp(1 + naiveCosine(a[n + 4], a[$0]))
    }
    for (entry, value) in zip(row.dropFirst(), expected.sorted(by: >)) {
      #expect(agrees(entry.weight, value) && !entry.isUsed)
    }
  }

  @Test func plainMethodsHaveNoAttentionButLosses() throws {
    let bench = try SmallSession.make(.simclr, steps: 2)
    #expect(throws: SessionError.self) { try bench.attentionSummary() }
    #expect(throws: SessionError.self) { try bench.attentionPairs(3, lowest: false) }
    let entries = try bench.lastBatchEntries()
    let mean = entries.compactMap(\.loss).reduce(0, +) / 16
    #expect(agrees(mean, bench.metrics.records.last?.values[.loss], 1e-5))
    #expect(entries.allSatisfy { $0.weight == 1 })
    #expect(entries.map(\.position) == Array(0..<16))
    let z = try [0, 1].map { doubleRows(try bench.tensor(.features(.z, view: $0))) }
    for e in entries {
      #expect(agrees(e.cosine, naiveCosine(z[0][e.position], z[1][e.position])))
      #expect(e.label == e.id % 10)
    }
  }

  @Test func overlapsCountThePixelsThatBothCropsShow() throws {
    let bench = try SmallSession.make(.simclr, steps: 14)
    let entries = try bench.lastBatchEntries()
    let epoch = try #require(bench.metrics.records.last?.epoch)
    #expect(epoch == 1)
    for e in entries {
      let boxes = [0, 1].map {
        bench.pipeline().sample(
          seed: bench.seed, sample: e.id, epoch: epoch, view: $0, width: 32, height: 32
        ).crop
      }
      let pixels = boxes.map { box in
        Set(
          (box.top..<box.top + box.height).flatMap { y in
            (box.left..<box.left + box.width).map { y * 32 + $0 }
          })
      }
      let common = Double(pixels[0].intersection(pixels[1]).count)
      #expect(agrees(e.overlap, common / Double(pixels[0].union(pixels[1]).count)))
    }
  }
}
