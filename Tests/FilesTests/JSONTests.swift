import Files
import Foundation
import TestSupport
import Testing

@Suite struct JSONTests {
  @Test func numbersReadBackExactly() throws {
    let doubles: [Double] = [
      0.1, 1 / 3, .leastNonzeroMagnitude, 1.7976931348623157e308, -0.0, 123_456_789_012_345_680,
      1e22,
    ]
    for value in doubles {
      let back = try #require(try JSONText.parse(JSONText.number(value)).double)
      #expect(back.bitPattern == value.bitPattern)
    }
    var mutator = Mutator(3)
    for _ in 0..<2000 {
      let bits = UInt32(mutator.below(1 << 16)) << 16 | UInt32(mutator.below(1 << 16))
      let value = Float(bitPattern: bits)
      guard value.isFinite else { continue }
      let back = try #require(try JSONText.parse(JSONText.number(value)).double)
      #expect(Float(back).bitPattern == bits)
    }
    #expect(JSONText.number(Float.nan) == "\"nan\"")
    #expect(JSONText.number(-Double.infinity) == "\"-inf\"")
    #expect(JSONValue.string("-inf").double == -.infinity)
    #expect(JSONText.number(Float(0.1)) == "0.1")
  }

  @Test func valuesKeepTheirOrder() throws {
    let text = #"{"b":1,"a":[true,null,-2.5,"x\ty\u00e9"],"c":{}}"#
    let value = try JSONText.parse(text)
    #expect(value.object?.keys == ["b", "a", "c"])
    #expect(value["a"]?[3]?.string == "x\tyé")
    #expect(value["b"]?.int == 1 && value["a"]?[2]?.double == -2.5)
    #expect(value["none"] == nil && value["a"]?[9] == nil)
    let again = try JSONText.parse(JSONText.compact(value))
    #expect(again == value)
  }

  @Test func foundationReadsWhatIsWritten() throws {
    let value = JSONValue.members([
      ("quote\" \\ / \u{1} \u{7F} 😀", .double(1e-7)), ("list", .array([.int(.min), .bool(false)])),
    ])
    let data = Data(JSONText.compact(value).utf8)
    let read = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(read["quote\" \\ / \u{1} \u{7F} 😀"] as? Double == 1e-7)
    #expect((read["list"] as? [Any])?.first as? Int == .min)
  }

  @Test func surrogatePairs() throws {
    #expect(try JSONText.parse(#""\ud83d\ude00""#).string == "😀")
    for bad in [#""\ud83d""#, #""\ud83dx""#, #""\ude00""#, #""\ud83d\u0041""#] {
      #expect(throws: FileError.self) { try JSONText.parse(bad) }
    }
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "1e", "nul", "\"a", "\"\n\"", "[1] 2",
    "{\"a\":1,\"a\":2}", "{1:2}", "1e999", "-", "\"\\x\"", "\"\\u12g4\"", "nan",
  ]) func refusesWhatIsNotJSON(_ text: String) {
    #expect(throws: FileError.self) { try JSONText.parse(text) }
  }

  @Test func depthAndSizeAreLimited() throws {
    let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    _ = try JSONText.parse(deep)
    expectFileError("at most 64 levels") { _ = try JSONText.parse("[" + deep + "]") }
    expectFileError("64 levels") { _ = try JSONText.parse(String(repeating: "[", count: 100_000)) }
    expectFileError("at most 3 bytes") { _ = try JSONText.parse(Array("[12]".utf8), limit: 3) }
    expectFileError("UTF-8") { _ = try JSONText.parse([0x22, 0xFF, 0x22]) }
  }

  @Test func mutatedTextsNeverCrash() {
    let text = Array(#"{"b":1,"a":[true,null,-2.5e-3,"x\ty\u00e9"],"c":{"d":[[],{}]}}"#.utf8)
    for seed in 0..<2000 {
      var mutator = Mutator(UInt64(seed))
      _ = try? JSONText.parse(mutator.mutate(text))
    }
  }
}
