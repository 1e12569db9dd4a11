import CommandLanguage
import Foundation
import Sessions
import Testing

@testable import Commands

/// What an error tells to type instead, and that it works.
@Suite struct HelpLineTests {
  private static let contrastive = [
    "data demo n=40", "backbone small width=4", "method simclr batch=20 proj=[16,8]", "seed 1",
  ]

  /// The help line of a command that fails.
  private func help(_ session: TrainedSession, _ line: String) throws -> String {
    do {
      _ = try session.output(line)
    } catch let error as Diagnostic {
      return try #require(error.help, "\(line)")
    }
    Issue.record("'\(line)' is no error")
    return ""
  }

  @Test func stringsHoldVariablesAlone() throws {
    let session = try TrainedSession(Self.contrastive, steps: 1)
    #expect(try help(session, #"note "${1+1}""#) == "let x = 1+1, then ${x}")
    #expect(try help(session, #"note "loss is ${loss}""#) == "let l = loss, then ${l}")
    _ = try session.output("let l = loss")
    #expect(session.text(#"note "loss is ${l}""#).hasPrefix("  loss is "))
    #expect(try help(session, #"note "loss is ${loss}""#) == "let l_2 = loss, then ${l_2}")
    #expect(session.text(#"note "${1+1}""#).contains("'${…}' holds the name of a variable"))
    // A name that is nothing yet is a variable that was not set.
    #expect(try help(session, #"note "${best}""#) == "let best = VALUE")
    #expect(try help(session, "print $loss + 1") == "loss")
    #expect(try help(session, "step $step") == "(step)")
  }

  @Test func variablesThatMeetOtherNames() throws {
    let session = try TrainedSession(Self.contrastive, steps: 1)
    _ = try session.output("let k = 2")
    #expect(try help(session, "break k > 3") == "$k")
    #expect(try help(session, "let z1 = 3 + $k") == "let my_z1 = 3 + $k")
    _ = try session.output("let my_z1 = 3 + $k")
    #expect(try help(session, "let z1=3") == "let my_z1_2 =3")
  }

  @Test func columnsNeedCommas() throws {
    let session = try TrainedSession(Self.contrastive, steps: 1)
    for line in [
      "params | cols parameter norm", "params | cols parameter, norm",
      "params | cols parameter ,norm",
    ] {
      #expect(try help(session, line) == "params | cols parameter,norm")
    }
    #expect(try session.table("params | cols parameter,norm").columns.count == 2)
  }

  @Test func anotherMomentStandsInTheSameCommand() throws {
    let session = try TrainedSession(Self.contrastive, steps: 3)
    for (line, expected) in [
      ("tensor z1@e99", "tensor z1@s3"), ("tensor z1@main/s88[0:2]", "tensor z1@main/s3[0:2]"),
      ("stats w:backbone.conv1.weight@-50", "stats w:backbone.conv1.weight@s0"),
      ("rewind @main/e77", "rewind @main/s3"), ("rewind @s99", "rewind @s3"),
      ("compare @s1 @s99", "compare @s1 @s3"), ("compare @s99 @s1", "compare @s3 @s1"),
      ("print norm(z1@e99) + 1", "z1@s3"),
    ] {
      #expect(try help(session, line) == expected)
      if expected.contains(" ") { _ = try session.output(expected) }
    }
    _ = try session.output("snap start")
    #expect(try help(session, "tensor z1@start/s1") == "tensor z1@start")
  }

  @Test func anotherMethodGoesOnOnceStepsWereTaken() throws {
    let session = try TrainedSession(Self.contrastive)
    #expect(try help(session, "attn") == "method simclr-attn")
    #expect(try help(session, "bank ages") == "method simsiam-multi")
    _ = try session.output("step 1")
    #expect(try help(session, "attn") == "swap method simclr-attn")
    #expect(try help(session, "bank ages") == "swap method simsiam-multi")
    #expect(try help(session, "tensor attn") == "swap method simclr-attn")
    #expect(try help(session, "tensor bank") == "swap method simsiam-multi")
    #expect(try help(session, "collapse layer=p") == "swap method simsiam")
    _ = try session.output("swap method simclr-attn; step 1; attn")
    #expect(session.bench.summary.step == 2)
  }

  @Test func aLossThatIsNoNumberAsksForALowerRate() throws {
    let session = try TrainedSession(Self.contrastive + ["optim sgd lr=1e30"])
    #expect(try help(session, "step 9") == "undo ; swap optim lr=1e+29")
    _ = try session.output("undo ; swap optim lr=1e+29")
    #expect(session.bench.summary.step == 0)
    _ = try session.output("set nonfinite allow; step 4")
    let health = try session.table("show health")
    for (name, reading) in zip(health.texts("metric"), health.texts("reading"))
    where ["loss", "total", "z_std", "erank"].contains(name) {
      #expect(reading == "not a number", "\(name)")
    }
  }

  @Test func theVariablesOfAScriptAreNamedOnce() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("s.dyad", "let w = 1\nlet w = 2\nlet b = 2\n")
    let result = try DyadProcess.run([file, "v=3"])
    #expect(result.status == 1 && result.errors.contains("it has w or b\n"))
  }
}
