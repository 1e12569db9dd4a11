import Kernels
import Layers
import Methods
import Tensors

extension Learner {
  /// Takes over the parts of another model that a change left alone.
  ///
  /// A part (backbone, projector, predictor, classifier, bank, optimizer state) is kept when its
  /// choices are equal; counters go on when every part but optimizer and schedule was kept. With
  /// `goesOn` they go on in any case, and the bank and the optimizer's state of the parts that were
  /// kept are kept where their shapes are the same.
  func inherit(from old: Learner, sameData: Bool, goesOn swaps: Bool) -> Workbench.ChangeReport {
    // What was only drawn would be drawn again, from the same seed to the same values.
    defer { wasOnlyDrawn = old.wasOnlyDrawn && old.step == 0 }
    var report = Workbench.ChangeReport()
    let backboneKept =
      configuration.backbone == old.configuration.backbone
      && network.inputShape == old.network.inputShape
    var allKept = true
    var keptParts: [String] = []
    for part in ["backbone", "projector", "predictor", "classifier"] {
      let mine = entries(of: part)
      guard !mine.isEmpty || !old.entries(of: part).isEmpty else { continue }
      let isKept =
        !mine.isEmpty && mine == old.entries(of: part)
        && (part == "backbone" ? backboneKept : true)
        && (part == "classifier" ? sameData : true)
      if isKept {
        copy(part, from: old)
        keptParts.append(part)
      } else {
        allKept = false
        if mine.isEmpty { report.dropped.append(part) } else { report.renewed.append(part) }
      }
    }
    report.kept += keptParts
    let methodKept = configuration.method == old.configuration.method && sameData
    inheritBank(from: old, unless: !(methodKept || swaps && sameData), &report)
    let goesOn = swaps || allKept && methodKept
    report.restarted = !goesOn && old.step > 0
    guard goesOn else {
      if optimizer != nil { report.renewed.append("optimizer state") }
      return report
    }
    var counters = old.counters
    inheritOptimizer(from: old, parts: keptParts, counters: &counters, swaps: swaps, &report)
    if configuration.stepsPerEpoch != old.configuration.stepsPerEpoch {
      if counters.stepInEpoch > 0 {
        report.renewed.append("epoch \(counters.epoch), from its first step")
      }
      counters.stepInEpoch = 0
      counters.pin = nil
    }
    restore(counters)
    return report
  }

  private func inheritBank(
    from old: Learner, unless isOther: Bool, _ report: inout Workbench.ChangeReport
  ) {
    guard let bank, let bankArena else {
      if old.bank != nil { report.dropped.append("bank") }
      return
    }
    guard !isOther, let oldBank = old.bank, let oldArena = old.bankArena,
      oldArena.layout.entries == bankArena.layout.entries
    else {
      report.renewed.append("bank")
      return
    }
    bankArena.copy(from: oldArena)
    bank.restore(
      workers, epochsEnded: oldBank.epochsEnded, writtenEpochs: oldBank.writtenEpochs,
      bankEpochs: oldBank.bankEpochs)
    report.kept.append("bank")
  }

  /// Copies the state of the parameters that were kept, where both optimizers keep it.
  private func inheritOptimizer(
    from old: Learner, parts: [String], counters: inout TrainingCounters, swaps: Bool,
    _ report: inout Workbench.ChangeReport
  ) {
    guard let optimizer else { return }
    let isSame = configuration.optimizer == old.configuration.optimizer
    let isSameRule = configuration.optimizer?.name == old.configuration.optimizer?.name
    let slots = optimizer.configuration.stateSlots
    guard isSame || swaps && isSameRule, slots == old.optimizer?.configuration.stateSlots else {
      counters.optimizerStart = old.step
      report.renewed.append("optimizer state")
      return
    }
    let prefixes = parts.map { $0 + "." }
    var isWhole = true
    for entry in model.values.layout.entries {
      guard prefixes.contains(where: entry.name.hasPrefix),
        let source = old.model.values.layout[entry.name]
      else {
        isWhole = false
        continue
      }
      for (mine, theirs) in zip(optimizerState.layout.entries, old.optimizerState.layout.entries) {
        (optimizerState.base + mine.offset + entry.offset).update(
          from: old.optimizerState.base + theirs.offset + source.offset, count: entry.count)
      }
    }
    report.kept.append(
      isWhole ? "optimizer state" : "optimizer state of " + parts.joined(separator: ", "))
  }

  private func entries(of part: String) -> [ArenaEntryShape] {
    (model.values.layout.entries + model.buffers.layout.entries)
      .filter { $0.name.hasPrefix(part + ".") }
      .map { ArenaEntryShape(name: $0.name, shape: $0.shape) }
  }

  private func copy(_ part: String, from old: Learner) {
    for (mine, theirs) in [(model.values, old.model.values), (model.buffers, old.model.buffers)] {
      for entry in mine.layout.entries where entry.name.hasPrefix(part + ".") {
        if let source = theirs.layout[entry.name] { mine.set(entry, theirs.values(source)) }
      }
    }
    for (i, name) in model.counterNames.enumerated() where name.hasPrefix(part + ".") {
      if let j = old.model.counterNames.firstIndex(of: name) {
        model.counters[i] = old.model.counters[j]
      }
    }
  }
}

/// A tensor's name and shape, wherever it lies.
private struct ArenaEntryShape: Equatable {
  var name: String
  var shape: [Int]
}
