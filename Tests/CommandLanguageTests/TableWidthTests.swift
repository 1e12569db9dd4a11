import Testing

@testable import CommandLanguage

/// Tables and numbers in the width of a terminal.
@Suite struct TableWidthTests {
  private static let health = Table(
    [.init("metric"), .init("value"), .init("against"), .init("reading")],
    rows: [
      [
        .text("loss"), .number(4.5), .text("chance"), .text("below the loss of equal similarities"),
      ],
      [.text("erank"), .number(20.25), .text("1 to 32"), .text("directions in use")],
    ], title: "  step 3   e0   loss 4.5",
    notes: ["  no sign of collapse in the batch, and more", "  a second one"])

  private static let numbers = Table(
    [.init("parameter"), .init("shape"), .init("count"), .init("norm"), .init("change")],
    rows: [
      [.text("fc1.weight"), .text("[3, 64]"), .int(192), .number(1.25), .number(0.00224)],
      [.text("fc1.bias"), .text("[64]"), .int(64), .number(0.5), .none],
    ])

  @Test func aTableThatFitsIsAsItIsElsewhere() {
    for table in [Self.health, Self.numbers] { #expect(table.text(width: 80) == table.text) }
  }

  @Test func theLastColumnOfTextWrapsAndSentencesHang() {
    #expect(
      Self.health.text(width: 56) == """
          step 3   e0   loss 4.5
          metric  value  against  reading
          loss     4.50  chance   below the loss of equal
                                  similarities
          erank   20.25  1 to 32  directions in use
          no sign of collapse in the batch, and more
          a second one
        """)
    #expect(
      Self.health.text(width: 44) == """
          step 3   e0   loss 4.5
          metric  value  against
          loss     4.50  chance
          erank   20.25  1 to 32

          metric  reading
          loss    below the loss of equal
                  similarities
          erank   directions in use
          no sign of collapse in the batch, and more
          a second one
        """)
    #expect(
      Self.health.text(width: 30).hasSuffix(
        "  no sign of collapse in the\n    batch, and more\n  a second one"))
  }

  @Test func theWidestColumnOfTextWrapsWhereTheLastIsShort() {
    let table = Table(
      [.init("step"), .init("after"), .init("memory")],
      rows: [
        [.int(3), .text("method simclr-attn batch=32 proj=[16,8]"), .text("55.8 KB")],
        [.int(4), .text("training"), .text("shared")],
      ])
    #expect(
      table.text(width: 44) == """
          step  after                        memory
             3  method simclr-attn batch=32  55.8 KB
                proj=[16,8]
             4  training                     shared
        """)
  }

  @Test func columnsFoldIntoBlocksThatBeginWithTheName() {
    #expect(
      Self.numbers.text(width: 32) == """
          parameter   shape    count
          fc1.weight  [3, 64]    192
          fc1.bias    [64]        64

          parameter    norm    change
          fc1.weight  1.250  0.002240
          fc1.bias    0.500         –
        """)
  }

  @Test func twoColumnsThatNameARowBeginEachBlock() {
    let table = Table(
      [.init("branch"), .init("step"), .init("epoch"), .init("after")],
      rows: [[.text("main"), .int(12), .int(1), .text("a command")]], names: ["branch", "step"])
    #expect(
      table.text(width: 25) == """
          branch  step  epoch
          main      12      1

          branch  step  after
          main      12  a command
        """)
  }

  @Test func aNameThatLeavesNoRoomStandsAbove() {
    let table = Table(
      [.init("parameter"), .init("count"), .init("norm")],
      rows: [
        [.text("backbone.conv1.weight"), .int(108), .number(2.5)],
        [.text("backbone.bn1.bias"), .int(4), .none],
      ])
    #expect(
      table.text(width: 24) == """
          parameter
            count   norm
          backbone.conv1.weight
              108  2.500
          backbone.bn1.bias
                4      –
        """)
  }

  @Test func onlyAWordWiderThanTheTerminalIsWiderThanIt() {
    let word = String(repeating: "w", count: 30)
    let columns: [Table.Column] = [.init("file"), .init("rows"), .init("said")]
    for count in 1...3 {
      let table = Table(
        Array(columns.prefix(count)), rows: [[.text("a \(word) b"), .int(3), .text(word)]],
        notes: ["  \(word) and more"])
      for width in 20...60 {
        for line in table.text(width: width).split(separator: "\n") {
          #expect(DisplayWidth.of(line) <= max(width, 30) && (width >= 30 || !line.contains("  w")))
        }
      }
    }
  }

  @Test func wideCharactersCountTwice() {
    let table = Table(
      [.init("class"), .init("mean"), .init("said")],
      rows: [
        [.text("漢字"), .number(1), .text("日本語の 文章 です")],
        [.text("ring"), .number(2), .text("plain")],
      ])
    #expect(
      table.text(width: 40) == """
          class   mean  said
          漢字   1.000  日本語の 文章 です
          ring   2.000  plain
        """)
    #expect(
      table.text(width: 30) == """
          class   mean
          漢字   1.000
          ring   2.000

          class  said
          漢字   日本語の 文章 です
          ring   plain
        """)
    #expect(
      table.text(width: 25) == """
          class   mean
          漢字   1.000
          ring   2.000

          class  said
          漢字   日本語の 文章
                 です
          ring   plain
        """)
  }

  @Test func colourCodesTakeNoColumnAndSurvive() {
    let red = "\u{1b}[31mred\u{1b}[0m"
    #expect(DisplayWidth.of(red) == 3 && DisplayWidth.of("[31m") == 4)
    #expect(
      WordWrap.wrapped("  one \(red) two three four", width: 20, hanging: 2)
        == "  one \(red) two three\n    four")
  }

  @Test func numbersFoldAsTablesDo() {
    let grid = NumberGrid([
      .text("  z1[0:2]  [2, 4]   batch of step 5"),
      .row(name: " ", cells: ["     0", "     1", "…", "     3"]),
      .row(name: "0", cells: ["-0.136", " 0.205", "…", " 0.468"]),
      .row(name: "…", cells: []),
      .row(name: "9", cells: [" 0.638", "-0.644", "…", " 2.261"]),
    ])
    #expect(grid.text(width: 80) == grid.text)
    #expect(
      grid.text == """
          z1[0:2]  [2, 4]   batch of step 5
                  0       1  …       3
          0  -0.136   0.205  …   0.468
          …
          9   0.638  -0.644  …   2.261
        """)
    #expect(
      grid.text(width: 24) == """
          z1[0:2]  [2, 4]
          batch of step 5
                  0       1  …
          0  -0.136   0.205  …
          …
          9   0.638  -0.644  …

                  3
          0   0.468
          …
          9   2.261
        """)
  }

  @Test func everyWordAndNumberSurvivesAtEveryWidth() {
    for table in [Self.health, Self.numbers] {
      let words = Set(table.text.split(whereSeparator: \.isWhitespace))
      for width in 1...100 {
        let text = table.text(width: width)
        #expect(Set(text.split(whereSeparator: \.isWhitespace)) == words, "\(width)")
        for line in text.split(separator: "\n") {
          #expect(DisplayWidth.of(line) <= max(width, 20), "\(width): \(line)")
        }
      }
    }
  }
}
