import Analysis
import Datasets
import Foundation
import Images
import Kernels
import Layers
import Methods
import Tensors
import Testing

@testable import Sessions

/// A small session with steps taken.
private func session(
  _ method: MethodName, batch: Int = 20, images: Int = 60, steps: Int = 1,
  augmented: Bool = true
) throws -> Workbench {
  let bench = Workbench(threads: 2)
  var choice = DataChoice(name: "demo")
  choice.n = images
  let state = try choice.load(memoryLimit: 1 << 30)
  try bench.configure(data: state) { $0.backbone = BackboneChoice(.small) }
  var method = MethodChoice(method)
  method.batch = batch
  method.projector = [32, 16]
  if method.name.isSimSiamFamily { method.predictor = 8 }
  if method.name == .simsiamMulti { method.start = 1 }
  try bench.configure {
    $0.method = method
    $0.seed = 5
  }
  if !augmented {
    try bench.setAugmentation(AugmentationChoice(preset: "none", pipeline: .none))
  }
  if steps > 0 { _ = try bench.train(steps: steps) }
  return bench
}

private func cosine(_ t: Tensor, _ i: Int, _ j: Int) -> Double {
  let d = t.shape[1]
  var (ab, aa, bb) = (0.0, 0.0, 0.0)
  for k in 0..<d {
    let (a, b) = (Double(t.values[i * d + k]), Double(t.values[j * d + k]))
    ab += a * b
    aa += a * a
    bb += b * b
  }
  return ab / (aa * bb).squareRoot()
}

private func message(_ body: () throws -> some Any) -> String {
  do {
    _ = try body()
    return "no error"
  } catch { return "\(error)" }
}

