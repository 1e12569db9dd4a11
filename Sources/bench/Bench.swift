import CProcessor
import Foundation

/// Measures kernels, steps, augmentation, evaluation and start-up; prints JSON lines.
///
/// Rates mean something only beside the matrix product's of the same run: machines are shared.
@main
enum Bench {
  /// The groups in the order in which they run; the default is all of them.
  static let groups:
    [(name: String, summary: String, run: @Sendable (BenchContext) throws -> Void)] = [
      ("sgemm", "the yardstick: cblas_sgemm 2048³ on one thread and on all", SGEMMBench.run),
      (
        "conv", "each convolution shape of the ResNets, wide and narrow, three passes",
        ConvolutionBench.run
      ),
      ("net", "forward + backward + SGD of a backbone with a linear classifier", NetworkBench.run),
      ("scaling", "the same step of ResNet-18 on one thread and on all, in turn", ScalingBench.run),
      ("steps", "whole training steps of each method, with time by phase", StepBench.run),
      ("growth", "resident memory over 2 000 steps of 'small'", GrowthBench.run),
      ("augment", "two views of CIFAR images on one thread", AugmentBench.run),
      ("knn", "weighted nearest neighbours", EvaluationBench.knn),
      ("snapshot", "copies and fingerprints of a training state", EvaluationBench.snapshot),
      ("startup", "'dyad -c help' and the first prompt, as processes", StartupBench.run),
    ]

  static func main() {
    guard processor_check() == 1 else { exit(1) }
    run()
  }

  /// Apart from `main`, which must need nothing before the check.
  private static func run() {
    do {
      let options = try BenchOptions(Array(CommandLine.arguments.dropFirst()))
      if options.showsHelp {
        print(BenchOptions.usage)
        return
      }
      let context = BenchContext(options)
      try context.header()
      for group in groups where options.groups.contains(group.name) { try group.run(context) }
      guard context.cases > 0 || options.filters.isEmpty else {
        let wanted = options.filters.map { "'\($0)'" }.joined(separator: " and ")
        throw BenchError("no case contains \(wanted) in its name")
      }
    } catch {
      fail("error: \(error)")
    }
  }

  private static func fail(_ text: String) -> Never {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(1)
  }
}
