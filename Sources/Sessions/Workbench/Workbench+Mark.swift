import Datasets
import Files
import Foundation

extension Workbench {
  /// The state as the log marks it: steps, fingerprint of the model, hash of the configuration.
  ///
  /// Nothing set gives nil. Threads and settings of the shell are not part of it.
  public var mark: SessionLog.Mark? {
    guard configuration != Configuration() || data != nil || augmentation != nil else {
      return nil
    }
    return SessionLog.Mark(
      step: learner?.step ?? 0, fingerprint: learner?.fingerprint.description,
      notes: ["config=" + configurationHash])
  }

  /// Eight hexadecimal digits over every choice, the data's hash and the pipeline of views.
  private var configurationHash: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    var hash = ContentHash(seed: 2)
    if let text = try? encoder.encode(configuration) {
      hash.update(String(decoding: text, as: UTF8.self))
    }
    if let text = try? encoder.encode(augmentation) {
      hash.update(String(decoding: text, as: UTF8.self))
    }
    if let data { hash.update(data.loaded.hash) }
    let digits = String(UInt32(truncatingIfNeeded: hash.finalize()), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
