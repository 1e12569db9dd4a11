import Datasets
import Images
import Kernels
import Methods
import Tensors

/// One image of the last step's batch.
public struct BatchEntry: Sendable, Equatable {
  /// Its place in the batch.
  public let position: Int
  /// The data set index.
  public let id: Int
  /// The class, when known.
  public let label: Int?
  /// Its loss; nil when the bank that gave the targets has been replaced since.
  ///
  /// SimCLR family: the mean −log p of its two positives; SimSiam: ½ D(p1, t2) + ½ D(p2, t1).
  public let loss: Double?
  /// The weight w of its positive pair (1 without attention); nil for the SimSiam family.
  public let weight: Double?
  /// The part of the batch's loss that its pair makes, 0…1; nil for the SimSiam family.
  ///
  /// SimSiam's losses have no fixed sign.
  public let share: Double?
  /// The cosine between z of its two views.
  public let cosine: Double
  /// The crop boxes' intersection over union, 0…1; nil when the views are not crops.
  public let overlap: Double?
}

extension Workbench {
  /// Describes the images of the last step's batch in order.
  ///
  /// Throws: `SessionError` before the first step.
  public func lastBatchEntries() throws -> [BatchEntry] {
    let (learner, batch) = try lastBatch()
    let z = try rows(.z)
    let count = batch.ids.count
    let family = learner.configuration.method?.name.isSimSiamFamily == true
    let weights = family ? nil : try positiveWeights()
    let losses = family ? try simSiamLosses(learner, batch) : try contrastLosses(z)
    let total = zip(weights ?? [], losses ?? []).reduce(0) { $0 + $1.0 * $1.1 }
    let labels = data?.loaded.labels
    return (0..<count).map { i in
      BatchEntry(
        position: i, id: batch.ids[i], label: labels?[batch.ids[i]], loss: losses?[i],
        weight: weights?[i],
        share: weights.flatMap { w in losses.map { w[i] * $0[i] / total } },
        cosine: z.cosine(i, count + i), overlap: overlap(position: i, batch: batch))
    }
  }

  /// The ids of the last step's batch in order.
  ///
  /// Throws: `SessionError` before the first step.
  public func lastBatchIDs() throws -> [Int] { try lastBatch().batch.ids }

  /// The batch that every step takes; nil for the next one in order.
  public var pinnedBatch: BatchPlace? { learner?.counters.pin }

  /// Lets every step from here on take the batch that was looked at last, or before any step the
  /// first one: the same images in the same views.
  ///
  /// Throws: `SessionError` when the model cannot be built.
  public func pinBatch() throws -> BatchPlace {
    let learner = try model()
    guard learner.configuration.method != nil else {
      throw SessionError("no method yet", help: "method simclr")
    }
    let place = learner.counters.pin ?? learner.lastBatch?.place ?? placeOfLastStep(learner)
    learner.pin(place)
    return place
  }

  /// Lets steps take the next batch in order again; false when none was pinned.
  public func freeBatch() -> Bool {
    guard let learner, learner.counters.pin != nil else { return false }
    learner.pin(nil)
    source?.seek(learner.counters.place)
    return true
  }

  private func placeOfLastStep(_ learner: Learner) -> BatchPlace {
    let next = learner.counters.place
    if next.step > 0 { return BatchPlace(epoch: next.epoch, step: next.step - 1) }
    guard next.epoch > 0 else { return next }
    return BatchPlace(epoch: next.epoch - 1, step: learner.configuration.stepsPerEpoch - 1)
  }

  func lastBatch() throws -> (learner: Learner, batch: BatchInfo) {
    let learner = try model()
    guard let batch = learner.lastBatch else {
      throw SessionError.noBatch(step: learner.step)
    }
    return (learner, batch)
  }

  /// Both views' features with the norms of their rows, for cosines in Float64.
  func rows(_ kind: TrainingGraph.Features) throws -> FeatureRows {
    FeatureRows(try bothViews(kind))
  }

