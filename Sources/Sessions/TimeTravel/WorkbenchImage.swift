import Datasets
import Methods

/// Everything that a session's state is at one moment; cheap where nothing changed since another.
struct WorkbenchImage {
  var configuration: Configuration
  var resolution: ResolvedConfiguration?
  var data: DataState?
  var augmentation: AugmentationChoice?
  var allowsNonFinite: Bool
  var metrics: MetricLog
  var finishedRuns: [RunSummary]
  var evaluations: [Evaluation]
  /// The number of times that the counters went back to 0 before it.
  var run: Int
  /// The model; nil while it is to be drawn from the seed.
  var learner: LearnerImage?
  /// Whether there was a model as it is drawn from the seed, which is drawn again.
  var isDrawn = false

  /// The number of completed steps.
  var step: Int { learner?.progress.step ?? 0 }
  /// The number of completed epochs.
  var epoch: Int { learner?.progress.epoch ?? 0 }

  /// Whether training led from one to the other: every choice is the same.
  func hasChoices(of other: Workbench) -> Bool {
    run == other.run && configuration == other.configuration
      && augmentation == other.augmentation && allowsNonFinite == other.allowsNonFinite
      && data?.choice == other.data?.choice && data?.loaded.hash == other.data?.loaded.hash
  }
}

extension Workbench {
  /// Takes an image of the present state; one of the same model state is shared.
  func capture(_ pool: ArenaPool) -> WorkbenchImage {
    var image = WorkbenchImage(
      configuration: configuration, resolution: resolution, data: data,
      augmentation: augmentation, allowsNonFinite: allowsNonFinite, metrics: metrics,
      finishedRuns: finishedRuns, evaluations: evaluations, run: run)
    guard let learner else { return image }
    image.learner = lastImage.of(learner) ?? LearnerImage(learner, pool: pool)
    lastImage = LastImage(learner: learner, version: learner.version, image: image.learner)
    return image
  }

  /// Becomes what an image holds.
  ///
  /// With `movesBank` this is the session that the image was taken of; otherwise it is another one,
  /// whose bank is a copy.
  /// Throws: `SessionError` when the model cannot be built, `FileError` when the image is on a disk
  /// that fails; then nothing changed.
  func restore(_ image: WorkbenchImage, movesBank: Bool = true) throws {
    var next: Learner?
    if image.learner == nil, let learner, learner.step == 0, learner.outsideChanges == 0,
      image.hasChoices(of: self)
    {
      // A model that was drawn meanwhile is the one that would be drawn.
      next = learner
    }
    if let saved = image.learner, let resolved = image.resolution, let data = image.data {
      if let learner, learner.configuration == resolved,
        learner.seed == image.configuration.seed ?? 0,
        learner.network.inputShape == data.facts.inputShape,
        learner.bankFits(saved, movesBank: movesBank, samples: data.facts.count)
      {
        next = learner
      } else {
        // It was there before: a limit that was lowered since does not keep anyone from going back.
        next = try Learner(
          resolved, seed: image.configuration.seed ?? 0, inputShape: data.facts.inputShape,
          samples: data.facts.count, workers: workers,
          bank: movesBank ? saved.bankStore : nil)
      }
      try next?.take(saved, movesBank: movesBank)
    }
    let isSameSource =
      next === learner && augmentation == image.augmentation
      && data?.loaded.hash == image.data?.loaded.hash
    configuration = image.configuration
    resolution = image.resolution
    data = image.data
    augmentation = image.augmentation
    allowsNonFinite = image.allowsNonFinite
    metrics = image.metrics
    finishedRuns = image.finishedRuns
    evaluations = image.evaluations
    run = image.run
    learner = next
    if isSameSource, let next {
      source?.seek(next.counters.place)
    } else {
      source = nil
      probe = nil
    }
    if let next, let saved = image.learner {
      lastImage = LastImage(learner: next, version: next.version, image: saved)
    }
    if image.isDrawn, learner == nil { _ = try model() }
  }
}

/// The image that was taken last, as long as anyone holds it, and what it is of.
struct LastImage {
  weak var learner: Learner?
  var version = 0
  weak var image: LearnerImage?

  /// The image, if it is of a model's present state.
  func of(_ model: Learner) -> LearnerImage? {
    learner === model && version == model.version ? image : nil
  }
}
