import Foundation

/// Runs units in this process, announcing each line or file before it runs.
final class Child {
  private let options: Options
  private let kind: Options.Kind
  private let status: StatusFile
  private let place: FuzzFolder
  private var findings = 0

  init(_ options: Options, _ kind: Options.Kind) throws {
    self.options = options
    self.kind = kind
    status = StatusFile(options.statusPath)
    place = try FuzzFolder()
  }

  /// Runs the units; returns the number of findings.
  func run() throws -> Int {
    defer { place.remove() }
    // A runaway allocation must end this process, not the machine.
    var limit = rlimit(rlim_cur: 8 << 30, rlim_max: 8 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    for unit in options.units {
      var random = SeededRandom(seed: options.seed, kind: kind == .lines ? 1 : 2, unit: unit)
      status.announce(unit, "preparing the session")
      switch kind {
      case .lines: lines(unit, &random)
      case .files: try files(unit, &random)
      }
    }
    return findings
  }

  private func lines(_ unit: Int, _ random: inout SeededRandom) {
    let session = FuzzSession(place)
    found(session.prepare(Preparation.random(&random), &random), unit)
    let generator = LineGenerator(session.context, place)
    for _ in 0..<Options.Kind.lines.unitSize {
      let line = generator.line(&random)
      announce(unit, line)
      if random.chance(10) { session.complete(line, &random) }
      found(session.run(line), unit)
      if options.isEchoing { print(session.lastError.map { "  error: " + $0 } ?? "  ok") }
    }
  }

  private func files(_ unit: Int, _ random: inout SeededRandom) throws {
    let format = FileFormat.allCases[unit % FileFormat.allCases.count]
    let session = FuzzSession(place)
    found(session.prepare(format.preparation, &random), unit)
    for number in 0..<Options.Kind.files.unitSize {
      let trial = try Trial(format, place, &random)
      announce(unit, "\(number): \(trial.text)")
      trial.decode()
      for line in trial.lines {
        announce(unit, "\(number): \(trial.text): \(line)")
        found(session.run(line), unit)
        if options.isEchoing { print(session.lastError.map { "  error: " + $0 } ?? "  ok") }
        if session.lastError != nil { break }
      }
    }
  }

  private func announce(_ unit: Int, _ text: String) {
    status.announce(unit, text)
    if options.isEchoing { print(text.debugDescription) }
  }

  private func found(_ problem: String?, _ unit: Int) {
    guard let problem else { return }
    findings += 1
    let text =
      "--kind \(kind.rawValue) --unit \(unit) --seed \(options.seed): \(status.text): "
      + problem + "\n"
    guard let path = options.findingsPath, let file = FileHandle(forWritingAtPath: path) else {
      print(text, terminator: "")
      return
    }
    file.seekToEndOfFile()
    file.write(Data(text.utf8))
    try? file.close()
  }
}
