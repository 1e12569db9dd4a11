import Analysis
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct FeatureGraphTests {
  private let workers = Workers(threads: 2)

  /// Points on the unit circle at angles in degrees, through the exact turn functions.
  private func circle(_ degrees: [Double]) -> Tensor {
    Tensor(
      shape: [degrees.count, 2],
      values: degrees.flatMap {
        [Float(Exact.cosTurn($0 / 360)), Float(Exact.sinTurn($0 / 360))]
      })
  }

  @Test func edgesAreMutualNeighbours() throws {
    // 2 is nearest to 1, but 1's nearest is 0: no edge between 1 and 2 with k = 1.
    let graph = try FeatureGraph.mutualNeighbors(
      workers, features: circle([0, 10, 25, 180, 181]), k: 1)
    #expect(graph.edges.map { [$0.a, $0.b] } == [[0, 1], [3, 4]])
    expectClose(graph.edges[0].weight, 0.984807753012208, abs: 1e-6)
    #expect(graph.components == [0, 0, 1, 2, 2])
    #expect(graph.componentCount == 3 && graph.isolatedCount == 1)
    #expect(graph.sameClassShare(labels: [7, 7, 7, 1, 2]) == 0.5)
    let two = try FeatureGraph.mutualNeighbors(
      workers, features: circle([0, 10, 25, 180, 181]), k: 2)
    #expect(two.edges.map { [$0.a, $0.b] } == [[0, 1], [0, 2], [1, 2], [3, 4]])
  }

  @Test func chanceShareCountsPairs() {
    // Classes of 2 and 3: (2·1 + 3·2)/(5·4).
    expectClose(FeatureGraph.chanceShare(labels: [4, 4, 9, 9, 9]) ?? -1, 0.4, abs: 1e-12)
    #expect(FeatureGraph.chanceShare(labels: [1]) == nil)
  }

  @Test func emptyAndTinyGraphs() throws {
    let none = try FeatureGraph.mutualNeighbors(
      workers, features: Tensor(shape: [0, 4], values: []), k: 3)
    #expect(none.nodes == 0 && none.edges.isEmpty && none.componentCount == 0)
    let one = try FeatureGraph.mutualNeighbors(workers, features: circle([5]), k: 3)
    #expect(one.edges.isEmpty && one.componentCount == 1 && one.sameClassShare(labels: [0]) == nil)
  }

  @Test func orderGoesByClassThenAlongTheArc() throws {
    let angles = [90.0, 0, 40, 200, 10, 70, 260, 230, 60]
    let labels = [0, 0, 0, 1, 0, 0, 1, 1, 0]
    let order = try ClassOrder.make(workers, features: circle(angles), labels: labels)
    #expect(order.blocks.map(\.label) == [0, 1])
    #expect(order.blocks.map(\.places) == [0..<6, 6..<9])
    #expect(order.order.sorted() == Array(0..<9))
    let first = order.order[0..<6].map { angles[$0] }
    #expect(first == first.sorted() || first == first.sorted().reversed())
    let second = order.order[6..<9].map { angles[$0] }
    #expect(second == second.sorted() || second == second.sorted().reversed())
    let again = try ClassOrder.make(Workers(threads: 1), features: circle(angles), labels: labels)
    #expect(again == order)
  }
}
