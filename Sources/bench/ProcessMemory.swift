import Foundation

/// The kernel's account of this process's memory.
enum ProcessMemory {
  /// The most resident memory since the process began or `resetPeak`, in bytes.
  static var peakBytes: Int { status("VmHWM") }

  /// The resident memory, in bytes.
  static var residentBytes: Int { status("VmRSS") }

  /// Makes the present resident memory the peak; where that is not allowed the old peak stays.
  static func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  private static func status(_ name: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    let field = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
    return (field.flatMap { Int($0) } ?? 0) * 1024
  }
}
