import Datasets
import Kernels
import Methods
import Tensors

/// What `bank` says of the memory bank as a whole.
public struct BankSummary: Sendable, Equatable {
  /// The number of rows, one per training sample.
  public let rows: Int
  /// The number of features of a row.
  public let dim: Int
  /// The bytes of the bank, of the rows that this epoch writes, and of past epochs.
  public let bytes: Int
  /// The choices of the method.
  public let options: MemoryBank.Options
  /// The 0-based epoch that the next step belongs to.
  public let epoch: Int
  /// Whether the next step's targets use the bank.
  public let isActive: Bool
  /// The rows of the bank that are still the initial random ones.
  public let never: Int
  /// The samples that this epoch has written so far.
  public let written: Int
}

/// One row of the bank.
public struct BankRow: Sendable, Equatable {
  /// The sample.
  public let id: Int
  /// The Euclidean norm.
  public let norm: Double
  /// The epochs since it was written, at least 1; nil while it is the initial random row.
  public let age: Int?
  /// Its first values.
  public let values: [Float]
  /// The class whose mean direction is nearest, and the cosine with it; nil without labels.
  ///
  /// The row itself is left out of its class's mean.
  public let nearest: (label: Int, cosine: Double)?

  /// Compares everything.
  public static func == (a: BankRow, b: BankRow) -> Bool {
    a.id == b.id && a.norm == b.norm && a.age == b.age && a.values == b.values
      && a.nearest?.label == b.nearest?.label && a.nearest?.cosine == b.nearest?.cosine
  }
}

/// How many rows have an age.
public struct BankAge: Sendable, Equatable {
  /// The age in epochs; nil for initial random rows.
  public let age: Int?
  /// The number of rows.
  public let count: Int
}

/// Which z the rows of the bank are compared with.
public enum DriftSource: String, Sendable, CaseIterable {
  /// z₂ of the samples that this epoch has trained on, when they were trained on.
  case written
  /// z of the probe set's second views by the present weights, in eval mode.
  case probe
}

/// How far rows of an age are from z.
public struct BankDrift: Sendable, Equatable {
  /// The age in epochs; nil for initial random rows.
  public let age: Int?
  /// The cosines of rows with z, ascending.
  public let cosines: [Double]

  /// Makes the drift of an age; the cosines are ascending.
  public init(age: Int?, cosines: [Double]) {
    self.age = age
    self.cosines = cosines
  }

  /// The mean cosine.
  public var mean: Double { cosines.reduce(0, +) / Double(max(1, cosines.count)) }
  /// The cosine below which a share (0…1) of the rows lies.
  public func quantile(_ share: Double) -> Double {
    guard !cosines.isEmpty else { return .nan }
    let place = Int(exactly: (share * Double(cosines.count - 1)).rounded()) ?? 0
    return cosines[min(max(0, place), cosines.count - 1)]
  }
}

extension Workbench {
  private func memoryBank() throws -> (learner: Learner, bank: MemoryBank) {
    if let method = configuration.method, method.name != .simsiamMulti {
      throw SessionError(
        "method '\(method.name.rawValue)' has no bank, simsiam-multi has one",
        help: help(choosing: .simsiamMulti))
    }
    let learner = try model()
    guard let bank = learner.bank else {
      throw SessionError(
        "no bank: method simsiam-multi has one", help: help(choosing: .simsiamMulti))
    }
    return (learner, bank)
  }

  /// Describes the bank.
  ///
  /// Throws: `SessionError` for a method without a bank.
  public func bankSummary() throws -> BankSummary {
    let (learner, bank) = try memoryBank()
    let epoch = learner.epoch
    return BankSummary(
      rows: bank.rows, dim: bank.dim,
      bytes: (learner.bankArena?.floatCount ?? 0) * MemoryLayout<Float>.stride,
      options: bank.options, epoch: epoch, isActive: bank.isActive(epoch: epoch),
      never: bank.bankEpochs.count { $0 < 0 },
      written: bank.writtenEpochs.count { $0 == Int32(clamping: epoch) })
  }

  /// Describes rows with their first `count` values.
  ///
  /// Throws: `SessionError` for a method without a bank or a sample out of range.
  public func bankRows(_ ids: [Int], values count: Int) throws -> [BankRow] {
    let (learner, bank) = try memoryBank()
    for id in ids { try checkSample(id) }
    let ages = bank.ages(epoch: learner.epoch)
    let means = ClassMeans(bank, labels: data?.loaded.labels)
    return ids.map { id in
      let row = FloatPointer(bank.bank + id * bank.dim)
      return BankRow(
        id: id, norm: Rows.squaredNorm(row, bank.dim).squareRoot(), age: ages[id],
        values: Array(UnsafeBufferPointer(start: row, count: min(count, bank.dim))),
        nearest: means?.nearest(to: id))
    }
  }

  /// Counts the rows of each age, youngest first, initial rows last.
  ///
  /// Throws: `SessionError` for a method without a bank.
  public func bankAges() throws -> [BankAge] {
    let (learner, bank) = try memoryBank()
    return Self.byAge(bank.ages(epoch: learner.epoch).map { ($0, ()) }).map {
      BankAge(age: $0.age, count: $0.items.count)
    }
  }

