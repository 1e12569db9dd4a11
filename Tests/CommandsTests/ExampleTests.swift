import CommandLanguage
import Commands
import Foundation
import Sessions
import TestSupport
import Testing

/// Every example of every command's help is run, each in a session of its own that has what the
/// example speaks of.
@Suite struct ExampleTests {
  static let examples = Registry(AllCommands.list.map { $0.spec }).specs.flatMap { spec in
    spec.examples.map { Row(verb: spec.name, line: $0.line) }
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let verb: String
    let line: String
    var testDescription: String { line }
  }

  /// Which session an example is run in.
  private enum Method: String {
    case simclr = "method simclr batch=16 proj=[16,8]"
    case attention = "method simclr-attn batch=16 proj=[16,8]"
    case bank = "method simsiam-multi batch=16 proj=[16,8] pred=4 start=1epochs"
  }

  private static func method(_ row: Row) -> Method {
    if row.verb == "bank" || row.line.contains("viz bank") {
      return .bank
    }
    return row.verb == "attn" || row.line.contains("viz attn") ? .attention : .simclr
  }

  /// Examples that need another network than the narrow one.
  private static func backbone(_ row: Row) -> String {
    row.line.contains("layer1.0") ? "backbone resnet18 width=2" : "backbone small width=2"
  }

  /// What is shorter here than in the help: the same command on less.
  private static func shortened(_ line: String) -> String {
    [
      ("step 100", "step 10"), ("epoch 5", "epoch 1"), ("knn > 35", "knn > 5"),
      ("max=200steps", "max=20steps"), ("resnet18 width=16", "resnet18 width=2"),
      ("batch=128", "batch=32"), ("batch=64", "batch=32"), ("n=2000", "n=16"),
      ("attn n=128", "attn n=24"), ("bank n=200", "bank n=48"),
      ("@main/s40", "@main/s4"),
      ("@main-2/s40", "@main-2/s4"), ("@-10", "@-3"),
    ].reduce(line) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
  }

  @Test(arguments: examples)
  func everyExampleRuns(_ row: Row) throws {
    try withTemporaryFolder { folder in
      let session = try prepared(row, in: folder)
      var line = Self.shortened(row.line)
      for name in ["setup.dyad", "~/dyad/common.dyad", "../data/cifar10"] {
        line = line.replacingOccurrences(of: name, with: "\(folder)/\(Paths.last(name))")
      }
      line = line.replacingOccurrences(
        of: "sessions/first.dyad", with: "\(folder)/run1.dyad")
      // Exports read where the user says, not where a redirected session wrote.
      line = line.replacingOccurrences(of: "export run1", with: "export \(folder)/run1")
      if let error = session.interpreter.run(line, report: { _ in }) {
        Issue.record("\(error.text)")
      }
    }
  }

  /// Files of CIFAR-10's form with a few grey images each.
  private func writeCIFAR(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["data_batch_1", "test_batch"] {
      let records = (0..<20).flatMap { [UInt8($0 % 10)] + Array(repeating: UInt8($0), count: 3072) }
      try Data(records).write(to: URL(fileURLWithPath: "\(folder)/\(name).bin"))
    }
  }

  /// A session of some steps with two branches, named moments, recordings and files.
  private func prepared(_ row: Row, in folder: String) throws -> TrainedSession {
    let session = try TrainedSession([
      "let width = 8", "let rate = 0.1", "seed 3", "data demo n=96 probe=16", Self.backbone(row),
      Self.method(row).rawValue, "optim sgd lr=0.1", "schedule cosine warmup=1epoch total=9epochs",
      "track loss,z_std,knn every=2epochs",
    ])
    session.context.shell.files.redirection = folder + "/files"
    if row.verb == "autosave" { _ = session.context.beginJournal(in: folder + "/journal") }
    if row.line.contains("cifar10") { try writeCIFAR(to: folder + "/cifar10") }
    let changesSetUp = ["data", "augment", "backbone", "seed"].contains(row.verb)
    if changesSetUp && row.line != "data show 0..4" && !row.line.contains(" try ") {
      return session
    }
    for line in [
      "step 4", "snap start2", "step 8", "save session run1", "save tensors weights.safetensors",
    ] {
      _ = try session.output(line)
    }
    // `hot` and `main-2` are branches that examples go to or open.
    if row.verb == "switch" { _ = try session.output("branch hot; step 1") }
    if row.line.contains("main-2") { _ = try session.output("rewind @s3; step 2") }
    if row.line.contains("@start") { _ = try session.output("rewind @s2; snap start; step 1") }
    if row.verb == "redo" { _ = try session.output("step 1; step 1; undo 2") }
    if row.line.contains("watch off") {
      _ = try session.output("watch step == 99; break step == 98")
    }
    if row.line == "bank drift" || row.line.contains("batch free") {
      _ = try session.output("step 1; batch pin; step 1")
    }
    for name in ["setup", "common"] {
      try "step 1\n".write(toFile: "\(folder)/\(name).dyad", atomically: true, encoding: .utf8)
    }
    for ending in ["dyad", "safetensors"] {
      let place = session.context.shell.files.readPath("run1." + ending)
      try FileManager.default.copyItem(atPath: place, toPath: "\(folder)/run1.\(ending)")
    }
    return session
  }
}

extension Paths {
  fileprivate static func last(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
