import Files
import Kernels
import Layers
import Methods
import Sessions

/// The group `growth`: 2 000 steps of `small`; resident memory and tensor memory must not grow.
enum GrowthBench {
  static func run(_ context: BenchContext) throws {
    for method in MethodName.allCases where context.wants("small \(method.rawValue)") {
      let bench = Workbench(threads: context.options.threads)
      var choice = MethodChoice(method)
      choice.batch = 16
      if method.isSimSiamFamily { choice.projector = [64, 64] }
      if method == .simsiamMulti { choice.start = 0 }
      try bench.configure(
        data: DataState(
          choice: DataChoice(name: "bench"), loaded: try BenchImages.data(count: 2000, side: 32))
      ) {
        $0.backbone = BackboneChoice(.small)
        $0.method = choice
      }
      var resident: [Double] = []
      var blocks: [Double] = []
      for steps in [2, 98, 400, 500, 500, 500] {
        _ = try bench.train(steps: steps)
        resident.append(Double(ProcessMemory.residentBytes) / Double(1 << 20))
        blocks.append(Double(TensorMemory.counts.blocks))
      }
      context.emit(
        "growth", "small \(method.rawValue)",
        parameters: [("steps", .array([2, 100, 500, 1000, 1500, 2000].map { .int($0) }))],
        results: [("resident_megabytes", resident), ("tensor_blocks", blocks)])
    }
  }
}
