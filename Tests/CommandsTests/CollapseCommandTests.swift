import CommandLanguage
import Commands
import Files
import Foundation
import Sessions
import Tensors
import Testing

@Suite struct CollapseCommandTests {
  private static let setup = [
    "seed 3", "data demo n=60 probe=20", "backbone small width=2",
    "method simclr batch=20 proj=[8,4]",
  ]

  /// The mean cosine of all pairs of distinct rows, from the matrix of all cosines.
  @Test func theMeasuresAreOfTheRowsThatAreNamed() throws {
    let session = try TrainedSession(Self.setup, steps: 2)
    let output = try session.output("collapse on=batch")
    _ = try session.output("let cosine = (sum(sim) - 40) / (40 * 39)")
    guard case .number(let cosine)? = session.context.shell.variables["cosine"] else {
      Issue.record("no number")
      return
    }
    guard case .number(let measured)? = output.data.first(where: { $0.0 == "mean_cosine" })?.1
    else {
      Issue.record("no mean cosine")
      return
    }
    #expect(abs(measured - cosine) < 1e-6)
    #expect(session.text("collapse").hasPrefix("  z [40, 4]   probe"))
    #expect(session.text("collapse n=1").contains("n must be"))
  }

  /// With the projector's last weight 0, every z is the bias.
  @Test func aConstantNetHasCollapsed() throws {
    let folder = NSTemporaryDirectory() + "dyad-collapse-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let session = try TrainedSession(Self.setup)
    let name = try #require(
      session.bench.parameterNames.last { $0.hasPrefix("projector.") && $0.hasSuffix("weight") })
    let shape = try session.bench.tensor(.weight(name)).shape
    let zeros = [Float](repeating: 0, count: shape.reduce(1, *))
    try SafetensorsWriter.write(
      to: folder + "/w.safetensors", tensors: [.floats(name, shape, zeros)], metadata: [])
    _ = try session.output("load weights \"\(folder)/w.safetensors\" strict=off")
    let text = session.text("collapse")
    #expect(text.contains("complete collapse: the spread is below a tenth of 1/√d"), "\(text)")
    #expect(text.contains("temperature"))
  }
}
