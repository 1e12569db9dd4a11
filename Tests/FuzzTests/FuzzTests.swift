import Foundation
import Testing

/// Random and mutated lines and files in child processes: no signal, no hang, and a command that
/// fails leaves the session as it was.
///
/// `DYAD_FUZZ_LINES=100000 DYAD_FUZZ_FILES=10000` runs the full size.
@Suite struct FuzzTests {
  @Test func linesAndFilesNeitherTrapNorHang() throws {
    let program = try Self.program()
    let mode = try Self.modeOfNull()
    let environment = ProcessInfo.processInfo.environment
    let lines = environment["DYAD_FUZZ_LINES"] ?? "4000"
    let files = environment["DYAD_FUZZ_FILES"] ?? "480"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["--lines", lines, "--files", files]
    if let seed = environment["DYAD_FUZZ_SEED"] { process.arguments? += ["--seed", seed] }
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(
      process.terminationReason == .exit && process.terminationStatus == 0,
      "\(text)\nagain: \(program) with the words before the colon, and --echo")
    #expect(try Self.modeOfNull() == mode, "a link out of the fuzz folder was followed")
  }

  private static func modeOfNull() throws -> Int? {
    let facts = try FileManager.default.attributesOfItem(atPath: "/dev/null")
    return facts[.posixPermissions] as? Int
  }

  /// The executable beside the test bundle.
  private static func program() throws -> String {
    let bundles = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    var looked: [String] = []
    for start in bundles + [own] {
      var folder = URL(fileURLWithPath: start).deletingLastPathComponent()
      for _ in 0..<3 {
        let file = folder.appendingPathComponent("fuzz").path
        if FileManager.default.isExecutableFile(atPath: file) { return file }
        looked.append(file)
        folder.deleteLastPathComponent()
      }
    }
    throw Missing(description: "the executable 'fuzz' is not built: looked for \(looked)")
  }

  private struct Missing: Error, CustomStringConvertible { let description: String }
}
