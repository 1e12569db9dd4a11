import CommandLanguage
import Foundation
import Sessions
import Testing

@testable import Commands

@Suite struct BankAttentionTests {
  @Test(arguments: ["bank", "attn", "batch", "knn", "show", "params"])
  func everyExampleRunsOnATrainedSession(_ verb: String) throws {
    for set in [TrainedSession.attention, TrainedSession.bank] {
      let method = set == TrainedSession.bank ? "bank" : "attn"
      if ["bank", "attn"].contains(verb), verb != method { continue }
      let session = try TrainedSession(set, steps: 14, redirectsFiles: true)
      let spec = try #require(session.context.registry[verb])
      for example in spec.examples {
        let isOfSimCLR = example.line.contains("fc1")
        if isOfSimCLR, method == "bank" { continue }
        let text = session.text(example.line)
        #expect(!text.contains("error:") && !text.isEmpty, "\(example.line)\n\(text)")
      }
      for form in spec.forms where form.arguments.allSatisfy({ !$0.isRequired }) {
        let text = session.text((verb + " " + form.name).trimmingCharacters(in: .whitespaces))
        #expect(!text.contains("error:"), "\(text)")
      }
    }
  }

  @Test func everyAttentionViewMarksWhatIsUsed() throws {
    let session = try TrainedSession(TrainedSession.attention, steps: 2)
    #expect(session.text("attn").contains("32×32: 32 of 1024 entries reach the loss (*)"))
    let matrix = session.text("attn matrix n=5").split(separator: "\n").dropFirst().dropLast()
    #expect(matrix.count == 5)
    for (i, line) in matrix.enumerated() {
      let cells = line.split(separator: " ").suffix(5).map(String.init)
      #expect(cells.map { $0.hasSuffix("*") } == (0..<5).map { $0 == i }, "\(line)")
    }
    #expect(try session.table("attn top").texts("used") == Array(repeating: "*", count: 5))
    #expect(
      try session.table("attn top pairs=neg k=4").texts("used") == Array(repeating: "no", count: 4))
    #expect(try session.table("attn sample k=2").texts("used") == ["*", "no", "no"])
    let all = try session.table("attn top k=16")
    #expect(isClose(all.numbers("share").reduce(0, +), 100))
    #expect(all.numbers("w") == all.numbers("w").sorted(by: >))
  }

  @Test func errorsSayWhatIsThere() throws {
    let plain = try TrainedSession([
      "data demo n=200", "backbone small width=4", "method simclr batch=16 proj=[16,8]",
    ])
    let cases: [(TrainedSession, String, String)] = [
      (
        plain, "attn",
        "error: method 'simclr' has no attention, simclr-attn has it\n  attn\n  ^^^^\n"
          + "help: method simclr-attn"
      ),
      (
        plain, "bank ages",
        "error: method 'simclr' has no bank, simsiam-multi has one\n  bank ages\n  ^^^^^^^^^\n"
          + "help: method simsiam-multi"
      ),
      (
        plain, "batch ids",
        "error: no step was taken since the model was built or loaded\n  batch ids\n  ^^^^^^^^^\n"
          + "help: step"
      ),
      (
        plain, "knn metric=euclidean temp=0.1",
        "error: temp belongs to metric=cosine, the metric is euclidean\n"
          + "  knn metric=euclidean temp=0.1\n                            ^^^"
      ),
      (
        plain, "knn k=500",
        "error: k must be at most the number of training images, 200, got 500\n  knn k=500\n"
          + "        ^^^\nhelp: knn k=200"
      ),
      (
        try TrainedSession(TrainedSession.bank), "bank rows 3,200",
        "error: sample 200 is out of range: the data have samples 0…199\n  bank rows 3,200\n"
          + "              ^^^"
      ),
      (
        try TrainedSession(TrainedSession.bank), "bank agse",
        "error: unknown bank 'agse', expected rows, ages, drift, near or reset\n  bank agse\n"
          + "       ^^^^\nhelp: bank ages"
      ),
    ]
    for (session, line, text) in cases { #expect(session.text(line) == text) }
    let trained = try TrainedSession(TrainedSession.attention, steps: 1)
    let batch = Set(try trained.bench.lastBatchIDs())
    let outside = try #require((0..<200).first { !batch.contains($0) })
    #expect(trained.text("attn sample \(outside)").contains("is not in the last step's batch"))
    #expect(trained.text("attn sample 200").contains("samples 0…199"))
  }

  @Test func resetIsLoggedWithItsFingerprint() throws {
    let session = try TrainedSession(TrainedSession.bank, steps: 3)
    _ = try session.output("bank reset")
    let lines = session.context.log.text.split(separator: "\n").map(String.init)
    let place = try #require(lines.firstIndex(of: "bank reset"))
    #expect(lines[place + 2].hasPrefix("#= 3 \(session.bench.fingerprint?.description ?? "?")"))
  }

  @Test func knnIsAMetricOfExpressions() throws {
    let session = try TrainedSession(TrainedSession.attention)
    #expect(session.text("let a = knn").contains("metric 'knn' has no value yet"))
    let output = try session.output("knn k=5 n_test=100")
    _ = try session.output("let a = knn")
    let top1 = output.data.first { $0.0 == "top1" }?.1
    #expect(
      session.context.shell.variables["a"].map {
        JSONValue.number($0 == .number(0) ? 0 : Double($0.text) ?? .nan)
      } == top1)
    #expect(
      output.stableText.contains(
        "k 5   T 0.07   cosine   layer h   eval mode   200 train × 100 test"))
  }
}
