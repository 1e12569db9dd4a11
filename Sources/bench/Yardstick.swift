import COpenBLAS
import Files
import Foundation
import Kernels

/// The rate of `cblas_sgemm` on 2048³: what this machine gives right now.
final class Yardstick {
  private static let size = 2048
  private let a: Arena
  private let b: Arena
  private let c: Arena

  init() {
    var layout = ArenaLayout()
    layout.add("matrix", shape: [Self.size, Self.size])
    (a, b, c) = (Arena(layout: layout), Arena(layout: layout), Arena(layout: layout))
    for i in 0..<Self.size * Self.size {
      a.base[i] = Float(i % 17) * 0.1 - 0.8
      b.base[i] = Float(i % 13) * 0.1 - 0.6
    }
  }

  /// Multiplies once and returns FLOP/s.
  func rate(threads: Int) -> Double {
    openblas_set_num_threads(Int32(threads))
    let n = Int32(Self.size)
    let seconds = Clock.time {
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a.base, n, b.base, n, 0, c.base, n)
    }
    // OpenBLAS's threads spin for some milliseconds; what is measured next must not share with it.
    if threads > 1 { usleep(60_000) }
    return 2 * pow(Double(Self.size), 3) / seconds
  }
}

/// The group `sgemm`.
enum SGEMMBench {
  static func run(_ context: BenchContext) {
    guard context.wants("2048x2048x2048") else { return }
    let threads = context.options.threads
    var one: [Double] = []
    var all: [Double] = []
    context.repeated {
      one.append(context.yardstick.rate(threads: 1) * 1e-9)
      all.append(context.yardstick.rate(threads: threads) * 1e-9)
    }
    (one, all) = (Array(one.dropFirst()), Array(all.dropFirst()))
    context.emit(
      "sgemm", "2048x2048x2048", parameters: [("threads", .int(threads))],
      results: [
        ("gflops_1_thread", one), ("gflops", all), ("scaling", zip(all, one).map { $0 / $1 }),
      ])
  }
}
