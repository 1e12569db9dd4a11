import Files

/// Putting a session's time away while another session is loaded in its place.
extension Timeline {
  /// A session as it was when another one took its place: all of its moments, and what its owner
  /// keeps.
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
    /// The session that redo leads to, if any.
    let later: [Ahead]
    /// What the owner wants back with it.
    public let owner: AnyObject
  }

  /// A session whose `load session` was undone.
  struct Ahead {
    let session: Left
    /// How many commands could be redone when it was left: those are older.
    let redoCount: Int
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
      earlier: left.map { [$0] } ?? [], later: ahead.map { [$0] } ?? [], owner: owner)
  }

  /// Keeps a session that was left, as long as there is room for both, so that `comeBack` finds it.
  public func keepLeft(_ session: Left) {
    left = session
    ahead = nil
    thin()
  }

  /// The branches of this session.
  var allBranches: [Branch] { branches + awayBranches }

  /// The branches of the sessions that were left.
  var awayBranches: [Branch] {
    var all: [Branch] = []
    var next = left
    while let session = next {
      all += session.branches
      next = session.earlier.first
    }
    next = ahead?.session
    while let session = next {
      all += session.branches
      next = session.later.first?.session
    }
    return all
  }

  /// Whether a session was left for the present one.
  public var hasLeft: Bool { left != nil }
  /// Whether a session was left that can be gone back to now: all that was done since is undone.
  public var canComeBack: Bool { left != nil && undoable.isEmpty }
  /// Whether the last thing that was undone is a `load session`.
  public var canGoForward: Bool { ahead.map { $0.redoCount == redoable.count } ?? false }
  /// How many commands can be redone after that.
  public var redoCountAhead: Int { ahead?.session.redoable.count ?? 0 }

  /// What a change of sessions did.
  public typealias Exchange = (
    owner: AnyObject, arrival: Arrival, files: (resumed: [TrackResumption], lost: [FileError])
  )

  /// Becomes the session that was left for the present one, which `goForward` brings back.
  ///
  /// - Parameter owner: What the owner wants back with the present one.
  /// - Returns: What its owner kept, where it is, and what became of its recordings' files.
  /// - Throws: `SessionError` when there is none, or its model cannot be built; then nothing changed.
  public func comeBack(leaving owner: AnyObject) throws -> Exchange {
    guard canComeBack, let session = left else { throw SessionError("no session was left") }
    let present = leave(owner: owner)
    let exchange = try become(session)
    left = session.earlier.first
    ahead = Ahead(session: present, redoCount: redoable.count)
    thin()
    return exchange
  }

  /// Becomes the session whose loading was undone, at the beginning of what was done in it.
  ///
  /// - Parameter owner: What the owner wants back with the present one.
  /// - Returns: What its owner kept, where it is, and what became of its recordings' files.
  /// - Throws: `SessionError` when there is none, or its model cannot be built; then nothing changed.
  public func goForward(leaving owner: AnyObject) throws -> Exchange {
    guard canGoForward, let session = ahead?.session else {
      throw SessionError("no session was loaded")
    }
    ahead = nil
    let present = leave(owner: owner)
    let exchange: Exchange
    do { exchange = try become(session) } catch {
      ahead = Ahead(session: session, redoCount: redoable.count)
      throw error
    }
    left = present
    ahead = session.later.first
    thin()
    return exchange
  }

  private func become(_ session: Left) throws -> Exchange {
    try bench.restore(session.image)
    branches = session.branches
    undoable = session.undoable
    redoable = session.redoable
    attachment = session.attachment
    loadedFrom = session.loadedFrom
    excursion = nil
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
