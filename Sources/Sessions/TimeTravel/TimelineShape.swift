/// What a session file keeps of the timeline: branches, names and ends, without their states.
///
/// A session that was loaded goes on as the one that was saved: on the same branch, with the same
/// names taken. States of other moments are in files of their own, or nowhere.
public struct TimelineShape: Sendable, Equatable, Codable {
  /// A line of moments.
  struct Line: Sendable, Equatable, Codable {
    var name: String
    var originBranch: String?
    var originStep: Int?
    /// The moments that can be named: those with names, the present one, the last one.
    var moments: [Point]
  }

  /// A moment.
  struct Point: Sendable, Equatable, Codable {
    var step: Int
    var epoch: Int
    /// How many restarts lie between it and the present state; negative for later runs.
    var restarts: Int
    var names: [String]
    var loss: Double?
    var zStd: Double?
    /// Whether it is the present state.
    var isHere: Bool
    /// The name of its state file in the session's folder; absent where there is none.
    var file: String?
    /// Whether it is the present state on another branch, which begins or ends there.
    var isHereToo: Bool?
  }

  var lines: [Line]
  var current: String

  /// Whether states of other moments were stored beside the session's.
  public var hasStored: Bool { lines.contains { $0.moments.contains { $0.file != nil } } }

  /// What there is besides the present state, for people; nil when there is nothing.
  public var storedText: String? {
    let others = lines.flatMap { line in
      line.moments.filter { !$0.isHere && $0.isHereToo != true }.map { (line, $0) }
    }
    func names(_ isStored: Bool) -> [String] {
      var seen: Set<String> = []
      return others.filter { ($0.1.file != nil) == isStored }.map { line, point in
        "@" + (point.names.first ?? line.name)
      }.filter { seen.insert($0).inserted }
    }
    let (there, missing) = (names(true), names(false).filter { !names(true).contains($0) })
    func list(_ names: [String]) -> String {
      names.prefix(6).joined(separator: " ")
        + (names.count > 6 ? " and \(names.count - 6) more" : "")
    }
    let parts = [
      there.isEmpty ? nil : "with the states of \(list(there))",
      missing.isEmpty ? nil : "without those of \(list(missing))",
    ].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// Checks what a damaged file may hold.
  func check() throws {
    let here = lines.flatMap(\.moments).filter(\.isHere)
    guard Set(lines.map(\.name)).count == lines.count,
      lines.contains(where: { $0.name == current }),
      here.count == 1,
      lines.first(where: { $0.name == current })?.moments.contains(where: \.isHere) == true
    else { throw SessionError(file: "the branches in the file do not fit each other") }
    guard lines.allSatisfy({ !$0.moments.isEmpty }) else {
      throw SessionError(file: "a branch in the file has no moment")
    }
    let counters = ConfigurationLimits.counters
    for point in lines.flatMap(\.moments)
    where !counters.contains(point.step) || !counters.contains(point.epoch)
      || !(-counters.upperBound...counters.upperBound).contains(point.restarts)
    {
      throw SessionError(file: "a moment of the file is out of range")
    }
    for file in lines.flatMap({ $0.moments.compactMap(\.file) })
    where !Self.isFileName(file) {
      throw SessionError(file: "a moment of the file has a state file of another name")
    }
    // Names reach the terminal, and `@NAME` must be able to say them.
    let names = lines.flatMap {
      [$0.name, $0.originBranch ?? $0.name] + $0.moments.flatMap(\.names)
    }
    for name in names where !Self.isName(name) {
      throw SessionError(
        file:
          "a branch or moment of the file has no name of letters, digits, '_', '-' and inner dots")
    }
  }

  /// Whether a text is the name of a moment's file, without ending: a hash.
  static func isFileName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 16 && text.allSatisfy(\.isHexDigit)
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && !text.hasPrefix(".") && !text.hasSuffix(".") && !text.contains("..")
      && text.utf8.allSatisfy { byte in
        (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
          || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "_")
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      }
  }
}

