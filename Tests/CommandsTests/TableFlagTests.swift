import CommandLanguage
import Commands
import Testing

/// `givesTable` in a declaration decides whether `|` may follow: it must be what the command does.
@Suite struct TableFlagTests {
  private static let sessions = [TrainedSession.bank, TrainedSession.attention]

  @Test func aFormSaysWhetherItGivesATable() throws {
    var seen: Set<String> = []
    for lines in Self.sessions {
      let session = try TrainedSession(lines, steps: 14, redirectsFiles: true)
      _ = try session.output("snap start")
      for spec in session.context.registry.specs where spec.name != "quit" {
        for example in spec.examples {
          guard let (form, isTable) = try run(example.line, in: session) else { continue }
          seen.insert(spec.name + " " + form.name)
          #expect(form.givesTable == isTable, "\(example.line)")
        }
      }
    }
    let tables = Registry(AllCommands.list.map { $0.spec }).specs.flatMap { spec in
      spec.forms.filter(\.givesTable).map { spec.name + " " + $0.name }
    }
    // No example shows them, but the set-up of the sessions cannot change while examples run.
    #expect(Set(tables).subtracting(seen) == ["track list"])
  }

  /// The form of an example that runs here, and whether it replied with a table.
  private func run(
    _ line: String, in session: TrainedSession
  ) throws -> (CommandForm, isTable: Bool)? {
    let bare = String(line.split(separator: "|")[0])
    let parser = CommandParser(
      registry: session.context.registry, environment: session.context.environment,
      allowsAbbreviations: false)
    guard case .command(let statement)? = try Lexer.items(of: SourceText(bare)).first,
      let invocation = try? parser.parse(statement),
      // Only what looks: the examples that change the session would change those after them.
      !invocation.form.isLogged || invocation.form.givesTable,
      !["load", "save", "source", "replay", "batch"].contains(invocation.spec.name)
        || invocation.form.givesTable,
      let output = try? session.output(bare)
    else { return nil }
    if case .table = output.content { return (invocation.form, true) }
    return (invocation.form, false)
  }
}
