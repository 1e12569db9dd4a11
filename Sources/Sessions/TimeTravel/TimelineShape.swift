/// What a session file keeps of the timeline: branches, names and ends, without their states.
///
/// A session that was loaded goes on as the one that was saved: on the same branch, with the same
/// names taken. States of other moments are not in the file.
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
  }

  var lines: [Line]
  var current: String

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
    // Names reach the terminal, and `@NAME` must be able to say them.
    let names = lines.flatMap {
      [$0.name, $0.originBranch ?? $0.name] + $0.moments.flatMap(\.names)
    }
    for name in names where !Self.isName(name) {
      throw SessionError(
        file: "a branch or moment of the file has no name of letters, digits, '_' and '-'")
    }
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
          || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "_")
          || byte == UInt8(ascii: "-")
      }
  }
}

extension Timeline {
  /// What a session file keeps of the timeline.
  public var shape: TimelineShape {
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
          zStd: values?[.zStd] ?? moment.ends?.zStd, isHere: isHere)
      }
      return TimelineShape.Line(
        name: branch.name, originBranch: branch.origin?.branch, originStep: branch.origin?.step,
        moments: points)
    }
    return TimelineShape(lines: lines, current: current)
  }

  /// Begins anew at the present state, which was loaded: nothing before it can be undone, and other
  /// moments of the shape are known by name only.
  public func adopt(_ shape: TimelineShape?) {
    let present = Moment(
      bench, command: "load session", isKey: true, image: bench.capture(pool))
    if let shape {
      branches = shape.lines.map { line in
        let origin = line.originBranch.flatMap { branch in
          line.originStep.map { (branch, $0) }
        }
        let moments = line.moments.map { point -> Moment in
          if point.isHere {
            present.names = point.names
            return present
          }
          return Moment(point, run: bench.run - point.restarts)
        }
        return Branch(name: line.name, origin: origin, moments: moments)
      }
      current = shape.current
    } else {
      branches = [Branch(name: Timeline.firstBranch, origin: nil, moments: [present])]
      current = Timeline.firstBranch
    }
    excursion = nil
    forgetChanges(at: Place(branch: current, moment: present))
    wasLoaded = true
  }
}
