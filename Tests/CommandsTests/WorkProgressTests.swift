import CommandLanguage
import Foundation
import Testing

@testable import Commands

@Suite struct WorkProgressTests {
  @Test func partsThatFindNoRoomAreLeftOutWhole() {
    let state = WorkState(
      done: 449, all: 3000, secondsLeft: 72.4, details: ["loss 3.8521", "▁▂▃▄▅▆▇█▇▆▅▄"])
    let bar = "██" + String(repeating: "░", count: 18)
    #expect(
      state.text(columns: 79)
        == "  \(bar) 449/3000  loss 3.8521  ▁▂▃▄▅▆▇█▇▆▅▄  72.4 s left")
    #expect(state.text(columns: 59) == "  \(bar) 449/3000  loss 3.8521  72.4 s left")
    #expect(state.text(columns: 39) == "  449/3000  loss 3.8521  72.4 s left")
    #expect(state.text(columns: 35) == "  449/3000  72.4 s left")
    #expect(state.text(columns: 20) == "  72.4 s left")
    #expect(state.text(columns: 5) == "")
    for columns in 0..<90 { #expect(DisplayWidth.of(state.text(columns: columns)) <= columns) }
    let features = WorkState(label: "features", done: 128, all: 2500, secondsLeft: 4)
    #expect(features.text(columns: 59).hasPrefix("  features █░"))
    #expect(features.text(columns: 35) == "  features 128/2500  4.0 s left")
    #expect(features.text(columns: 25) == "  128/2500  4.0 s left")
  }

  @Test func allLongWorkSaysHowFarItIs() throws {
    let session = try TrainedSession(
      [
        "data demo n=40", "backbone small width=4", "method simclr batch=20 proj=[16,8]",
        "snap start", "step 4",
      ], redirectsFiles: true)
    var states: [WorkState] = []
    session.context.patience = 0
    session.context.onProgress = { if case .work(let state) = $0 { states.append(state) } }
    let works: [(line: String, label: String, count: Int?)] = [
      ("step 2", "", 2), ("knn n_test=20", "features", 60), ("collapse", "features", 80),
      ("viz graph n=20 -> g.png", "features", 20), ("viz spectrum n=30 -> s.png", "features", 30),
      ("save features f.safetensors", "features", 40),
      ("batch record b.safetensors epochs=2", "batches", 4), ("rewind @s3", "steps again", nil),
    ]
    for (line, label, count) in works {
      states = []
      _ = try session.output(line)
      let last = try #require(states.last, "\(line)")
      #expect(last.label == label && last.all == count ?? last.all, "\(line)")
      #expect(states.allSatisfy { $0.done > 0 && $0.done <= $0.all && $0.secondsLeft >= 0 })
    }
  }

  @Test func whatIsShortSaysNothing() throws {
    let session = try TrainedSession(TrainedSession.attention)
    session.context.onProgress = { if case .work = $0 { Issue.record("a bar at once") } }
    session.context.patience = 1000
    _ = try session.output("step 2; knn n_train=50 n_test=20")
  }
}
