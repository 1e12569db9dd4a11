import Kernels
import Tensors

/// Standard normal rows of the bank's random stream.
enum NormalRow {
  /// Fills a row from the stream (seed, `bank`, sample).
  static func fill(_ row: MutableFloatPointer, _ count: Int, seed: UInt64, sample: Int) {
    var stream = RandomStream(seed: seed, stream: .bank, sample: sample)
    stream.fillNormal(row, count: count)
  }
}
