import Files
import Kernels
import Methods
import Tensors

/// A 64-bit hash of a training state: tensors in name order, counters, bank.
///
/// Version 1: `ContentHash` over name, shape and bytes of parameters, buffers, counters and
/// optimizer state, then step, epoch, what is not as usual (an optimizer that began later, a pinned
/// batch) and the bank's wrapping sums of row hashes.
public struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
  /// The hash.
  public let value: UInt64

  /// Wraps a hash.
  public init(value: UInt64) { self.value = value }

  /// Sixteen hexadecimal digits.
  public var description: String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}

extension Learner {
  /// The fingerprint of the present state.
  public var fingerprint: Fingerprint {
    var hash = ContentHash(seed: 1)
    for arena in [model.values, model.buffers, optimizerState] {
      for entry in arena.layout.entries.sorted(by: { $0.name < $1.name }) {
        hash.update(entry.name)
        for extent in entry.shape { hash.update(UInt64(extent)) }
        hash.update(
          UnsafeRawBufferPointer(
            start: arena.base + entry.offset, count: entry.count * MemoryLayout<Float>.stride))
      }
    }
    for (name, value) in zip(model.counterNames, model.counters).sorted(by: { $0.0 < $1.0 }) {
      hash.update(name)
      hash.update(UInt64(bitPattern: value))
    }
    for count in [step, epoch, stepInEpoch] { hash.update(UInt64(count)) }
    if counters.optimizerStart > 0 {
      hash.update("optimizer start")
      hash.update(UInt64(counters.optimizerStart))
    }
    if let pin = counters.pin {
      hash.update("pin")
      for count in [pin.epoch, pin.step] { hash.update(UInt64(count)) }
    }
    if let bank {
      hash.update(bank.fingerprint.bank)
      hash.update(bank.fingerprint.next)
    }
    return Fingerprint(value: hash.finalize())
  }
}
