/// A tensor's name at the prompt with an optional Python slice: `z1[0:3, :6]`, `g:backbone.conv1`.
public struct Reference: Sendable, Equatable {
  /// What the name stands for.
  public enum Base: String, Sendable, CaseIterable {
    case x1, x2, h1, h2, z1, z2, p1, p2
    /// Cosine similarities of the last step's batch.
    case sim
    /// Attention weights of the last step's batch.
    case attn
    /// The memory bank.
    case bank
    /// A parameter or buffer, `w:NAME`.
    case weight = "w"
    /// The last step's gradient of a parameter, `g:NAME`.
    case gradient = "g"
    /// An optimizer's momentum, `m:NAME`.
    case momentum = "m"
    /// A layer's activation, `a:LAYER`.
    case activation = "a"

    /// Whether the base is followed by `:NAME`.
    public var takesName: Bool {
      switch self {
      case .weight, .gradient, .momentum, .activation: true
      default: false
      }
    }
  }

  /// One position of a slice.
  public enum Slice: Sendable, Equatable {
    /// A single index; negative counts from the end; the axis disappears.
    case index(Int)
    /// `start:stop:step` with Python's defaults; step is at least 1.
    case range(start: Int?, stop: Int?, step: Int)
    /// `...`: as many whole axes as are left.
    case ellipsis
  }

  /// What the name stands for.
  public let base: Base
  /// The parameter or layer after `:`; nil for plain bases.
  public let name: String?
  /// The moment that is meant; nil for the present one.
  public let time: TimePoint?
  /// One entry per sliced axis; empty when the whole tensor is meant.
  public let slices: [Slice]

  /// Creates a reference.
  public init(
    base: Base, name: String? = nil, time: TimePoint? = nil, slices: [Slice] = []
  ) {
    self.base = base
    self.name = name
    self.time = time
    self.slices = slices
  }

  /// The reference without its slice, as a user writes it.
  public var tensorName: String { base.rawValue + (name.map { ":" + $0 } ?? "") }

  /// The reference as the log writes it.
  public var canonicalText: String {
    let head = tensorName + (time?.canonicalText ?? "")
    if slices.isEmpty { return head }
    return head + "[" + slices.map(\.canonicalText).joined(separator: ", ") + "]"
  }

  /// The names that can begin a reference: `x1`, …, `w:`.
  public static let prefixes = Base.allCases.map { $0.rawValue + ($0.takesName ? ":" : "") }
}

extension Reference.Slice {
  /// The slice as Python writes it.
  public var canonicalText: String {
    switch self {
    case .index(let index): String(index)
    case .ellipsis: "..."
    case .range(let start, let stop, let step):
      (start.map(String.init) ?? "") + ":" + (stop.map(String.init) ?? "")
        + (step == 1 ? "" : ":\(step)")
    }
  }

  /// The elements that the slice takes of an axis, by Python's rules; nil for an index outside it.
  ///
  /// - Parameter length: The axis length.
  /// - Returns: First element, number of elements, distance between them.
  public func elements(of length: Int) -> (start: Int, count: Int, step: Int)? {
    switch self {
    case .ellipsis: return (0, length, 1)
    case .index(let index):
      guard index < length, index >= -length else { return nil }
      return (index < 0 ? index + length : index, 1, 1)
    case .range(let start, let stop, let step):
      func clamp(_ bound: Int) -> Int { bound < 0 ? max(0, bound + length) : min(bound, length) }
      let first = clamp(start ?? 0), last = clamp(stop ?? length)
      return (first, last > first ? (last - first - 1) / step + 1 : 0, step)
    }
  }
}
