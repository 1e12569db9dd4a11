import Foundation
import Testing

/// The program `bench`: what it prints is right; how long it takes is not tested.
@Suite struct BenchTests {
  private func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String)
  {
    let path = URL(fileURLWithPath: try DyadProcess.path).deletingLastPathComponent()
      .appendingPathComponent("bench").path
    return try DyadProcess.run(arguments, program: path)
  }

  private func lines(_ output: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func helpListsTheGroupsAndMistakesAreNamed() throws {
    let help = try run(["--help"])
    for group in ["sgemm", "conv", "net", "steps", "augment", "knn", "snapshot", "startup"] {
      #expect(help.output.contains("\n  \(group) "))
    }
    let wrong = try run(["setps"])
    #expect(wrong.status == 1 && wrong.errors.contains("no group or option 'setps'"))
    #expect(try run(["--repeat", "0"]).errors.contains("--repeat must be a whole number from 1"))
    #expect(try run(["--threads", "1.9"]).errors.contains("got '1.9'"))
    #expect(try run(["conv", "--conv", "fft"]).errors.contains("auto, winograd, direct"))
    let none = try run(["net", "--only", "nosuch"])
    #expect(none.status == 1 && none.errors.contains("no case contains 'nosuch'"))
    #expect(try run(["--seconds"]).errors.contains("--seconds needs a value"))
  }

  /// Four 3×3 convolutions, 3→16 at 32×32, then to 32, 64, 128 at half the size each: 2 FLOPs a
  /// multiply-add, three passes, but the first layer's input needs no gradient.
  @Test func floatingPointOperationsFollowFromTheShapes() throws {
    let run = try run([
      "net", "--only", "small width 16 views 128", "--repeat", "1", "--seconds", "0",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let line = try #require(try lines(run.output).last)
    let first = 1024 * 27 * 16
    // Each of the others has half the sides, and twice the channels on both ends.
    let others = 3 * 256 * 144 * 32
    let expected = Double(2 * (2 * first + 3 * others))
    #expect(line["flops_per_view"] as? Double == expected)
    let rate = try #require(line["views_per_second"] as? [String: Any])
    #expect((rate["all"] as? [Double])?.count == 1 && (rate["median"] as? Double ?? 0) > 0)
  }

  @Test func phasesOfAStepAddUp() throws {
    let run = try run([
      "steps", "--only", "small simsiam-multi batch 64", "--repeat", "2", "--seconds", "0",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let line = try #require(try lines(run.output).last)
    let phases = try #require(line["phases_percent"] as? [String: Double])
    for phase in ["conv forward", "batchnorm", "heads", "loss", "bank", "optimizer", "data"] {
      #expect(phases[phase] != nil, "no phase '\(phase)'")
    }
    // Medians of shares over steps: their sum is near 100, not equal to it.
    #expect(abs(phases.values.reduce(0, +) - 100) < 15)
  }
}