  /// The weight of each image's positive pair; 1 without attention.
  func positiveWeights() throws -> [Double] {
    let (learner, batch) = try lastBatch()
    guard let method = learner.configuration.method, method.name == .simclrAttn else {
      return Array(repeating: 1, count: batch.ids.count)
    }
    let features = try rows(method.attention == .h ? .h : .z)
    let count = batch.ids.count
    return (0..<count).map { Exact.exp(1 + features.cosine($0, count + $0)) }
  }

  /// The mean −log p of each image's two views: p of the positive among the other 2N − 1 views.
  private func contrastLosses(_ z: FeatureRows) throws -> [Double] {
    let temperature = try model().configuration.method?.temperature ?? 1
    let cosines = try tensor(.similarity)
    let rows = cosines.shape[0]
    let half = rows / 2
    let each = (0..<rows).map { i -> Double in
      let positive = (i + half) % rows
      var sum = 0.0
      for j in 0..<rows where j != i {
        sum += Exact.exp((Double(cosines.values[i * rows + j]) - 1) / temperature)
      }
      return 1 / temperature + Exact.log(sum) - z.cosine(i, positive) / temperature
    }
    return (0..<half).map { (each[$0] + each[half + $0]) / 2 }
  }

  /// The loss of each image, with the targets that the step used; nil when they are gone.
  private func simSiamLosses(_ learner: Learner, _ batch: BatchInfo) throws -> [Double]? {
    let count = batch.ids.count
    var z = try bothViews(.z)
    let dim = z.shape[1]
    if let bank = learner.bank, bank.isActive(epoch: learner.lastBatchEpoch) {
      // An epoch's end or a reset has replaced the rows that this batch was compared with.
      guard bank.epochsEnded == learner.lastBatchBankEpochs else { return nil }
      let alpha = Float(bank.options.alpha)
      for i in 0..<2 * count {
        let row = bank.bank + batch.ids[i % count] * dim
        for j in 0..<dim {
          z.values[i * dim + j] = (1 - alpha) * z.values[i * dim + j] + alpha * row[j]
        }
      }
    }
    let p = try bothViews(.p)
    let all = FeatureRows(Tensor(shape: [4 * count, dim], values: p.values + z.values))
    return (0..<count).map { i in
      -(all.cosine(i, 3 * count + i) + all.cosine(count + i, 2 * count + i)) / 2
    }
  }

  /// The intersection over union of the crop boxes of an image's two views.
  func overlap(position: Int, batch: BatchInfo) -> Double? {
    guard let last = source?.last, last.epoch == batch.place.epoch, last.step == batch.place.step,
      last.viewCount == 2, position < last.count, last.ids[position] == batch.ids[position],
      let a = last.parameters(view: 0, position: position)?.crop,
      let b = last.parameters(view: 1, position: position)?.crop
    else { return nil }
    let height = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
    let width = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
    let common = Double(max(0, height) * max(0, width))
    return common / (Double(a.width * a.height + b.width * b.height) - common)
  }
}

/// Rows of features with their norms.
struct FeatureRows {
  private let values: [Float]
  private let dim: Int
  private let norms: [Double]

  init(_ tensor: Tensor) {
    let (count, dim) = (tensor.shape[0], tensor.shape[1])
    values = tensor.values
    self.dim = dim
    norms = tensor.values.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return [] }
      return (0..<count).map { Rows.squaredNorm(base + $0 * dim, dim).squareRoot() }
    }
  }

  /// The cosine of two rows in Float64; 0 when one of them is zero.
  func cosine(_ i: Int, _ j: Int) -> Double {
    values.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      let scale = max(norms[i], RowNormalization.epsilon) * max(norms[j], RowNormalization.epsilon)
      return Rows.dot(base + i * dim, base + j * dim, dim) / scale
    }
  }
}
