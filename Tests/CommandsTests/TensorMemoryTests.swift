import Foundation
import Testing

/// Training allocates no tensor memory after its second step; moments that are kept reuse the
/// memory of those that the budget drops.
///
/// A process of its own counts: other tests allocate at the same time.
@Suite struct TensorMemoryTests {
  private func counts(_ method: String) throws -> [Int] {
    let lines =
      "set snapshots 1B; data demo n=200; backbone small width=4; \(method); "
      + "step 2; step 1; step 1; sys; step 14; sys; step 9; sys"
    let run = try DyadProcess.run(["--json", "-c", lines])
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").compactMap { line in
      guard let start = line.range(of: "\"tensor_blocks\":") else { return nil }
      return Int(line[start.upperBound...].prefix { $0.isNumber })
    }
  }

  @Test(arguments: [
    "method simsiam batch=16 proj=[32,16] pred=8",
    "method simsiam-multi batch=16 proj=[32,16] pred=8 start=0ep",
    "method simclr batch=16", "method simclr-attn batch=16",
  ])
  func stepsAllocateNothingAfterTheSecond(_ method: String) throws {
    let counts = try counts(method)
    try #require(counts.count == 3, "\(counts)")
    #expect(counts[0] > 4)
    #expect(counts[1] == counts[0] && counts[2] == counts[0], "\(counts)")
  }
}
