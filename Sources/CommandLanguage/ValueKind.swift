/// A value type together with the Swift type that a command reads: `.int(in: .from(1))` is an `Int`.
public struct ValueKind<V: Sendable>: Sendable {
  /// What text is legal.
  public let type: ValueType
  let extract: @Sendable (Value) -> V?
  let make: @Sendable (V) -> Value

  init(
    _ type: ValueType, extract: @escaping @Sendable (Value) -> V?,
    make: @escaping @Sendable (V) -> Value
  ) {
    self.type = type
    self.extract = extract
    self.make = make
  }
}

extension ValueKind where V == Int {
  /// An integer.
  public static func int(in range: ClosedRange<Int> = .from(0)) -> ValueKind<Int> {
    ValueKind(
      .int(range), extract: { if case .int(let v) = $0 { v } else { nil } }, make: Value.int)
  }
}

extension ValueKind where V == Double {
  /// A finite float.
  public static func number(_ range: NumberRange = .any) -> ValueKind<Double> {
    ValueKind(
      .number(range), extract: { if case .number(let v) = $0 { v } else { nil } },
      make: Value.number)
  }

  /// A time in seconds: `90s`, `10min`, `8h`.
  public static var seconds: ValueKind<Double> {
    ValueKind(
      .seconds, extract: { if case .seconds(let v) = $0 { v } else { nil } }, make: Value.seconds)
  }
}

extension ValueKind where V == Bool {
  /// `on` or `off`.
  public static var onOff: ValueKind<Bool> {
    ValueKind(.onOff, extract: { if case .bool(let v) = $0 { v } else { nil } }, make: Value.bool)
  }
}

extension ValueKind where V == String {
  private static func textual(_ type: ValueType) -> ValueKind<String> {
    ValueKind(type, extract: { if case .text(let v) = $0 { v } else { nil } }, make: Value.text)
  }

  /// One of some words.
  public static func choice(_ names: [String]) -> ValueKind<String> { textual(.choice(names)) }

  /// One word; completes from the program's state.
  public static func word(_ kind: DynamicKind? = nil) -> ValueKind<String> { textual(.word(kind)) }

  /// A new name.
  public static var name: ValueKind<String> { textual(.name) }
  /// A name of a moment or branch.
  public static var momentName: ValueKind<String> { textual(.momentName) }

  /// Free text.
  public static var string: ValueKind<String> { textual(.string) }

  /// A file, with `~` expanded; completion offers the extensions given (none: every file).
  public static func path(_ extensions: [String] = []) -> ValueKind<String> {
    ValueKind(
      .path(extensions), extract: { if case .path(let path, _) = $0 { path } else { nil } },
      make: { .path(path: $0, written: $0) })
  }

  /// A folder, with `~` expanded.
  public static var folder: ValueKind<String> { path(["/"]) }
}

extension ValueKind where V: RawRepresentable & CaseIterable, V.RawValue == String {
  /// One of an enumeration's raw values.
  public static func choice(of type: V.Type) -> ValueKind<V> {
    ValueKind(
      .choice(type.allCases.map(\.rawValue)),
      extract: { if case .text(let v) = $0 { V(rawValue: v) } else { nil } },
      make: { .text($0.rawValue) })
  }
}

extension ValueKind where V == Duration {
  /// A length of training in some of the units.
  public static func duration(_ units: DurationUnits) -> ValueKind<Duration> {
    ValueKind(
      .duration(units), extract: { if case .duration(let v) = $0 { v } else { nil } },
      make: Value.duration)
  }
}

extension ValueKind where V == Indices {
  /// Sample numbers.
  public static var indices: ValueKind<Indices> {
    ValueKind(
      .indices, extract: { if case .indices(let v) = $0 { v } else { nil } }, make: Value.indices)
  }
}

extension ValueKind where V == TimePoint {
  /// A moment of the session.
  public static var time: ValueKind<TimePoint> {
    ValueKind(.time, extract: { if case .time(let v) = $0 { v } else { nil } }, make: Value.time)
  }
}

extension ValueKind where V == Formula {
  /// An expression that the command evaluates.
  public static var expression: ValueKind<Formula> {
    ValueKind(
      .expression, extract: { if case .expression(let v) = $0 { v } else { nil } },
      make: Value.expression)
  }

  /// A tensor with an optional slice, or an expression over tensors.
  public static var tensor: ValueKind<Formula> {
    ValueKind(
      .tensor, extract: { if case .expression(let v) = $0 { v } else { nil } },
      make: Value.expression)
  }
}

extension ValueKind where V == MemorySize {
  /// An amount of memory.
  public static var bytes: ValueKind<MemorySize> {
    ValueKind(.bytes, extract: { if case .size(let v) = $0 { v } else { nil } }, make: Value.size)
  }
}

extension ValueKind where V == ClosedRange<Double> {
  /// Two numbers, `low:high`.
  public static func pair(_ range: NumberRange = .any) -> ValueKind<ClosedRange<Double>> {
    ValueKind(
      .pair(range), extract: { if case .pair(let a, let b) = $0, a <= b { a...b } else { nil } },
      make: { .pair($0.lowerBound, $0.upperBound) })
  }
}

extension ValueKind {
  /// A list: `[a,b]`, or `a,b` without spaces.
  public static func list<E>(
    of element: ValueKind<E>, count: ClosedRange<Int> = .from(1)
  ) -> ValueKind<[E]> where V == [E] {
    ValueKind<[E]>(
      .list(element.type, count: count),
      extract: { value in
        guard case .list(let items) = value else { return nil }
        let elements = items.compactMap(element.extract)
        return elements.count == items.count ? elements : nil
      },
      make: { .list($0.map(element.make)) })
  }
}
