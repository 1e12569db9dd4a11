import Files
import Foundation
import Kernels

/// What every group uses: options, threads, the yardstick, and the way to standard output.
final class BenchContext {
  let options: BenchOptions
  let workers: Workers
  let yardstick = Yardstick()
  /// The cases that were printed.
  private(set) var cases = 0

  init(_ options: BenchOptions) {
    self.options = options
    workers = Workers(threads: options.threads)
  }

  /// Whether a case was asked for.
  func wants(_ name: String) -> Bool {
    options.filters.allSatisfy { name.contains($0) }
  }

  /// Prints the machine: what the numbers below it hold for.
  func header() throws {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = text.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
    let load = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
    emit([
      ("group", .string("machine")), ("cpu", .string(model ?? "unknown")),
      ("cores", .int(ProcessInfo.processInfo.activeProcessorCount)),
      ("threads", .int(options.threads)),
      ("load", .string(load.trimmingCharacters(in: .whitespacesAndNewlines))),
    ])
  }

  /// Prints a case: its parameters, its results with all repetitions, and single values.
  func emit(
    _ group: String, _ name: String, parameters: [(String, JSONValue)] = [],
    results: [(String, [Double])], values: [(String, JSONValue)] = []
  ) {
    cases += 1
    let lines = results.map { key, all -> (String, JSONValue) in
      let items: [(String, JSONValue)] = [
        ("median", .double(Statistics.short(Statistics.median(all)))),
        ("all", .array(all.map { .double(Statistics.short($0)) })),
      ]
      return (key, .members(items))
    }
    emit(
      [("group", .string(group)), ("case", .string(name))]
        + (parameters.isEmpty ? [] : [("parameters", .members(parameters))]) + lines + values)
  }

  private func emit(_ members: [(String, JSONValue)]) {
    print(JSONText.compact(.members(members)))
    fflush(nil)
  }

  /// Runs short work untimed for a tenth of a second after the yardstick.
  ///
  /// Training goes from step to step; the yardstick leaves sleeping threads, placed anywhere, and
  /// other caches, which a step of some milliseconds would be charged for. `last` is what it took.
  func settle(_ last: Double?, _ body: () throws -> Void) rethrows {
    guard let last, last < 0.1 else { return }
    let start = Clock.seconds()
    while Clock.seconds() - start < 0.1 { try body() }
  }

  /// Repeats a measurement as long and as often as the options say, after a warm-up.
  func repeated(_ warmUps: Int = 1, _ body: () throws -> Void) rethrows {
    let start = Clock.seconds()
    for _ in 0..<warmUps { try body() }
    let measured = Clock.seconds()
    var count = 0
    // A case that takes long has few repetitions, a short one at most a hundred.
    while count < options.repetitions || Clock.seconds() - measured < options.seconds {
      try body()
      count += 1
      if count >= max(100, options.repetitions) { break }
      if count >= options.repetitions, Clock.seconds() - start > 60 { break }
    }
  }
}

/// The monotonic clock.
enum Clock {
  static func seconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

  /// The processor time of this thread.
  static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Returns the seconds that a piece of work takes.
  static func time(_ body: () throws -> Void) rethrows -> Double {
    let start = seconds()
    try body()
    return seconds() - start
  }
}

/// Medians and rounding.
enum Statistics {
  /// The middle of the values, or the mean of the two in the middle; nan for none.
  static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// Four significant digits: more would be noise.
  static func short(_ value: Double) -> Double {
    guard value.isFinite, value != 0 else { return value }
    let scale = pow(10, 3 - floor(log10(abs(value))))
    return (value * scale).rounded() / scale
  }
}
