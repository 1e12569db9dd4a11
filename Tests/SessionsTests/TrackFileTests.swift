import Files
import Foundation
import TestSupport
import Testing

@testable import Sessions

/// The file of a recording, found again by the session that wrote it.
@Suite struct TrackFileTests {
  private static func record(_ step: Int, loss: Double? = nil) -> StepRecord {
    StepRecord(
      step: step, epoch: step / 4, rates: [("weights", 0.1)],
      values: [.loss: loss ?? 1 / Double(step)])
  }

  private static func line(_ step: Int, loss: Double? = nil) -> String {
    "{\"step\":\(step),\"epoch\":\(step / 4),\"loss\":\(loss ?? 1 / Double(step)),"
      + "\"lr\":{\"weights\":0.1}}\n"
  }

  /// Goes on at step 3 with a file of some content; the state knows what was written, or does not.
  private func resumed(
    _ content: String?, sealed: Bool, copy: String? = nil, firstLine: String? = nil, step: Int = 3
  ) throws -> (content: String?, result: TrackResumption?, lost: String?) {
    try withTemporaryFolder { folder in
      let path = folder + "/t.jsonl"
      var seal: WrittenRows.Seal?
      let records = step == 0 ? [] : (1...step).map { Self.record($0) }
      if sealed {
        let track = try Track(metrics: [.loss], withRates: true, every: .steps(1), path: path)
        for record in records { try track.write(record, branch: nil) }
        seal = track.written?.seal
      }
      try content?.write(toFile: path, atomically: true, encoding: .utf8)
      if content == nil { unlink(path) }
      let track = Track(
        SessionExtras.TrackShape(
          metrics: [.loss], withRates: true, every: .steps(1), path: path, written: seal))
      var result: TrackResumption?
      var lost: String?
      do {
        result = try track.resume(
          at: path, records: records, copy: copy.map { Array($0.utf8) }, firstLine: firstLine)
        try track.write(Self.record(step + 1), branch: nil)
      } catch {
        lost = "\(error)".replacing(folder + "/", with: "")
        #expect(track.isWithoutFile)
        try track.write(Self.record(step + 1), branch: nil)
      }
      return (try? String(contentsOfFile: path, encoding: .utf8), result, lost)
    }
  }

  private static let own = line(1) + line(2) + line(3)
  private static let another = "'t.jsonl' does not end with a recorded step of this session"

  @Test(arguments: [true, false])
  func laterRowsAreCut(sealed: Bool) throws {
    for (later, count) in [
      ("", 0), (Self.line(4, loss: 9), 1), (Self.line(4) + Self.line(5), 2),
      (Self.line(4) + "{\"step\":5,\"epo", 1),
    ] {
      let found = try resumed(Self.own + later, sealed: sealed)
      #expect(found.content == Self.own + Self.line(4) && found.lost == nil)
      #expect(found.result?.cut == count && found.result?.added == 0)
    }
  }

  /// A session that went back has rows of what it gave up among its own.
  @Test func rowsOfOtherLinesOfTimeStay() throws {
    let content = Self.line(1) + Self.line(2, loss: 7) + Self.line(3, loss: 8) + Self.line(2)
    let found = try resumed(content + Self.line(3) + Self.line(4, loss: 5), sealed: false)
    #expect(found.content == content + Self.line(3) + Self.line(4))
  }

  @Test(arguments: [true, false])
  func anotherFileIsLeftAlone(sealed: Bool) throws {
    for content in [
      Self.line(1) + Self.line(2) + Self.line(3, loss: 9), Self.line(1, loss: 9) + Self.line(2),
      Self.line(1) + Self.line(2, loss: 9) + Self.line(3), "precious", "precious\n",
      Self.own + "precious\n", Self.own + "precious", Self.own + "{\"step\":4}\n",
      Self.own + Self.line(4) + "{\"other\":1}\n", Self.line(7) + Self.line(8),
    ] {
      let found = try resumed(content, sealed: sealed)
      #expect(found.content == content && found.lost == Self.another && found.result == nil)
    }
  }

  /// After a power cut a file may lack its last rows.
  @Test(arguments: [true, false])
  func rowsThatTheDiskLostAreWrittenAgain(sealed: Bool) throws {
    let found = try resumed(Self.line(1) + "{\"st", sealed: sealed)
    #expect(found.content == Self.own + Self.line(4) && found.result?.added == 2)
    // Of a file that is gone, only what recovery has made again is known.
    let gone = try resumed(nil, sealed: sealed)
    #expect(gone.content == nil && gone.lost?.contains("no such file") == true)
    let copied = try resumed(nil, sealed: sealed, copy: Self.own)
    #expect(copied.content == Self.own + Self.line(4) && copied.result?.added == 3)
    let empty = try resumed("", sealed: sealed, copy: Self.own)
    #expect(empty.content == Self.own + Self.line(4))
  }

  /// Before the first row nothing can be compared but what the journal says of it.
  @Test func aFileOfWhichNoRowIsRecovered() throws {
    let later = Self.line(1) + Self.line(2)
    let first = String(Self.line(1).dropLast())
    let own = try resumed(later, sealed: true, firstLine: first, step: 0)
    #expect(own.content == Self.line(1) && own.result?.cut == 2)
    for other in [nil, String(Self.line(1, loss: 9).dropLast())] {
      let found = try resumed(later, sealed: true, firstLine: other, step: 0)
      #expect(found.content == later && found.lost == Self.another)
    }
    #expect(try resumed("", sealed: true, step: 0).content == Self.line(1))
  }

  @Test func aFileThatIsBeingWrittenIsLeft() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.jsonl"
      let writer = try Track(metrics: [.loss], withRates: true, every: .steps(1), path: path)
      for step in 1...5 { try writer.write(Self.record(step), branch: nil) }
      let other = Track(
        SessionExtras.TrackShape(
          metrics: [.loss], withRates: true, every: .steps(1), path: path))
      let error = #expect(throws: FileError.self) {
        _ = try other.resume(at: path, records: (1...3).map { Self.record($0) })
      }
      #expect(error?.message == "'\(path)' is being written by another session")
      try writer.write(Self.record(6), branch: nil)
      #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == 6)
    }
  }

  /// What a session file says of its recordings is not trusted.
  @Test(arguments: [-1, 1 << 62, Int.max, Int.min])
  func aSealOfAnySizeIsRead(bytes: Int) throws {
    var rows = WrittenRows(WrittenRows.Seal(bytes: bytes, hash: "0"))
    rows.append("more")
    #expect(rows.length(in: Array("some text".utf8)) == nil)
    #expect(rows.isEmpty == false)
  }
}
