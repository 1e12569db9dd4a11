import Foundation

/// Splits the work over child processes and watches them.
final class Supervisor {
  /// A child that announces nothing new for so long, in seconds, hangs.
  static let patience = 20.0
  /// After so many findings the run ends: there is enough to look at.
  static let mostFindings = 40

  private struct Job {
    let kind: Options.Kind
    var units: Range<Int>
  }

  private struct Running {
    let process: Process
    let job: Job
    let paths: (status: String, findings: String, errors: String)
    var seen = ""
    var seenAt = Date()
    var isHanging = false
  }

  private let options: Options
  private let folder: String
  private let program: URL
  private var waiting: [Job] = []
  private var findings: [String] = []
  private var serial = 0

  init(_ options: Options) throws {
    self.options = options
    program = URL(
      fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/exe"))
    folder = NSTemporaryDirectory() + "dyad-fuzz-watch-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (kind, count, chunk) in [
      (Options.Kind.lines, options.lines, 20), (.files, options.files, 20),
    ] {
      let units = (count + kind.unitSize - 1) / kind.unitSize
      waiting += stride(from: 0, to: units, by: chunk).map {
        Job(kind: kind, units: $0..<min(units, $0 + chunk))
      }
    }
    waiting.reverse()
  }

  /// Runs everything; returns what was found.
  func run() throws -> [String] {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var running: [Running] = []
    while !running.isEmpty || !waiting.isEmpty {
      if findings.count >= Self.mostFindings { waiting = [] }
      while running.count < options.jobs, let job = waiting.popLast() {
        running.append(try start(job))
      }
      usleep(50_000)
      for i in running.indices.reversed() {
        watch(&running[i])
        if !running[i].process.isRunning {
          finished(running[i])
          running.remove(at: i)
        }
      }
    }
    return findings
  }

  private func start(_ job: Job) throws -> Running {
    serial += 1
    let base = folder + "/\(serial)"
    let paths = (base + ".status", base + ".findings", base + ".errors")
    for path in [paths.0, paths.1, paths.2] {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    let process = Process()
    process.executableURL = program
    process.arguments = [
      "--kind", job.kind.rawValue, "--seed", "\(options.seed)",
      "--from", "\(job.units.lowerBound)", "--until", "\(job.units.upperBound)",
      "--status", paths.0, "--findings", paths.1,
    ]
    // What a child leaves behind when it dies is removed with the folder.
    try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SWIFT_BACKTRACE": "enable=no", "TMPDIR": base + "/"], uniquingKeysWith: { $1 })
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: paths.2)
    try process.run()
    return Running(process: process, job: job, paths: paths)
  }

  private func watch(_ child: inout Running) {
    let now = FileManager.default.contents(atPath: child.paths.status)
    let text = String(decoding: now ?? Data(), as: UTF8.self)
    if text != child.seen {
      child.seen = text
      child.seenAt = Date()
    } else if -child.seenAt.timeIntervalSinceNow > Self.patience, child.process.isRunning {
      child.isHanging = true
      kill(child.process.processIdentifier, SIGKILL)
      child.process.waitUntilExit()
    }
  }

  private func finished(_ child: Running) {
    let found = lines(child.paths.findings)
    for text in found { report(text) }
    let status = child.process.terminationStatus
    let isSignal = child.process.terminationReason == .uncaughtSignal
    if !isSignal, status == 0 || status == 1 && !found.isEmpty { return }
    let last = StatusFile.read(child.paths.status)
    let unit = last?.unit ?? child.job.units.lowerBound
    let what =
      child.isHanging
      ? "no progress for \(Int(Self.patience)) s" : isSignal ? "signal \(status)" : "exit \(status)"
    let errors = lines(child.paths.errors).suffix(3).joined(separator: " | ")
    report(
      "--kind \(child.job.kind.rawValue) --unit \(unit) --seed \(options.seed): "
        + "\(last?.text ?? "before the first line"): \(what) \(errors)")
    if unit + 1 < child.job.units.upperBound {
      waiting.append(Job(kind: child.job.kind, units: unit + 1..<child.job.units.upperBound))
    }
  }

  private func lines(_ path: String) -> [String] {
    let data = FileManager.default.contents(atPath: path) ?? Data()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func report(_ text: String) {
    findings.append(text)
    print(text)
    fflush(nil)
  }
}
