import CommandLanguage
import Testing

@Suite struct WordWrapTests {
  @Test(arguments: [
    ("short", "short"), ("", ""),
    ("error: one two three four five six", "error: one two three\nfour five six"),
    // A list keeps its columns, a paragraph its indent.
    ("  name   what it is and why it is", "  name   what it is\n         and why it\n         is"),
    ("  a paragraph that is indented", "  a paragraph that\n  is indented"),
    (
      "  name   what it is and why\n         it is so",
      "  name   what it is\n         and why it\n         is so"
    ),
    // A row of values breaks between them.
    (
      "  step 9   e1   loss 4.11 / 4.84   knn 27.2 %   31 ms",
      "  step 9   e1\n  loss 4.11 / 4.84\n  knn 27.2 %   31 ms"
    ),
    // A word that is too long is not broken, and nothing is lost.
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaa b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nb"),
    // What carets point into keeps its columns.
    (
      "error: x\n  tensor z1[0:3, 128] and so on\n                 ^^^\nhelp: y",
      "error: x\n  tensor z1[0:3, 128] and so on\n                 ^^^\nhelp: y"
    ),
    ("漢字漢字 漢字漢字 漢字漢字", "漢字漢字 漢字漢字\n漢字漢字"),
  ]) func linesBreakAtWords(text: String, expected: String) {
    #expect(WordWrap.wrapped(text, width: 20) == expected)
  }

  @Test(arguments: [
    ("  a sentence that goes on hangs", "  a sentence that\n    goes on hangs"),
    // The parts of a reply stay whole, and so do a shape and a number with its unit.
    ("  in use 56 MB   peak 5 MB", "  in use 56 MB\n  peak 5 MB"),
    ("  steps    4 in both, so", "  steps    4 in\n           both, so"),
    ("  the values of [64, 128]", "  the values of\n    [64, 128]"),
    ("  it takes about 12 MB, so", "  it takes about\n    12 MB, so"),
    // A word that needs the whole line begins at its edge.
    ("  see wwwwwwwwwwwwwwwwwwww", "  see\nwwwwwwwwwwwwwwwwwwww"),
  ]) func repliesHang(text: String, expected: String) {
    #expect(WordWrap.wrapped(text, width: 20, hanging: 2) == expected)
  }

  @Test func everyWordSurvivesAtEveryWidth() {
    let text = "  key=VALUE  what it does, with   odd  spaces\n\nand another line of some length"
    for width in 1...80 {
      let wrapped = WordWrap.wrapped(text, width: width)
      #expect(
        wrapped.split(whereSeparator: \.isWhitespace) == text.split(whereSeparator: \.isWhitespace))
      let most = wrapped.split(separator: "\n").map { DisplayWidth.of($0) }.max() ?? 0
      #expect(most <= max(width, 20))
    }
  }

  @Test func prefixesCountColumns() {
    #expect(DisplayWidth.prefix("漢字abc", columns: 5) == "漢字a")
    #expect(DisplayWidth.prefix("漢字abc", columns: 3) == "漢")
    #expect(DisplayWidth.prefix("e\u{301}█░", columns: 2) == "e\u{301}█")
    #expect(DisplayWidth.of("👍🏽") == 2)
  }
}
