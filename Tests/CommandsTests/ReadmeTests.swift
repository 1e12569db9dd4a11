import CommandLanguage
import Commands
import Datasets
import Foundation
import Testing

/// README's transcript against the program: what can differ from run to run is masked.
@Suite struct ReadmeTests {
  /// What was typed at a prompt of the transcript and what came back.
  private struct Exchange {
    let line: String
    var reply: [String]
  }

  @Test func theTranscriptIsWhatDyadSays() throws {
    let exchanges = try transcript()
    #expect(exchanges.count > 10)
    let session = try TrainedSession(redirectsFiles: true)
    for exchange in exchanges {
      let reply = try self.reply(to: cheap(exchange), in: session)
      #expect(
        masked(reply) == masked(exchange.reply.joined(separator: "\n")), "\(exchange.line)")
    }
  }

  /// A long run replies as a short one; one that was stopped as one of as many steps.
  private func cheap(_ exchange: Exchange) -> String {
    exchange.line.hasPrefix("epoch") ? "step 2" : exchange.line
  }

  /// Everything that the prompt shows for a line, the volatile parts and the mark included.
  private func reply(to line: String, in session: TrainedSession) throws -> String {
    var shown: [String] = []
    session.context.onProgress = { progress in
      if case .line(let text) = progress { shown.append(text) }
    }
    session.interpreter.run(line) { reply in
      switch reply.result {
      case .success(let output):
        // The mark of a session without a model is for the log only.
        let mark = reply.fingerprint.flatMap { $0.hasPrefix("0 - ") ? nil : "#= " + $0 }
        shown.append(([output.text] + [mark].compactMap { $0 }).joined(separator: "   "))
      case .failure(let error): shown.append(error.text)
      }
    }
    return shown.joined(separator: "\n")
  }

  private func transcript() throws -> [Exchange] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("README.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(text.range(of: "$ .build/release/dyad\n"))
    let end = try #require(text[start.upperBound...].range(of: "```"))
    var exchanges: [Exchange] = []
    for line in text[start.upperBound..<end.lowerBound].split(separator: "\n") {
      let (typed, isTyped) = TypedText.withoutPrompts(line)
      if isTyped {
        exchanges.append(Exchange(line: typed, reply: []))
      } else if !exchanges.isEmpty {
        exchanges[exchanges.count - 1].reply.append(String(line))
      }
    }
    return exchanges
  }

  /// Hashes keep their length; numbers, what a run's numbers decide, times and line breaks go.
  private func masked(_ text: String) -> [Substring] {
    var text = text
    let classes = DemoDataset.load().classNames.joined(separator: "|")
    for (pattern, mask) in [
      ("\\^+", ""), ("stopped after .* goes on", ""), ("(?<=\\s)/\\S*/", ""),
      ("=[0-9a-f]{8}\\b", "=HASH"), ("\\b[0-9a-f]{16}\\b", "HASH"),
      ("\\b(\(classes))\\b", "CLASS"),
      ("[−-]?[0-9]+(\\.[0-9]+)?(e-?[0-9]+)?", "N"), (" (N min N|N) m?s\\b", " TIME"),
      ("TIME", ""), ("\\(N % by chance\\)", ""),
    ] {
      text = text.replacingOccurrences(of: pattern, with: mask, options: .regularExpression)
    }
    return text.split(whereSeparator: \.isWhitespace)
  }
}
