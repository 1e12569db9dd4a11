import CommandLanguage
import Commands
import Sessions
import Testing

/// Expressions over a session's tensors, against metrics that the engine measures itself.
@Suite struct TensorExpressionCommandTests {
  private static let setup = [
    "seed 3", "data demo n=60", "backbone small width=2", "method simclr batch=20 proj=[8,4]",
  ]

  private func value(_ session: TrainedSession, _ text: String) throws -> Double {
    _ = try session.output("let it = \(text)")
    guard case .number(let value)? = session.context.shell.variables["it"] else { return .nan }
    return value
  }

  @Test func expressionsAgreeWithTheEnginesMetrics() throws {
    let session = try TrainedSession(Self.setup, steps: 3)
    let last = try #require(session.bench.metrics.records.last)
    let std = try value(
      session, "(mean(std(normalize(z1), 0)) + mean(std(normalize(z2), 0))) / 2")
    #expect(abs(std - (last.values[.zStd] ?? 0)) < 1e-6)
    // sim has the cosines of both views' rows: row 0 of z1 with row 0 of z2 is at [0, 20].
    #expect(abs(try value(session, "sim[0, 20] - cos(z1[0], z2[0])")) < 1e-6)
    #expect(
      abs(
        try value(session, "norm(matmul(normalize(z1), transpose(normalize(z2))) - sim[:20, 20:])"))
        < 1e-5)
    // A step of SGD with momentum from zero state: the first one moves by −lr (g + wd w).
    _ = try session.output("optim sgd lr=0.5 wd=0; schedule const; seed 3; step 1")
    let name = "backbone.conv1.weight"
    let moved = try value(session, "norm(w:\(name) - w:\(name)@s0 + 0.5 * g:\(name))")
    #expect(moved < 1e-6 * (try value(session, "norm(w:\(name))")))
  }

  @Test func commandsTakeExpressions() throws {
    let session = try TrainedSession(Self.setup, steps: 2)
    #expect(session.text("tensor z1 - z1").hasPrefix("  z1 - z1  [20, 4]   batch of step 2"))
    let table = try session.table("stats norm(normalize(z1), 1)")
    #expect(table.numbers("count") == [20])
    #expect(abs(table.numbers("min")[0] - 1) < 1e-6 && abs(table.numbers("max")[0] - 1) < 1e-6)
    _ = try session.output("let k = 3; let ref = \"z2\"")
    #expect(session.text("tensor z1[0:$k]").contains("[3, 4] of [20, 4]"))
    #expect(session.text("tensor $ref[0, :2]").contains("z2[0, :2]  [2] of [20, 4]"))
    #expect(session.text("tensor z1[0:3] * $k").contains("[3, 4]"))
    #expect(
      session.text("expect mean(abs(z1)) > 0").contains(
        "holds: mean(abs(z1)) > 0   (mean(abs(z1)) = "))
    #expect(session.text("expect loss < 0").contains("expected loss < 0, which does not hold"))
    #expect(session.text("if z1 > 0 { knn }").contains("is a tensor of shape [20, 4]"))
    #expect(session.text("tensor loss").contains("unknown reference 'loss'"))
    #expect(session.text("tensor z1 + nope").contains("unknown metric 'nope'"))
    #expect(session.text("stats z1[99]").contains("index 99 is out of range: axis 0 of 'z1'"))
  }

  @Test func conditionsTakeTensors() throws {
    let session = try TrainedSession(Self.setup)
    #expect(session.text("break norm(g:nope) > 1").contains("unknown tensor 'g:nope'"))
    #expect(session.text("break mean(z1@e1) > 1").contains("looks at the present state"))
    // Before the first step there is no z1: the condition waits.
    _ = try session.output("watch max(abs(z1)) > 0 then { snap seen }")
    _ = try session.output("step 2")
    #expect(session.context.timeline.snapshotNames == ["seen"])
    #expect(session.text("watch z1 + w:backbone.conv1.weight > 0").contains("do not fit"))
    #expect(session.text("break z1 > 0").contains("is a tensor of shape [20, 4]"))
    #expect(session.context.shell.watches.count == 1)
    // One that cannot be computed any more ends training, and says so.
    _ = try session.output("seed 4; break sum(z1 * h1[:, :4]) > 1e9")
    _ = try session.output("backbone mlp width=3")
    let text = session.text("step 3")
    #expect(text.contains("'sum(z1 * h1[:, :4]) > 1e9' cannot be computed"), "\(text)")
  }
}
