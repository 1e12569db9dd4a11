import CommandLanguage
import Commands
import Foundation
import Sessions
import Testing

@Suite struct TourTests {
  /// The commands of the tour run one after another in a narrow session, and each leads to the next.
  @Test func everyStopLeadsOn() throws {
    let session = try TrainedSession(redirectsFiles: true)
    let shell = session.context.shell
    shell.leadsTours = true
    #expect(session.text("help tour").contains("1/17"))
    var commands: [String] = []
    while let command = shell.tour?.next {
      commands.append(command)
      // The same tour on fewer images: what is tested is that the commands fit each other.
      // Reading is not redirected: the page is made of a file elsewhere.
      let folder = try #require(shell.files.redirection)
      let here = FileManager.default.currentDirectoryPath
      let quick = command.replacingOccurrences(of: "n=1000", with: "n=128")
        .replacingOccurrences(of: "backbone small", with: "backbone small width=2")
        .replacingOccurrences(of: "export tour.dyad", with: "export \(folder + here)/tour.dyad")
      if let error = session.interpreter.run(quick, report: { _ in }) {
        Issue.record("\(command): \(error.message)")
      }
      #expect(shell.tour?.didRun("something else") == false)
      #expect(shell.tour?.didRun(command) == true)
    }
    #expect(commands.count == 17)
    #expect(shell.tour?.text.contains("That was the tour") == true)
    #expect(session.context.timeline.branches.map(\.name) == ["main", "main-2"])
    #expect(session.text("help tour off").contains("over"))
  }

  @Test func aCommandCanBeLeftOut() throws {
    let session = try TrainedSession()
    session.context.shell.leadsTours = true
    #expect(session.text("help tour next").contains("no tour"))
    _ = session.text("help tour")
    #expect(session.text("help tour next").hasPrefix("2/17"))
    #expect(session.text("help tour sideways").contains("'next', 'off' or nothing"))
  }
}
