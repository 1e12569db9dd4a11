import Analysis
import Files
import Kernels
import Layers
import Methods
import Sessions
import Tensors

/// The groups `knn` and `snapshot`.
enum EvaluationBench {
  static func knn(_ context: BenchContext) throws {
    let (memory, queries, dim) = (50_000, 2000, 512)
    let name = "\(memory) x \(queries) x \(dim)"
    guard context.wants(name) else { return }
    func features(_ rows: Int, sample: Int) -> Tensor {
      var stream = RandomStream(seed: 0, stream: .analysis, sample: sample)
      return Tensor(
        shape: [rows, dim], values: (0..<rows * dim).map { _ in 2 * stream.uniform() - 1 })
    }
    let (train, test) = (features(memory, sample: 0), features(queries, sample: 1))
    let labels = (0..<memory).map { $0 % 10 }
    var seconds: [Double] = []
    try context.repeated {
      seconds.append(
        try Clock.time {
          _ = try WeightedKNN().classify(
            context.workers, train: train, trainLabels: labels, test: test,
            testLabels: Array(labels.prefix(queries)), classes: 10)
        })
    }
    let times = Array(seconds.dropFirst())
    context.emit(
      "knn", name, parameters: [("k", .int(20)), ("threads", .int(context.options.threads))],
      results: [
        ("seconds", times), ("queries_per_second", times.map { Double(queries) / $0 }),
      ])
  }

  static func snapshot(_ context: BenchContext) throws {
    for (network, method) in [
      (BackboneName.resnet18, MethodName.simclr), (.resnet18, .simsiamMulti), (.small, .simclr),
    ] {
      let name = "\(network.rawValue) \(method.rawValue)"
      guard context.wants(name) else { continue }
      let bench = Workbench(threads: context.options.threads)
      var choice = MethodChoice(method)
      choice.batch = 16
      try bench.configure(
        data: DataState(
          choice: DataChoice(name: "bench"),
          loaded: try BenchImages.data(count: 10_000, side: 32))
      ) {
        $0.backbone = BackboneChoice(network)
        $0.method = choice
      }
      let learner = try bench.model()
      let copy = ModelState(learner.network.layout)
      let bytes = 4 * (copy.values.floatCount + copy.buffers.floatCount)
      var copies: [Double] = []
      var hashes: [Double] = []
      var exports: [Double] = []
      context.repeated {
        copies.append(Clock.time { copy.copy(from: learner.model) } * 1e3)
        hashes.append(Clock.time { _ = learner.fingerprint } * 1e3)
        exports.append(Clock.time { _ = learner.exportTensors(optimizer: true) } * 1e3)
      }
      context.emit(
        "snapshot", name, parameters: [("model_megabytes", .int(bytes >> 20))],
        results: [
          ("copy_milliseconds", Array(copies.dropFirst())),
          ("fingerprint_milliseconds", Array(hashes.dropFirst())),
          ("export_milliseconds", Array(exports.dropFirst())),
        ])
    }
  }
}
