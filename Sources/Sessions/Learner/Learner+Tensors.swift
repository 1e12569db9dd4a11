import Files
import Kernels
import Layers
import Methods
import Tensors

/// A named piece of a training state, as files and the prompt see it.
struct StateTensor {
  var name: String
  var shape: [Int]
  var pointer: MutableFloatPointer
  var count: Int { shape.reduce(1, *) }
}

extension Learner {
  /// Parameters and buffers under PyTorch's names, in registration order.
  var modelTensors: [StateTensor] {
    [model.values, model.buffers].flatMap { arena in
      arena.layout.entries.map {
        StateTensor(name: $0.name, shape: $0.shape, pointer: arena.base + $0.offset)
      }
    }
  }

  /// The memory bank's tensors: `bank`, `bank.next` and, with stages, `bank.history`.
  var bankTensors: [StateTensor] {
    guard let bankArena else { return [] }
    return bankArena.layout.entries.map {
      StateTensor(name: $0.name, shape: $0.shape, pointer: bankArena.base + $0.offset)
    }
  }

  /// The optimizer's state as `optim.<parameter>.<slot>`.
  var optimizerTensors: [StateTensor] {
    guard let optimizer else { return [] }
    return optimizer.ranges.flatMap { range in
      optimizerState.layout.entries.compactMap { slot in
        model.values.layout[range.name].map {
          StateTensor(
            name: "optim.\(range.name).\(slot.name)", shape: $0.shape,
            pointer: optimizerState.base + slot.offset + $0.offset)
        }
      }
    }
  }

  /// Returns everything to be written: floats, counters, and optimizer state where asked.
  public func exportTensors(optimizer withOptimizer: Bool) -> [SafetensorsTensor] {
    var tensors = modelTensors + bankTensors
    if withOptimizer { tensors += optimizerTensors }
    var out = tensors.map { t in
      SafetensorsTensor.floats(
        t.name, t.shape, Array(UnsafeBufferPointer(start: t.pointer, count: t.count)))
    }
    out += zip(model.counterNames, model.counters).map {
      SafetensorsTensor.int64s($0, [], [Int($1)])
    }
    if withOptimizer, optimizer?.configuration.hasStepCount == true {
      out += (optimizer?.ranges ?? []).map {
        SafetensorsTensor.int64s("optim.\($0.name).step", [], [step])
      }
    }
    return out.sorted { $0.name < $1.name }
  }

  /// What a load restored and left alone.
  public struct LoadReport: Sendable, Equatable {
    /// The number of tensors restored.
    public var restored = 0
    /// The parts that the file had.
    public var parts: [String] = []
    /// Parameters' running statistics that the file lacked, by part.
    public var withoutStatistics: [String] = []
    /// Names in the file that were not used (`strict=off`).
    public var unused: [String] = []
    /// Names of the model that were not restored (`strict=off`).
    public var missing: [String] = []
  }

  /// Restores what a file has.
  ///
  /// Parts that the file does not touch stay as they are. A part that it has must be whole, unless
  /// `strict` is off; running statistics and the optimizer's state may be absent.
  /// Throws: `SessionError` listing missing, unexpected and misshapen names, before anything
  /// changes.
  public func load(_ file: SafetensorsFile, strict: Bool) throws -> LoadReport {
    var plan = LoadPlan(self, file: file)
    try plan.check(strict: strict)
    let values = try plan.readAll()
    didChange()
    if values.contains(where: { $0.0.name.hasPrefix("bank") }) { bank?.willReplaceAll() }
    for (tensor, floats) in values { tensor.pointer.update(from: floats, count: tensor.count) }
    for (index, value) in plan.counters { model.counters[index] = value }
    if values.contains(where: { $0.0.name.hasPrefix("bank") }), let bank {
      bank.restore(
        workers, epochsEnded: bank.epochsEnded, writtenEpochs: bank.writtenEpochs,
        bankEpochs: bank.bankEpochs)
    }
    return plan.report
  }
}

