import Foundation
import Glibc
import Testing

/// The product's binary, run from outside.
enum DyadProcess {
  /// The binary beside the test bundle.
  static var path: String {
    get throws {
      let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      var folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
      for _ in 0..<3 {
        let file = folder.appendingPathComponent("dyad").path
        if FileManager.default.isExecutableFile(atPath: file) { return file }
        folder.deleteLastPathComponent()
      }
      // The test runner may live in the toolchain; its argument then names the bundle.
      let bundles = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
      let file = try #require(bundles.first.map(URL.init(fileURLWithPath:)))
        .deletingLastPathComponent().appendingPathComponent("dyad").path
      return try #require(FileManager.default.isExecutableFile(atPath: file) ? file : nil)
    }
  }

  /// Runs the binary, or another program, to its end.
  static func run(
    _ arguments: [String], input: String = "", folder: String? = nil, program: String? = nil
  ) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try program ?? path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let pipes = (Pipe(), Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = pipes
    try process.run()
    pipes.0.fileHandleForWriting.write(Data(input.utf8))
    try pipes.0.fileHandleForWriting.close()
    let output = pipes.1.fileHandleForReading.readDataToEndOfFile()
    let errors = pipes.2.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let status = process.terminationReason == .exit ? process.terminationStatus : -1
    return (
      status, String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self)
    )
  }
}
