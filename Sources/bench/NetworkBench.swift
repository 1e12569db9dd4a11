import Files
import Kernels

/// The group `net`: the supervised step, with the yardstick measured before each one.
enum NetworkBench {
  static func run(_ context: BenchContext) throws {
    for choice in NetworkStep.choices where context.wants(choice.name) {
      ProcessMemory.resetPeak()
      let step = NetworkStep(choice, workers: context.workers)
      var seconds: [Double] = []
      var yardstick: [Double] = []
      var loss = 0.0
      context.repeated(2) {
        yardstick.append(context.yardstick.rate(threads: context.options.threads))
        context.settle(seconds.last) { step.run() }
        seconds.append(Clock.time { loss = step.run() })
      }
      guard loss.isFinite else { throw BenchError("\(choice.name): the loss is \(loss)") }
      let (times, rates) = (Array(seconds.dropFirst(2)), Array(yardstick.dropFirst(2)))
      context.emit(
        "net", choice.name,
        parameters: [
          ("views", .int(choice.views)), ("threads", .int(context.options.threads)),
        ],
        results: [
          ("views_per_second", times.map { Double(choice.views) / $0 }),
          ("gflops", times.map { step.flops / $0 * 1e-9 }),
          ("sgemm_gflops", rates.map { $0 * 1e-9 }),
          ("ratio_to_sgemm", zip(times, rates).map { step.flops / $0 / $1 }),
        ],
        values: [
          ("flops_per_view", .double(step.flops / Double(choice.views))),
          ("plan_megabytes", .int(step.planBytes >> 20)),
          ("peak_megabytes", .int(ProcessMemory.peakBytes >> 20)),
        ])
    }
  }
}

/// The group `scaling`: ResNet-18 at 128 views on one thread and on all, in turn.
enum ScalingBench {
  static func run(_ context: BenchContext) {
    guard let choice = NetworkStep.choices.first, context.wants(choice.name) else { return }
    let step = NetworkStep(choice, workers: context.workers)
    let threads = context.options.threads
    var one: [Double] = []
    var all: [Double] = []
    context.repeated {
      context.workers.setThreads(1)
      one.append(Clock.time { step.run() })
      context.workers.setThreads(threads)
      all.append(Clock.time { step.run() })
    }
    (one, all) = (Array(one.dropFirst()), Array(all.dropFirst()))
    context.emit(
      "scaling", choice.name, parameters: [("threads", .int(threads))],
      results: [
        ("views_per_second_1_thread", one.map { Double(choice.views) / $0 }),
        ("views_per_second", all.map { Double(choice.views) / $0 }),
        ("speedup", zip(one, all).map { $0 / $1 }),
      ])
  }
}
