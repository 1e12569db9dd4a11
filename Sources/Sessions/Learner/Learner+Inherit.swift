import Kernels
import Layers
import Methods
import Tensors

extension Learner {
  /// Takes over the parts of another model that a change left alone.
  ///
  /// A part (backbone, projector, predictor, classifier, bank, optimizer state) is kept when its
  /// choices are equal; counters go on when every part but optimizer and schedule was kept.
  func inherit(from old: Learner, sameData: Bool) -> Workbench.ChangeReport {
    var report = Workbench.ChangeReport()
    let backboneKept =
      configuration.backbone == old.configuration.backbone
      && network.inputShape == old.network.inputShape
    var allKept = true
    for part in ["backbone", "projector", "predictor", "classifier"] {
      let mine = entries(of: part)
      guard !mine.isEmpty || !old.entries(of: part).isEmpty else { continue }
      let isKept =
        !mine.isEmpty && mine == old.entries(of: part)
        && (part == "backbone" ? backboneKept : true)
        && (part == "classifier" ? sameData : true)
      if isKept {
        copy(part, from: old)
        report.kept.append(part)
      } else {
        allKept = false
        if !mine.isEmpty { report.renewed.append(part) }
      }
    }
    let methodKept = configuration.method == old.configuration.method && sameData
    if let bank, let bankArena {
      if methodKept, let oldBank = old.bank, let oldArena = old.bankArena {
        bankArena.copy(from: oldArena)
        bank.restore(
          workers, epochsEnded: oldBank.epochsEnded, writtenEpochs: oldBank.writtenEpochs,
          bankEpochs: oldBank.bankEpochs)
        report.kept.append("bank")
      } else {
        report.renewed.append("bank")
      }
    }
    let goesOn = allKept && methodKept
    if goesOn, configuration.optimizer == old.configuration.optimizer {
      optimizerState.copy(from: old.optimizerState)
      report.kept.append("optimizer state")
    } else if optimizer != nil {
      report.renewed.append("optimizer state")
    }
    report.restarted = !goesOn && old.step > 0
    if goesOn { restore(step: old.step, epoch: old.epoch, stepInEpoch: old.stepInEpoch) }
    return report
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