/// Matches the names of a file with those of a model.
private struct LoadPlan {
  private let file: SafetensorsFile
  /// Added to the file's names: `backbone.` for a plain backbone file.
  private let prefix: String
  private let known: [String: StateTensor]
  private let counterIndex: [String: Int]
  private let required: [String]
  private let statistics: [String]
  /// Counters of optimizers, which the session's own stands for.
  private let stepCounters: Set<String>
  private(set) var matches: [(tensor: StateTensor, name: String)] = []
  private(set) var counters: [(index: Int, value: Int64)] = []
  private(set) var report = Learner.LoadReport()

  private static let parts = ["backbone", "projector", "predictor", "classifier", "bank", "optim"]

  init(_ learner: Learner, file: SafetensorsFile) {
    self.file = file
    let isPlain = !file.names.contains { name in
      Self.parts.contains { name == $0 || name.hasPrefix($0 + ".") }
    }
    prefix = isPlain ? "backbone." : ""
    let all = learner.modelTensors + learner.bankTensors + learner.optimizerTensors
    known = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    counterIndex = Dictionary(
      learner.model.counterNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    required =
      learner.model.values.layout.entries.map(\.name) + learner.bankTensors.map(\.name)
    stepCounters = Set(learner.model.values.layout.entries.map { "optim.\($0.name).step" })
    statistics = learner.model.buffers.layout.entries.map(\.name)
  }

  private static func part(_ name: String) -> String { String(name.prefix { $0 != "." }) }

  mutating func check(strict: Bool) throws {
    var present: Set<String> = []
    var misshapen: [String] = []
    for name in file.names {
      let full = prefix + name
      present.insert(full)
      if let tensor = known[full] {
        let shape = try file.entry(name).shape
        if shape == tensor.shape {
          matches.append((tensor, name))
        } else {
          misshapen.append("'\(full)' expects \(tensor.shape), the file has \(shape)")
        }
      } else if let index = counterIndex[full] {
        if let value = try file.int64s(name).first { counters.append((index, Int64(value))) }
      } else if !stepCounters.contains(full) {
        report.unused.append(full)
      }
    }
    let parts = Set(present.map(Self.part))
    report.parts = Self.parts.filter(parts.contains)
    report.missing = required.filter { parts.contains(Self.part($0)) && !present.contains($0) }
    for part in report.parts {
      let own = statistics.filter { Self.part($0) == part }
      let absent = own.filter { !present.contains($0) }
      if !own.isEmpty, absent.count == own.count {
        report.withoutStatistics.append(part)
      } else {
        report.missing += absent
      }
    }
    report.restored = matches.count
    if !misshapen.isEmpty, strict || matches.isEmpty {
      throw SessionError(
        file: "'\(file.path)' does not fit the model: \(list(misshapen))",
        help: "show model")
    }
    report.missing += misshapen
    guard strict else {
      if matches.isEmpty {
        throw SessionError(
          file: "'\(file.path)' has no tensor of the model: it has \(list(file.names)), "
            + "expected names like \(list(required))")
      }
      return
    }
    guard report.missing.isEmpty, report.unused.isEmpty else {
      let missing = report.missing.isEmpty ? "" : "; missing \(list(report.missing))"
      let unused = report.unused.isEmpty ? "" : "; unexpected \(list(report.unused))"
      throw SessionError(
        file: "'\(file.path)' does not fit the model\(missing)\(unused)",
        help: report.restored > 0 ? "load weights \(file.path) strict=off" : "show model")
    }
  }

  private func list(_ names: [String]) -> String {
    let shown = names.prefix(4).joined(separator: ", ")
    return names.count > 4 ? "\(shown) and \(names.count - 4) more" : shown
  }

  /// Reads every matched tensor before the first one is applied.
  func readAll() throws -> [(StateTensor, [Float])] {
    try matches.map { ($0.tensor, try file.floats($0.name)) }
  }
}
