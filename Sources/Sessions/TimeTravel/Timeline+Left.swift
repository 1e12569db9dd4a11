import Files

/// Putting a session's time away while another session is loaded in its place.
extension Timeline {
  /// A session as it was when another one was loaded: all of its moments, and what its owner keeps.
  public struct Left {
    let branches: [Branch]
    let place: Place
    let image: WorkbenchImage
    let undoable: [Change]
    let redoable: [Change]
    let attachment: (any TimelineAttachment)?
    let loadedFrom: String??
    let tracks: [Track]
    /// The session that was left for this one, if any.
    let earlier: [Left]
    /// What the owner wants back with it.
    public let owner: AnyObject
  }

  /// Takes the session as it is, for `keepLeft` once another one is there.
  ///
  /// - Parameter owner: What the owner wants back with it.
  /// - Returns: All of its moments.
  public func leave(owner: AnyObject) -> Left {
    keepPresent()
    return Left(
      branches: branches, place: Place(branch: current, moment: here),
      image: here.image ?? bench.capture(pool), undoable: undoable, redoable: redoable,
      attachment: attachment, loadedFrom: loadedFrom, tracks: bench.tracks,
      earlier: left.map { [$0] } ?? [], owner: owner)
  }

  /// Keeps a session that was left, as long as there is memory for both, so that `comeBack` finds it.
  public func keepLeft(_ session: Left) {
    left = session
    thin()
  }

  /// The branches of this session and of those that were left.
  var allBranches: [Branch] {
    var all = branches
    var next = left
    while let session = next {
      all += session.branches
      next = session.earlier.first
    }
    return all
  }

  /// Whether a session was left that can be gone back to now: all that was done since is undone.
  public var canComeBack: Bool { left != nil && undoable.isEmpty }

  /// Becomes the session that was left for the present one.
  ///
  /// - Returns: What its owner kept, where it is, and what became of its recordings' files.
  /// - Throws: `SessionError` when there is none, or its model cannot be built; then nothing changed.
  public func comeBack() throws -> (
    owner: AnyObject, arrival: Arrival, files: (resumed: [TrackResumption], lost: [FileError])
  ) {
    guard canComeBack, let session = left else { throw SessionError("no session was left") }
    try bench.restore(session.image)
    branches = session.branches
    undoable = session.undoable
    redoable = session.redoable
    attachment = session.attachment
    loadedFrom = session.loadedFrom
    excursion = nil
    left = session.earlier.first
    comeBack(to: session.place)
    let files = bench.takeTracks(session.tracks)
    return (
      session.owner,
      Arrival(
        branch: current, step: bench.learner?.step ?? 0, epoch: bench.learner?.epoch ?? 0,
        recomputed: 0), files
    )
  }
}
