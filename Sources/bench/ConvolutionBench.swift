import Files
import Kernels
import Layers
import Methods
import Tensors

/// The group `conv`: every shape of ResNet-18 and ResNet-50, in each pass, beside the yardstick.
enum ConvolutionBench {
  static func run(_ context: BenchContext) {
    for network in [
      (name: BackboneName.resnet18, views: 128), (name: BackboneName.resnet50, views: 64),
    ] {
      for padding in [1, 2] {
        run(context, network.name, views: network.views, padding: padding)
      }
    }
  }

  private static func run(
    _ context: BenchContext, _ name: BackboneName, views: Int, padding: Int
  ) {
    let backbone = BackboneConfiguration(
      name: name, stem: .cifar, padding: padding, width: 64, zeroInit: false)
    let network = ContrastiveNetwork(backbone: backbone, method: nil, inputShape: [32, 32, 3])
    let layers = network.recordEvaluation(rows: views).plan.convolutions
    var shapes: [ConvolutionShape] = []
    for layer in layers where !shapes.contains(layer.shape) { shapes.append(layer.shape) }
    for shape in shapes {
      let layer = layers.first { $0.shape == shape }
      let count = layers.filter { $0.shape == shape }.count
      let text =
        "\(name.rawValue) padding \(padding) \(shape.h)x\(shape.w)x\(shape.c)>\(shape.k) "
        + "\(shape.r)x\(shape.s)/\(shape.stride)"
      guard context.wants(text) else { continue }
      measure(context, text, shape, layer: layer?.name ?? "", count: count)
    }
  }

  private static func measure(
    _ context: BenchContext, _ name: String, _ shape: ConvolutionShape, layer: String, count: Int
  ) {
    let work = ConvolutionCase(shape, workers: context.workers)
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
