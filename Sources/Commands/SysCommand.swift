import CommandLanguage
import Foundation
import Kernels

/// Shows the machine and the versions.
public enum SysCommand: Command {
  /// The version of dyad.
  public static let version = "0.1.0"

  /// The declaration.
  public static let spec = CommandSpec(
    "sys", group: .shell, summary: "Shows the machine and the versions.", isLogged: false,
    givesTable: true,
    examples: [
      Example("sys", "Cores, threads, memory, versions"), Example("sys | head 2", "Two rows"),
    ],
    seeAlso: ["set"])

  /// Reads the machine.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let threads = context.shell.settings[Settings.threads]
    let memory = Double(ProcessInfo.processInfo.physicalMemory) / Double(1 << 30)
    let tensors = TensorMemory.counts
    let limit = context.shell.settings.text(of: "memory")
    var output = Output.table(
      Table(
        [Table.Column("part"), Table.Column("value")],
        rows: [
          [.text("dyad"), .text(version)],
          [.text("system"), .text(ProcessInfo.processInfo.operatingSystemVersionString)],
          [.text("cpu"), .text(cpuName ?? "unknown")],
          [.text("cores"), .text(String(cores))],
          [.text("threads"), .text(threads.map(String.init) ?? "\(cores) (auto)")],
          [.text("memory"), .text(String(format: "%.1f GB, limit %@", memory, limit))],
        ], hidesHeadings: true))
    output.data = [
      ("version", .string(version)), ("cores", .int(cores)), ("threads", .int(threads ?? cores)),
      ("memory", .number(memory)), ("tensor_blocks", .int(tensors.blocks)),
      ("tensor_bytes", .int(tensors.bytesInUse)),
    ]
    if let resident = status("VmRSS"), let peak = status("VmHWM") {
      output.volatile = [
        Output.Volatile("resident", "in use \(resident / 1024) MB"),
        Output.Volatile("peak", "peak \(peak / 1024) MB"),
        Output.Volatile(
          "tensors", "tensors \(tensors.bytesInUse >> 20) MB, \(tensors.blocks) allocations"),
      ]
    }
    return output
  }

  private static var cpuName: String? {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// A line of the kernel's account of this process, in KB.
  private static func status(_ name: String) -> Int? {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").first { $0.hasPrefix(name + ":") }?
      .split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
  }
}
