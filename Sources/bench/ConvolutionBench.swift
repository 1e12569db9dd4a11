import Files
import Kernels
import Layers
import Methods
import Tensors

/// The group `conv`: every shape of the networks of `net` in each pass, beside the yardstick.
enum ConvolutionBench {
  static func run(_ context: BenchContext) {
    var measured: Set<BackboneConfiguration> = []
    // The first number of views of each network is enough.
    for choice in NetworkStep.choices where measured.insert(choice.backbone).inserted {
      run(context, choice)
    }
  }

  private static func run(_ context: BenchContext, _ choice: NetworkStep.Choice) {
    let network = ContrastiveNetwork(
      backbone: choice.backbone, method: nil, inputShape: [choice.side, choice.side, 3])
    let layers = network.recordEvaluation(rows: choice.views).plan.convolutions
    var shapes: [ConvolutionShape] = []
    for layer in layers where !shapes.contains(layer.shape) { shapes.append(layer.shape) }
    for shape in shapes {
      let layer = layers.first { $0.shape == shape }
      let count = layers.filter { $0.shape == shape }.count
      let text =
        "\(choice.name) \(shape.h)x\(shape.w)x\(shape.c)>\(shape.k) "
        + "\(shape.r)x\(shape.s)/\(shape.stride)"
      guard context.wants(text) else { continue }
      measure(context, text, shape, layer: layer?.name ?? "", count: count)
    }
  }

  private static func measure(
    _ context: BenchContext, _ name: String, _ shape: ConvolutionShape, layer: String, count: Int
  ) {
    let work = ConvolutionCase(
      shape, context.options.convolution, workers: context.workers)
    var yardstick: [Double] = []
    var seconds = ConvolutionCase.Pass.allCases.map { _ in [Double]() }
    context.repeated {
      yardstick.append(context.yardstick.rate(threads: context.options.threads))
      for (i, pass) in ConvolutionCase.Pass.allCases.enumerated() {
        // Short passes are repeated, so that a clock tick or a wake-up does not count.
        var runs = 0
        let time = Clock.time {
          let start = Clock.seconds()
          repeat {
            work.run(pass)
            runs += 1
          } while Clock.seconds() - start < 0.01
        }
        seconds[i].append(time / Double(runs))
      }
    }
    yardstick.removeFirst()
    for (i, pass) in ConvolutionCase.Pass.allCases.enumerated() {
      let times = Array(seconds[i].dropFirst())
      let rates = times.map { shape.flops / $0 }
      context.emit(
        "conv", name + " " + pass.rawValue,
        parameters: [
          ("layer", .string(layer)), ("layers", .int(count)), ("views", .int(shape.n)),
          ("pass", .string(pass.rawValue)), ("algorithm", .string(work.algorithm(pass))),
        ],
        results: [
          ("milliseconds", times.map { $0 * 1e3 }), ("gflops", rates.map { $0 * 1e-9 }),
          ("ratio_to_sgemm", zip(rates, yardstick).map { $0 / $1 }),
        ])
    }
  }
}