@Suite struct FigureDataTests {
  @Test func samplesAreBalancedSortedAndAlwaysTheSame() {
    let labels = (0..<1000).map { ($0 * 7 + 3) % 13 % 4 }
    let chosen = FigureSamples.balanced(30, of: 1000, labels: labels, seed: 9)
    #expect(chosen == FigureSamples.balanced(30, of: 1000, labels: labels, seed: 9))
    #expect(chosen != FigureSamples.balanced(30, of: 1000, labels: labels, seed: 10))
    #expect(chosen == chosen.sorted() && Set(chosen).count == 30)
    let counts = Dictionary(grouping: chosen) { labels[$0] }.mapValues(\.count)
    #expect(
      counts.keys.sorted() == [0, 1, 2, 3] && counts.values.allSatisfy { (7...8).contains($0) })
    // A class with few members gives all of them, the others make up for it.
    let uneven = [Int](repeating: 0, count: 97) + [1, 1, 1]
    let rest = FigureSamples.balanced(20, of: 100, labels: uneven, seed: 1)
    #expect(rest.suffix(3) == [97, 98, 99] && rest.count == 20)
    // More classes than places: as many different classes as places.
    let few = FigureSamples.balanced(5, of: 100, labels: Array(0..<100), seed: 1)
    #expect(few.count == 5 && few != Array(0..<5))
    #expect(FigureSamples.balanced(4, of: 4, labels: nil, seed: 1) == [0, 1, 2, 3])
  }

  @Test(arguments: FeatureGraph.Rule.allCases)
  func graphFollowsItsRule(_ rule: FeatureGraph.Rule) throws {
    let bench = try session(.simclrAttn)
    let data = try bench.similarityGraph(count: 24, k: 3, layer: .h, on: .train, rule: rule)
    let all = try bench.features(.h, on: .train)
    let dim = all.features.shape[1]
    let rows = Tensor(
      shape: [24, dim],
      values: data.samples.ids.flatMap { all.features.values[$0 * dim..<($0 + 1) * dim] })
    let near = (0..<24).map { i in
      Set(
        (0..<24).filter { $0 != i }
          .sorted { cosine(rows, i, $0) > cosine(rows, i, $1) }.prefix(3))
    }
    var expected: [FeatureGraph.Pair] = []
    for i in 0..<24 {
      for j in i + 1..<24 {
        let (a, b) = (near[i].contains(j), near[j].contains(i))
        if rule == .mutual ? a && b : a || b { expected.append(FeatureGraph.Pair(i, j)) }
      }
    }
    #expect(data.graph.edges.map { FeatureGraph.Pair($0.a, $0.b) } == expected)
    for edge in data.graph.edges { #expect(abs(edge.weight - cosine(rows, edge.a, edge.b)) < 1e-6) }
    let images = try bench.trainingImages()
    #expect(data.samples.labels == data.samples.ids.map { images.labels?[$0] })
    #expect(data.samples.thumbnails[7]?.pixels == images.thumbnail(data.samples.ids[7]))
    #expect(data.positives.isEmpty && data.samples.views.isEmpty)
  }

  @Test(arguments: [FigureSet.batch, .probe])
  func viewsComeInPositivePairs(_ set: FigureSet) throws {
    let bench = try session(.simclr)
    let data = try bench.similarityGraph(count: 12, k: 2, layer: .z, on: set, rule: .mutual)
    let s = data.samples
    #expect(s.views == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    #expect(Array(s.ids[..<6]) == Array(s.ids[6...]) && Set(s.ids).count == 6)
    #expect(data.positives == (0..<6).map { FeatureGraph.Pair($0, $0 + 6) })
    #expect(s.thumbnails.allSatisfy { $0?.width == 32 && $0?.height == 32 })
    if set == .batch {
      let all = try bench.bothViews(.z)
      let ids = try #require(try bench.model().lastBatch?.ids)
      let places = s.ids.enumerated().compactMap { i, id in
        ids.firstIndex(of: id).map { $0 + (i < 6 ? 0 : 20) }
      }
      for e in data.graph.edges {
        #expect(abs(e.weight - cosine(all, places[e.a], places[e.b])) < 1e-6)
      }
    }
  }

  @Test func viewsWithoutAugmentationShowTheImage() throws {
    let bench = try session(.simclr, augmented: false)
    let data = try bench.similarityGraph(count: 6, k: 1, layer: .h, on: .batch, rule: .mutual)
    let images = try bench.trainingImages()
    for (id, picture) in zip(data.samples.ids, data.samples.thumbnails) {
      #expect(picture?.pixels == images.thumbnail(id))
    }
    // Both views are the same picture, so every positive pair is joined.
    #expect(data.joinedPositives == 3)
  }

  @Test(arguments: AttentionData.Order.allCases)
  func attentionIsExpOfOnePlusCosine(_ order: AttentionData.Order) throws {
    let bench = try session(.simclrAttn, steps: 2)
    let data = try bench.attentionData(count: 16, order: order)
    let all = try bench.bothViews(.h)
    let ids = try #require(try bench.model().lastBatch?.ids)
    let s = data.samples
    #expect(data.batchViews == 40 && s.count == 16 && data.weights.count == 256)
    let rows = zip(s.ids, s.views).map { id, view in (ids.firstIndex(of: id) ?? 0) + 20 * view }
    for i in 0..<16 {
      for j in 0..<16 {
        let expected = exp(1 + cosine(all, rows[i], rows[j]))
        #expect(abs(data.weights[i * 16 + j] - expected) < 2e-5)
      }
      let partner = data.partners[i]
      #expect(s.ids[partner] == s.ids[i] && s.views[partner] != s.views[i])
    }
    let labels = s.labels.compactMap { $0 }
    #expect(labels.count == 16)
    if order == .class { #expect(labels == labels.sorted()) }
    if order == .batch { #expect(s.views == s.views.sorted()) }
  }

  @Test func bankRowsHaveAgesAndDrift() throws {
    // 50 images in batches of 20: 10 images miss each epoch.
    let bench = try session(.simsiamMulti, images: 50, steps: 0)
    let fresh = try bench.bankData(count: 10)
    #expect(fresh.ages.allSatisfy { $0 == nil } && !fresh.isActive)
    _ = try bench.train(steps: 4)
    let data = try bench.bankData(count: 50)
    #expect(data.samples.ids == Array(0..<50) && data.rows == 50 && data.dimension == 16)
    #expect(data.ages.compactMap { $0 }.allSatisfy { $0 == 1 || $0 == 2 } && data.isActive)
    #expect(data.ages.count { $0 == 1 } == 40)
    let rows = try bench.tensor(.bank)
    let now = try bench.features(.z, on: .train).features
    let pairs = Tensor(shape: [100, 16], values: rows.values + now.values)
    for i in 0..<50 {
      #expect(abs(data.drifts[i] - (1 - cosine(pairs, i, 50 + i))) < 1e-5)
      #expect(abs(data.cosines[i * 50 + 3] - cosine(rows, i, 3)) < 1e-5)
    }
  }

  @Test func curvesHaveTheirChanceLevels() throws {
    let bench = try session(.simclrAttn, steps: 4)
    let data = try bench.curves(["loss", "z_std", "lr", "loss"])
    #expect(data.curves.map(\.name) == ["loss", "z_std", "lr"])
    #expect(data.epochEnds == [CurvesData.EpochEnd(epoch: 1, step: 3)])
    #expect(data.curves[0].lines[0].steps == [1, 2, 3, 4] && data.events == [])
    #expect(abs(data.curves[0].levels[0].value - log(39)) < 1e-12)
    #expect(
      data.curves[1].levels == [
        MetricCurve.Level(name: "1/√d", value: 0.25),
        MetricCurve.Level(name: "collapsed", value: 0),
      ])
    #expect(data.curves[2].lines.map(\.name) == ["decay, no_decay"])
    let multi = try session(.simsiamMulti, steps: 4)
    let gated = try multi.curves(["loss", "acc1"])
    #expect(gated.events == [CurvesData.Event(step: 4, name: "bank in use", isChange: false)])
    #expect(gated.curves[0].levels[0].value == 0)
    #expect(gated.curves[1].levels[0].value == 10 && gated.curves[1].unit == "%")
  }

  @Test func whatCannotBeDrawnIsRefusedAndNothingChanges() throws {
    let untrained = try session(.simclrAttn, steps: 0)
    let noStep = "no step was taken since the model was built or loaded"
    #expect(message { try untrained.attentionData(count: 8, order: .class) } == noStep)
    #expect(
      message {
        try untrained.similarityGraph(count: 8, k: 2, layer: .h, on: .batch, rule: .mutual)
      } == noStep)
    #expect(message { try untrained.curves(["loss"]) } == "no values of 'loss' yet")
    let bench = try session(.simclrAttn)
    let before = bench.fingerprint
    func graph(
      _ n: Int?, _ k: Int = 2, _ layer: EvaluationLayer = .h, _ set: FigureSet = .train
    ) -> String {
      message { try bench.similarityGraph(count: n, k: k, layer: layer, on: set, rule: .mutual) }
    }
    #expect(graph(61) == "n must be in 2…60, the number of train samples, got 61")
    #expect(graph(8, 8) == "k must be below n = 8, the number of nodes, got 8")
    #expect(graph(8, 2, .p) == "the model has no layer 'p'")
    #expect(graph(7, 2, .h, .batch) == "n must be even, two views of each image, got 7")
    #expect(
      graph(42, 2, .h, .batch) == "n must be in 2…40, the number of views in the batch, got 42")
    #expect(message { try bench.bankData(count: 5) } == "no bank: method simsiam-multi has one")
    #expect(
      message { try bench.curves(["los"]) }.hasPrefix("no metric 'los': expected loss class_loss"))
    #expect(message { try bench.curves(["knn"]) } == "no values of 'knn' yet")
    #expect(graph(nil) == "no error")
    #expect(bench.fingerprint == before)
    let plain = try session(.simclr)
    #expect(
      message { try plain.attentionData(count: 8, order: .class) }
        == "no attention: method simclr-attn has it")
  }

  @Test func featuresThatAreNotFiniteAreNamed() throws {
    let bench = try session(.simclr)
    let learner = try bench.model()
    let entry = try #require(learner.model.values.layout.entries.first)
    learner.model.values.base[entry.offset] = .nan
    let text = message {
      try bench.similarityGraph(count: 8, k: 2, layer: .h, on: .train, rule: .mutual)
    }
    #expect(text.contains("values of h are not finite, the first (nan) in sample"))
  }
}
