/// Seconds by operation and pass, gathered while plans run; for measurements only.
///
/// A plan without one tests for nil per operation and does nothing else. The clock is an argument.
public final class PlanProfile {
  /// Which part of a step an operation ran in.
  public enum Pass: String, Sendable, CaseIterable {
    /// From inputs to outputs.
    case forward
    /// The gradients that are not told apart, or those of inputs.
    case backward
    /// The gradients of weights.
    case weights
    /// What a step applies last.
    case commit
  }

  /// What time is charged to.
  public struct Part: Sendable, Hashable {
    /// The path of the layer, for example `backbone.layer1.0.conv1`.
    public var name: String
    /// The kind of operation, for example `conv2d`.
    public var kind: String
    /// The pass.
    public var pass: Pass

    /// Makes a part.
    public init(name: String, kind: String, pass: Pass) {
      self.name = name
      self.kind = kind
      self.pass = pass
    }
  }

  /// The seconds of every part that ran since the last reset.
  public private(set) var seconds: [Part: Double] = [:]
  private let clock: () -> Double
  private var current: Part?
  private var start = 0.0

  /// Makes a profile that reads a clock of seconds.
  public init(clock: @escaping () -> Double) { self.clock = clock }

  /// Forgets all times.
  public func reset() { seconds.removeAll(keepingCapacity: true) }

  /// Begins to charge time to a part.
  public func begin(_ part: Part) {
    current = part
    start = clock()
  }

  /// Charges the time since `begin` or the last mark to the present part, but in another pass.
  public func mark(_ pass: Pass) {
    guard var part = current else { return }
    part.pass = pass
    charge(part)
  }

  /// Charges the time since `begin` or the last mark to the present part.
  public func end() {
    guard let part = current else { return }
    charge(part)
    current = nil
  }

  private func charge(_ part: Part) {
    let now = clock()
    seconds[part, default: 0] += now - start
    start = now
  }
}
