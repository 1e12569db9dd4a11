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

/// Reference at the prompt → tensor of the workbench.
enum TensorReference {
  /// Returns the tensor of a reference, sliced.
  ///
  /// Throws: `Diagnostic` at the reference: unknown names with the nearest one, a slice that does not
  /// fit with the length of the axis, nothing there yet.
  static func read(
    _ key: Key<Reference>, of invocation: Invocation, in context: CommandContext
  ) throws -> SlicedTensor {
    let reference = invocation[key]
    let bench = context.workbench
    let name = self.name(reference)
    let whole: Tensor
    do {
      whole = try bench.tensor(name)
    } catch let error as SessionError {
      let near = nearest(reference, bench)
      throw invocation.error(
        error.message, at: key, help: near.map { "\(invocation.spec.name) \($0)" } ?? error.help)
    }
    do {
      let slices = try axisSlices(reference, shape: whole.shape)
      let isWhole = reference.slices.isEmpty
      let kept = slices.filter { !$0.isIndex }
      return SlicedTensor(
        tensor: isWhole ? whole : whole.sliced(slices), fullShape: whole.shape,
        axes: kept.map { ($0.start, $0.step) })
    } catch let error as SessionError {
      throw invocation.error(error.message, at: key, help: error.help)
    }
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
    return Reference(base: reference.base, name: near, slices: reference.slices).canonicalText
  }

  /// One resolved slice per axis; `...` and axes that are not named take everything.
  private static func axisSlices(_ reference: Reference, shape: [Int]) throws -> [AxisSlice] {
    let given = reference.slices
    let named = given.filter { $0 != .ellipsis }.count
    guard named <= shape.count else {
      throw SessionError(
        "'\(reference.tensorName)' has \(shape.count) ax\(shape.count == 1 ? "is" : "es") "
          + "\(shape), the slice names \(named)")
    }
    let fill = shape.count - named
    var slices: [Reference.Slice] = []
    for slice in given {
      if slice == .ellipsis {
        slices += Array(repeating: .range(start: nil, stop: nil, step: 1), count: fill)
      } else {
        slices.append(slice)
      }
    }
    while slices.count < shape.count { slices.append(.range(start: nil, stop: nil, step: 1)) }
    return try zip(slices, shape).enumerated().map { axis, pair in
      let (slice, length) = pair
      guard let found = slice.elements(of: length), found.count > 0 || length == 0 else {
        throw SessionError(
          "slice '\(slice.canonicalText)' is out of range: axis \(axis) of "
            + "'\(reference.tensorName)' has length \(length), indices 0…\(length - 1)")
      }
      let isIndex = if case .index = slice { true } else { false }
      return AxisSlice(
        start: found.start, count: found.count, step: found.step, isIndex: isIndex)
    }
  }

  /// When the values were made: the last step's batch, or now.
  static func moment(_ reference: Reference, _ bench: Workbench) -> String {
    switch reference.base {
    case .weight, .momentum, .bank: "present state"
    case .gradient: "gradient of step \(bench.summary.step)"
    default: "batch of step \(bench.summary.step), before its update"
    }
  }
}
