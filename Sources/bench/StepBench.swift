import Datasets
import Files
import Kernels
import Layers
import Methods
import Sessions
import Tensors

/// The group `steps`: everything that a training step does, loader and metrics included.
enum StepBench {
  private struct Network {
    var name: String
    var choice: BackboneChoice
    var side = 32
    var images = 50_000
    var batches: [Int]
  }

  private static let networks: [Network] = {
    func choice(_ name: BackboneName, width: Int? = nil) -> BackboneChoice {
      var choice = BackboneChoice(name)
      choice.width = width
      return choice
    }
    return [
      Network(name: "resnet18", choice: choice(.resnet18), batches: [64, 128, 256]),
      Network(name: "resnet50", choice: choice(.resnet50), batches: [32, 64]),
      Network(
        name: "resnet18 imagenet 224", choice: choice(.resnet18), side: 224, images: 256,
        batches: [16, 32]),
      Network(
        name: "resnet18 width 16", choice: choice(.resnet18, width: 16), batches: [64, 256]),
      Network(name: "small", choice: choice(.small), batches: [64, 256]),
    ]
  }()

  static func run(_ context: BenchContext) throws {
    var data: [Int: LoadedData] = [:]
    for network in networks {
      for method in MethodName.allCases {
        // A CIFAR stem is padded as the method's half of the reference does it.
        let stem =
          network.side > 32 || network.choice.name == .small
          ? "" : " padding \(method.isSimSiamFamily ? 2 : 1)"
        for batch in network.batches {
          let name = "\(network.name)\(stem) \(method.rawValue) batch \(batch)"
          guard context.wants(name) else { continue }
          let loaded =
            try data[network.side]
            ?? BenchImages.data(
              count: network.images, side: network.side)
          data[network.side] = loaded
          try measure(context, name, network, method, batch: batch, data: loaded)
        }
      }
    }
  }

  private static func measure(
    _ context: BenchContext, _ name: String, _ network: Network, _ method: MethodName, batch: Int,
    data: LoadedData
  ) throws {
    ProcessMemory.resetPeak()
    let bench = Workbench(threads: context.options.threads)
    var choice = MethodChoice(method)
    choice.batch = batch
    if method == .simsiamMulti { choice.start = 0 }
    try bench.configure(
      data: DataState(choice: DataChoice(name: "bench"), loaded: data)
    ) {
      $0.backbone = network.choice
      $0.method = choice
    }
    let learner = try bench.model()
    let flops = NetworkStep.flops(learner.network.convolutions)
    let profile = PlanProfile(clock: Clock.seconds)
    var phases = PhaseShares()
    var seconds: [Double] = []
    var waits: [Double] = []
    var yardstick: [Double] = []
    var taken = 0
    try context.repeated(2) {
      yardstick.append(context.yardstick.rate(threads: context.options.threads))
      try context.settle(seconds.last) { _ = try bench.train(steps: 1) }
      profile.reset()
      learner.profile = profile
      let report = try bench.train(steps: 1)
      seconds.append(report.times.total)
      waits.append(report.times.wait / report.times.total * 100)
      taken += 1
      if taken > 2 { phases.add(profile.seconds, total: report.times.total) }
    }
    let (times, rates) = (Array(seconds.dropFirst(2)), Array(yardstick.dropFirst(2)))
    context.emit(
      "steps", name,
      parameters: [
        ("method", .string(method.rawValue)), ("batch", .int(batch)), ("views", .int(2 * batch)),
        ("threads", .int(context.options.threads)),
      ],
      results: [
        ("images_per_second", times.map { Double(batch) / $0 }),
        ("views_per_second", times.map { Double(2 * batch) / $0 }),
        ("gflops", times.map { flops / $0 * 1e-9 }), ("sgemm_gflops", rates.map { $0 * 1e-9 }),
        ("ratio_to_sgemm", zip(times, rates).map { flops / $0 / $1 }),
        ("data_wait_percent", Array(waits.dropFirst(2))),
      ],
      values: [
        ("flops_per_view", .double(flops / Double(2 * batch))),
        ("plan_megabytes", .int(learner.planBytes >> 20)),
        ("peak_megabytes", .int(ProcessMemory.peakBytes >> 20)),
        ("backbone_percent", .double(Statistics.short(phases.backbonePercent))),
        ("phases_percent", phases.json),
      ])
  }
}
