import CommandLanguage
import Foundation
import Testing

@testable import Commands

/// Completion of what is no command or option: words of the language, moments of other branches.
@Suite struct LanguageCompletionTests {
  private func candidates(_ line: String, in session: TrainedSession) -> [String] {
    session.context.completer.complete(line).candidates.map(\.text)
  }

  @Test(arguments: [
    ("watch z_std < 0.1 ", ["max=", "then"], true),
    ("watch z_std < 0.1 th", ["then"], false),
    ("break z_std < 0.1 th", [], false),
    ("if 1 > 0 { note a } el", ["else"], false),
    ("if 1 > 0 { repeat 2 { note a } } el", ["else"], false),
    ("repeat 2 { if 1 > 0 { note a } el", ["else"], false),
    ("repeat 2 { note a } el", [], false),
    ("if 1 > 0 { note a }; el", [], false),
  ])
  func wordsOfTheLanguage(line: String, expected: [String], isPart: Bool) throws {
    let found = candidates(line, in: try TrainedSession(TrainedSession.attention))
    #expect(isPart ? found.contains("then") : found == expected)
  }

  @Test func momentsOfOtherBranches() throws {
    let session = try TrainedSession(TrainedSession.attention)
    _ = try session.output("step 2; branch hot; step 1; switch main; step 2; snap end")
    #expect(candidates("rewind @h", in: session) == ["@hot"])
    #expect(candidates("rewind @hot/", in: session) == ["@hot/s3"])
    #expect(candidates("tensor z1@hot/s3", in: session) == ["z1@hot/s3"])
    #expect(candidates("rewind @s", in: session) == ["@s0", "@s2", "@s4"])
  }
}
