/// The steps of one view's colour jitter in their order: at most one of each kind.
///
/// Held in place, so that drawing a view allocates nothing.
public struct ColorJitter: Sendable, Equatable, Codable, RandomAccessCollection,
  ExpressibleByArrayLiteral
{
  private var first: ColorAdjustment?
  private var second: ColorAdjustment?
  private var third: ColorAdjustment?
  private var fourth: ColorAdjustment?
  /// The number of steps.
  public private(set) var count = 0

  /// Makes a jitter that changes nothing.
  public init() {}

  /// Makes a jitter of steps in their order.
  ///
  /// Precondition: at most four.
  public init(_ steps: some Sequence<ColorAdjustment>) {
    for step in steps { append(step) }
  }

  /// Makes a jitter of steps in their order.
  public init(arrayLiteral steps: ColorAdjustment...) { self.init(steps) }

  /// The place of the first step.
  public var startIndex: Int { 0 }
  /// The place past the last step.
  public var endIndex: Int { count }

  /// The step at a place.
  public subscript(position: Int) -> ColorAdjustment {
    let step =
      switch position {
      case 0: first
      case 1: second
      case 2: third
      default: fourth
      }
    guard let step, position >= 0, position < count else {
      preconditionFailure("step \(position) of \(count)")
    }
    return step
  }

  /// Adds a step after the others.
  ///
  /// Precondition: there are fewer than four.
  public mutating func append(_ step: ColorAdjustment) {
    switch count {
    case 0: first = step
    case 1: second = step
    case 2: third = step
    case 3: fourth = step
    default: preconditionFailure("a fifth step of colour jitter")
    }
    count += 1
  }
}
