import CommandLanguage
import Methods
import Sessions
import Tensors

/// A tensor that a reference names, with its slice taken.
struct SlicedTensor {
  /// The elements of the slice.
  let tensor: Tensor
  /// The shape before the slice.
  let fullShape: [Int]
  /// For each axis of `tensor`: the index of its first element before the slice, and the distance.
  let axes: [(start: Int, step: Int)]

  /// What an index of an axis was before the slice.
  func index(_ i: Int, axis: Int) -> Int { axes[axis].start + i * axes[axis].step }
}

/// Reference → tensor of the session, now or at another moment.
struct TensorReader {
  let bench: Workbench
  let timeline: Timeline
  /// Shows steps that are computed again, and lets the user end them.
  let watcher: Timeline.Watcher

  /// Returns the tensor of a reference, sliced.
  ///
  /// With a verb, help is a line to type. Throws: `Diagnostic` for unknown names with the nearest
  /// one and where nothing is there yet;
  /// `SliceMisfit` for a slice that does not fit, with the length of the axis.
  func read(_ reference: Reference, for verb: String? = nil) throws -> SlicedTensor {
    let whole: Tensor
    do {
      let bench = try workbench(reference)
      do {
        whole = try bench.tensor(Self.name(reference))
      } catch let error as SessionError {
        let near = Self.nearest(reference, bench).map { (verb.map { $0 + " " } ?? "") + $0 }
        throw Diagnostic(error.message, help: near ?? error.help)
      }
    } catch let error as SessionError {
      let moved = error.moment.flatMap { moment -> String? in
        guard let time = reference.time else { return nil }
        return ErrorPlace.replacing(moment, in: time.canonicalText).flatMap(TimePoint.init).map {
          Reference(
            base: reference.base, name: reference.name, time: $0, slices: reference.slices
          ).canonicalText
        }
      }
      throw Diagnostic(
        error.message,
        help: moved.map { (verb.map { $0 + " " } ?? "") + $0 } ?? error.help)
    }
    let slices = try Self.axisSlices(reference, shape: whole.shape)
    let kept = slices.filter { !$0.isIndex }
    return SlicedTensor(
      tensor: reference.slices.isEmpty ? whole : whole.sliced(slices), fullShape: whole.shape,
      axes: kept.map { ($0.start, $0.step) })
  }

  /// The session at the reference's moment: the present one, or one at another time.
  private func workbench(_ reference: Reference) throws -> Workbench {
    let withBatch = reference.base.isOfBatch
    guard let time = reference.time else {
      return try withBatch ? timeline.presentWithBatch(watcher) : bench
    }
    return try timeline.workbench(at: TimeTravel.name(time), withBatch: withBatch, watcher)
  }

  private static func name(_ reference: Reference) -> TensorName {
    let name = reference.name ?? ""
    return switch reference.base {
    case .x1: .views(0)
    case .x2: .views(1)
    case .h1: .features(.h, view: 0)
    case .h2: .features(.h, view: 1)
    case .z1: .features(.z, view: 0)
    case .z2: .features(.z, view: 1)
    case .p1: .features(.p, view: 0)
    case .p2: .features(.p, view: 1)
    case .sim: .similarity
    case .attn: .attention
    case .bank: .bank
    case .weight: .weight(name)
    case .gradient: .gradient(name)
    case .momentum: .momentum(name)
    case .activation: .activation(name)
    }
  }

  /// The reference with the nearest name that exists, when its own does not.
  private static func nearest(_ reference: Reference, _ bench: Workbench) -> String? {
    guard let name = reference.name else { return nil }
    let names =
      switch reference.base {
      case .weight: bench.parameterNames + bench.bufferNames
      case .activation: bench.layerNames
      default: bench.parameterNames
      }
    guard !names.contains(name), let near = EditDistance.nearest(to: name, in: names) else {
      return nil
    }
    return Reference(
      base: reference.base, name: near, time: reference.time, slices: reference.slices
    ).canonicalText
  }

  /// One resolved slice per axis; `...` and axes that are not named take everything.
  private static func axisSlices(_ reference: Reference, shape: [Int]) throws -> [AxisSlice] {
    let given = reference.slices
    let positions = given.indices.filter { given[$0] != .ellipsis }
    let named = positions.count
    guard named <= shape.count else {
      throw SliceMisfit(
        "'\(reference.tensorName)' has \(shape.count) ax\(shape.count == 1 ? "is" : "es") "
          + "\(shape), the slice names \(named)", position: positions[shape.count])
    }
    let fill = shape.count - named
    let all = (slice: Reference.Slice.range(start: nil, stop: nil, step: 1), position: Int?.none)
    var slices: [(slice: Reference.Slice, position: Int?)] = []
    for (position, slice) in given.enumerated() {
      slices += slice == .ellipsis ? Array(repeating: all, count: fill) : [(slice, position)]
    }
    while slices.count < shape.count { slices.append(all) }
    return try zip(slices, shape).enumerated().map { axis, pair in
      let (given, length) = pair
      // As in Python, only an index can be out of range: the bounds of a range are clamped.
      guard let found = given.slice.elements(of: length) else {
        throw SliceMisfit(
          "index \(given.slice.canonicalText) is out of range: axis \(axis) of "
            + "'\(reference.tensorName)' has length \(length), indices "
            + (length > 0 ? "0…\(length - 1) or -\(length)…-1" : "none"),
          position: given.position)
      }
      let isIndex = if case .index = given.slice { true } else { false }
      return AxisSlice(
        start: found.start, count: found.count, step: found.step, isIndex: isIndex)
    }
  }
}

extension Reference.Base {
  /// Whether it is of the last step's batch rather than of the state.
  var isOfBatch: Bool {
    switch self {
    case .weight, .momentum, .bank: false
    default: true
    }
  }
}

/// A tensor argument: a reference, or an expression over tensors.
enum TensorReference {
  /// Returns the tensor of an argument, sliced; an expression's as it comes, rounded to Float32.
  ///
  /// Throws: `Diagnostic` at the part that has no value or does not fit.
  static func read(
    _ key: Key<Formula>, of invocation: Invocation, in context: CommandContext
  ) throws -> SlicedTensor {
    let formula = invocation[key]
    do {
      guard let reference = formula.reference else {
        let array = try formula.value(in: context.environment).array
        return SlicedTensor(
          tensor: Tensor(shape: array.shape, values: array.values.map(Float.init)),
          fullShape: array.shape, axes: array.shape.map { _ in (0, 1) })
      }
      return try formula.placing { try context.tensors.read(reference, for: invocation.name) }
    } catch let error as Diagnostic {
      throw error.located(in: invocation.source, at: invocation.place(of: key.parameter.name))
    }
  }

  /// When the values were made: the last step's batch, or now.
  static func moment(_ formula: Formula, _ bench: Workbench) -> String {
    var moments: [String] = []
    for reference in formula.references {
      let moment = moment(reference, bench)
      if !moments.contains(moment) { moments.append(moment) }
    }
    return moments.joined(separator: "; ")
  }

  private static func moment(_ reference: Reference, _ bench: Workbench) -> String {
    if let time = reference.time { return "at \(time.canonicalText)" }
    return switch reference.base {
    case .weight, .momentum, .bank: "present state"
    case .gradient: "gradient of step \(bench.batchStep)"
    default: "batch of step \(bench.batchStep), before its update"
    }
  }
}