  /// Compares rows of the bank with z, by age; `source` nil takes what this epoch wrote or, at an
  /// epoch's beginning, the probe set.
  ///
  /// Throws: `SessionError` for a method without a bank, or when this epoch has written nothing.
  public func bankDrift(_ source: DriftSource?) throws -> (source: DriftSource, ages: [BankDrift]) {
    let (learner, bank) = try memoryBank()
    let epoch = Int32(clamping: learner.epoch)
    let written = (0..<bank.rows).filter { bank.writtenEpochs[$0] == epoch }
    let chosen = source ?? (written.isEmpty ? .probe : .written)
    let ages = bank.ages(epoch: learner.epoch)
    var pairs: [(Int?, Double)] = []
    switch chosen {
    case .written:
      guard !written.isEmpty else {
        throw SessionError(
          "epoch \(learner.epoch) has written no row yet", help: "bank drift on=probe", about: "on")
      }
      pairs = written.map {
        (ages[$0], cosine(bank.bank + $0 * bank.dim, bank.next + $0 * bank.dim, bank.dim))
      }
    case .probe:
      let table = try features(.z, on: .probe)
      let count = table.index.count / 2
      table.features.values.withUnsafeBufferPointer { z in
        guard let base = z.baseAddress else { return }
        pairs = (0..<count).map { i in
          let id = table.index[count + i]
          let now = base + (count + i) * bank.dim
          return (ages[id], cosine(bank.bank + id * bank.dim, now, bank.dim))
        }
      }
    }
    return (
      chosen, Self.byAge(pairs).map { BankDrift(age: $0.age, cosines: $0.items.sorted()) }
    )
  }

  /// Returns the rows nearest to a sample's row by cosine, without itself.
  ///
  /// Throws: `SessionError` for a method without a bank or a sample out of range.
  public func bankNeighbours(of id: Int, count: Int) throws -> [MemoryBank.Neighbour] {
    let (_, bank) = try memoryBank()
    try checkSample(id)
    return bank.nearest(to: id, count: count)
  }

  /// Draws the rows anew as at the start: every row is random and never written.
  ///
  /// Throws: `SessionError` for a method without a bank.
  public func resetBank() throws -> Int {
    let (learner, bank) = try memoryBank()
    learner.didChange()
    bank.willReplaceAll()
    if let arena = learner.bankArena, let entry = arena.layout["bank.history"] {
      (arena.base + entry.offset).update(repeating: 0, count: entry.count)
    }
    bank.initialize(workers, seed: learner.seed)
    return bank.rows
  }

  private func cosine(_ a: FloatPointer, _ b: FloatPointer, _ count: Int) -> Double {
    let scale = (Rows.squaredNorm(a, count) * Rows.squaredNorm(b, count)).squareRoot()
    return scale > 0 ? Rows.dot(a, b, count) / scale : 0
  }

  private static func byAge<Item>(_ items: [(Int?, Item)]) -> [(age: Int?, items: [Item])] {
    let groups = Dictionary(grouping: items) { $0.0 }
    return groups.keys.sorted { ($0 ?? Int.max) < ($1 ?? Int.max) }.map { age in
      (age, (groups[age] ?? []).map(\.1))
    }
  }
}

/// The sums of unit rows of each class, for the class nearest to a row.
private struct ClassMeans {
  private let bank: MemoryBank
  private let labels: [Int]
  private var sums: [[Double]]

  /// Nil without labels.
  init?(_ bank: MemoryBank, labels: [Int]?) {
    guard let labels, labels.count == bank.rows, let largest = labels.max(), largest >= 0 else {
      return nil
    }
    self.bank = bank
    self.labels = labels
    let dim = bank.dim
    var flat = [Double](repeating: 0, count: (largest + 1) * dim)
    flat.withUnsafeMutableBufferPointer { sums in
      for i in 0..<bank.rows where labels[i] >= 0 {
        let row = FloatPointer(bank.bank + i * dim)
        let norm = Rows.squaredNorm(row, dim).squareRoot()
        guard norm > 0 else { continue }
        let start = labels[i] * dim
        for j in 0..<dim { sums[start + j] += Double(row[j]) / norm }
      }
    }
    sums = (0...largest).map { Array(flat[$0 * dim..<($0 + 1) * dim]) }
  }

  func nearest(to id: Int) -> (label: Int, cosine: Double)? {
    let row = FloatPointer(bank.bank + id * bank.dim)
    let norm = Rows.squaredNorm(row, bank.dim).squareRoot()
    guard norm > 0 else { return nil }
    let unit = (0..<bank.dim).map { Double(row[$0]) / norm }
    var best: (label: Int, cosine: Double)?
    for (label, sum) in sums.enumerated() {
      let mean = label == labels[id] ? zip(sum, unit).map { $0 - $1 } : sum
      let size = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard size > 1e-9 else { continue }
      let cosine = zip(mean, unit).reduce(0) { $0 + $1.0 * $1.1 } / size
      if cosine > best?.cosine ?? -2 { best = (label, cosine) }
    }
    return best
  }
}