extension Timeline {
  /// What a session file keeps of the timeline, with the states that were stored beside it.
  public func shape(_ stored: Stored = Stored()) -> TimelineShape {
    keepPresent()
    let lines = branches.map { branch in
      let isCurrent = branch.name == current
      let points = branch.moments.enumerated().compactMap { index, moment -> TimelineShape.Point? in
        let isHere = isCurrent && moment === here
        let isLast = index == branch.moments.count - 1
        guard isHere || isLast || !moment.names.isEmpty else { return nil }
        let values = (isHere ? bench.metrics : moment.log)?.records.last?.values
        return TimelineShape.Point(
          step: moment.step, epoch: moment.epoch, restarts: bench.run - moment.run,
          names: moment.names, loss: values?[.loss] ?? moment.ends?.loss,
          zStd: values?[.zStd] ?? moment.ends?.zStd, isHere: isHere,
          file: stored.names[ObjectIdentifier(moment)],
          isHereToo: moment === here && !isHere ? true : nil)
      }
      return TimelineShape.Line(
        name: branch.name, originBranch: branch.origin?.branch, originStep: branch.origin?.step,
        moments: points)
    }
    return TimelineShape(lines: lines, current: current)
  }

  /// Begins anew at the present state, which was loaded: nothing before it can be undone.
  ///
  /// - Parameters:
  ///   - shape: Branches and named moments; those without a file are known by name only.
  ///   - folder: Where their files are.
  ///   - name: The session's name, for what is said of moments that it does not have.
  public func adopt(_ shape: TimelineShape?, folder: String? = nil, from name: String? = nil) {
    begin(shape, from: name) { point, earlier in
      let stored = folder.flatMap { folder in
        point.file.map { folder + "/" + $0 }
      }
      return Moment(
        point, run: bench.run - point.restarts, after: earlier, stored: stored)
    }
  }

  /// Becomes what saving and loading the session makes of it, for a log that says that it was loaded
  /// here: with the states of other moments, as `store` writes them, or without.
  public func forgetMoments(keepingNamed: Bool) {
    keepPresent()
    var held: [String: WorkbenchImage] = [:]
    var stored = Stored()
    for branch in branches where keepingNamed {
      for moment in branch.moments where isStorable(moment, on: branch) {
        guard stored.names[ObjectIdentifier(moment)] == nil,
          let target = try? self.target(of: moment, on: branch.name),
          let image = try? excursion(to: target, withBatch: false, Watcher()).capture(pool)
        else { continue }
        let name = String(held.count, radix: 16)
        stored.names[ObjectIdentifier(moment)] = name
        held[name] = image
      }
    }
    let kept = shape(stored)
    // A loaded session has no batch.
    if let learner = bench.learner { learner.restore(learner.counters) }
    begin(kept, from: nil) { point, earlier in
      Moment(
        point, run: bench.run - point.restarts, after: earlier,
        image: point.file.flatMap { held[$0] })
    }
  }

  private func begin(
    _ shape: TimelineShape?, from name: String?, _ other: (TimelineShape.Point, Stretch?) -> Moment
  ) {
    // Branches have the moments up to their fork in common.
    var known: [String: [String: Moment]] = [:]
    let image = bench.capture(pool)
    var found: Moment?
    func present(_ earlier: Stretch?) -> Moment {
      if let found { return found }
      let moment = Moment(
        bench, command: "load session", isKey: true, image: image,
        stretch: Stretch(start: bench.summary.step, run: bench.run, after: earlier), isLoaded: true)
      found = moment
      return moment
    }
    if let shape {
      branches = shape.lines.map { line in
        let origin = line.originBranch.flatMap { branch in
          line.originStep.map { (branch, $0) }
        }
        var moments: [Moment] = []
        for point in line.moments {
          let earlier = moments.last?.stretch
          let isShared = point.step <= line.originStep ?? -1
          let moment: Moment
          if point.isHere {
            moment = present(earlier)
            moment.names = point.names
          } else if point.isHereToo == true {
            moment = present(earlier)
          } else if let file = point.file {
            moment =
              (isShared ? known[line.originBranch ?? ""]?[file] : nil) ?? other(point, earlier)
            known[line.name, default: [:]][file] = moment
          } else {
            moment = other(point, earlier)
          }
          moments.append(moment)
        }
        return Branch(name: line.name, origin: origin, moments: moments)
      }
      current = shape.current
    } else {
      branches = [Branch(name: Timeline.firstBranch, origin: nil, moments: [present(nil)])]
      current = Timeline.firstBranch
    }
    excursion = nil
    forgetChanges(at: Place(branch: current, moment: present(nil)))
    loadedFrom = .some(name)
  }
}
