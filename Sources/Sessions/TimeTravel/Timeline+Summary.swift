/// What lists show.
extension Timeline {
  /// A held moment, as `snap list` shows it.
  public struct Row: Sendable, Equatable {
    /// The branch on which it was made.
    public var branch: String
    /// The number of completed steps.
    public var step: Int
    /// The number of completed epochs.
    public var epoch: Int
    /// The names that it has.
    public var names: [String]
    /// The command that led to it; nil in the middle of training.
    public var command: String?
    /// The bytes of memory that it alone takes, bank rows left out.
    public var bytes: Int
    /// The bytes of disk that it takes.
    public var diskBytes: Int
    /// Whether it is in a file of the loaded session, and was not looked at yet.
    public var isStored: Bool
  }

  /// The end of a branch, as `branch list` shows it.
  public struct BranchRow: Sendable {
    /// The name.
    public var name: String
    /// Where it came from.
    public var origin: (branch: String, step: Int)?
    /// The number of completed steps.
    public var step: Int
    /// The last loss.
    public var loss: Double?
    /// The last std of normalised z.
    public var zStd: Double?
    /// Whether the session is on it.
    public var isHere: Bool
  }

  /// The held moments, branch by branch, each once.
  public var summary: [Row] {
    var seen: Set<ObjectIdentifier> = []
    var images: Set<ObjectIdentifier> = []
    return branches.flatMap { branch in
      branch.moments.compactMap { moment -> Row? in
        guard moment.isHeld, seen.insert(ObjectIdentifier(moment)).inserted else {
          return nil
        }
        let learner = moment.image?.learner
        let isNew = learner.map { images.insert(ObjectIdentifier($0)).inserted } ?? false
        return Row(
          branch: branch.name, step: moment.step, epoch: moment.epoch, names: moment.names,
          command: moment.stored != nil
            ? "stored with the session"
            : moment === branches[0].moments[0] && moment.command == nil
              ? "the beginning" : moment.command,
          bytes: isNew ? learner?.byteCount ?? 0 : 0,
          diskBytes: isNew ? learner?.diskByteCount ?? 0 : 0,
          isStored: moment.image == nil)
      }
    }
  }

  /// The branches, oldest first.
  public var branchSummary: [BranchRow] {
    branches.map { branch in
      let isHere = branch.name == current
      let last = branch.moments.last
      let log = isHere && !isBehind ? bench.metrics : last?.log
      let values = log?.records.last?.values
      return BranchRow(
        name: branch.name, origin: branch.origin, step: last?.step ?? 0,
        loss: values?[.loss] ?? last?.ends?.loss, zStd: values?[.zStd] ?? last?.ends?.zStd,
        isHere: isHere)
    }
  }

  /// The number of completed steps at the end of the present branch.
  public var endOfBranch: Int? { index(of: current).flatMap { branches[$0].moments.last?.step } }

  /// The commands that can be undone.
  public var undoCount: Int { undoable.count }
  /// The commands that can be redone.
  public var redoCount: Int { redoable.count }

  /// The names that `snap` gave.
  public var snapshotNames: [String] {
    Array(Set(branches.flatMap { $0.moments.flatMap(\.names) })).sorted()
  }

  /// Whether a moment can be found.
  public func has(_ name: MomentName) -> Bool { (try? find(name)) != nil }

  /// A name that is free, of the form `snap-1`.
  public func nextSnapshotName() -> String {
    let taken = Set(snapshotNames)
    var number = 1
    while taken.contains("snap-\(number)") { number += 1 }
    return "snap-\(number)"
  }
}
