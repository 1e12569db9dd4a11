import CommandLanguage
import Commands
import Foundation
import Testing

/// SplitMix64, so that a failing line can be made again from the seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct RegistryTests {
  let context = CommandContext()

  @Test func everyExampleIsItsOwnLogEntry() throws {
    for example in context.registry.specs.flatMap(\.examples) {
      context.shell.variables = ["width": .number(8), "rate": .number(0.5)]
      let first = try canonical(example.line)
      #expect(try canonical(first) == first, "\(example.line)")
    }
  }

  @Test func everyCommandHasItsOwnHelp() {
    for spec in context.registry.specs {
      #expect(Recorder().type("help \(spec.name)").contains(spec.summary), "\(spec.name)")
    }
  }

  /// Without somebody at a prompt, the tour is listed as a whole.
  @Test func theTourParses() throws {
    let lines = Recorder().type("help tour").split(separator: "\n").filter { $0.hasPrefix("  ") }
    #expect(lines.count == 17)
    for line in lines { _ = try canonical(line.trimmingCharacters(in: .whitespaces)) }
  }

  @Test func mutatedExamplesNeverTrap() {
    let examples = context.registry.specs.flatMap { $0.examples.map(\.line) }
    let pieces = [
      "[", "]", "\"", "$", "=", "->", "|", " ", "0..9", "1e99", "-", "é", "99999999999999999999",
    ]
    var random = SeededGenerator(state: 7)
    for _ in 0..<5000 {
      var line = examples.randomElement(using: &random) ?? ""
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = line.index(
          line.startIndex, offsetBy: Int.random(in: 0...line.count, using: &random))
        if Bool.random(using: &random), at < line.endIndex {
          line.remove(at: at)
        } else {
          line.insert(contentsOf: pieces.randomElement(using: &random) ?? "", at: at)
        }
      }
      _ = context.completer.complete(line)
      guard let text = try? canonical(line) else { continue }
      #expect((try? canonical(text)) == text, "\(line.debugDescription)")
    }
  }

  private func canonical(_ line: String) throws -> String {
    let parser = CommandParser(
      registry: context.registry, environment: context.environment, allowsAbbreviations: false)
    return try Lexer.items(of: SourceText(line)).compactMap { item in
      guard case .command(let statement) = item else { return nil }
      return try parser.parse(statement).canonicalText
    }.joined(separator: "; ")
  }
}
