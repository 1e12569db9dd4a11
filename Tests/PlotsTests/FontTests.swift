import Testing

@testable import Plots

struct FontTests {
  @Test func everyPrintableCharacterHasADrawing() {
    for code in UInt8(32)...126 {
      let c = Character(Unicode.Scalar(code))
      #expect(Font.has(c), "'\(c)'")
    }
    for c in "–−×·°±µαβστλ≤≥→…′²³éü½√∞≈≠‖äöÅçñ₁₀⁻⁵" { #expect(Font.has(c), "'\(c)'") }
    #expect(!Font.has("漢"))
  }

  @Test func glyphsStayInsideTheLine() {
    for (c, glyph) in GlyphTable.glyphs {
      for line in glyph.lines {
        for p in line.points {
          #expect(p.y > -0.3 && p.y < 0.95, "\(c)")
          #expect(p.x > -0.05 && p.x < glyph.advance + 0.05, "\(c)")
        }
      }
    }
  }

  @Test func digitsHaveOneWidth() {
    for digit in "0123456789" {
      #expect(abs(Font.width(String(digit), size: 10) - 5.56) < 1e-9)
    }
  }

  @Test func capitalsAndSmallLettersHaveTheirHeights() {
    func height(_ s: String) -> Double {
      let tops = TextRun(s, at: Point(0, 0), size: 1).strokes().map { stroke -> Double in
        switch stroke {
        case .line(let points, let width): (points.map { -$0.y }.max() ?? 0) + width / 2
        case .dot(let centre, let radius): -centre.y + radius
        }
      }
      return tops.max() ?? 0
    }
    #expect(abs(height("H") - 0.718) < 1e-9)
    #expect(abs(height("x") - 0.522) < 1e-9)
  }

  @Test func pairsAreKerned() {
    #expect(Font.width("AV", size: 1) < Font.width("A", size: 1) + Font.width("V", size: 1))
  }

  @Test func longTextIsElidedAndWrapped() {
    let long = String(repeating: "verylongclassname", count: 40)
    let cut = Font.elided(long, width: 50, size: 6)
    #expect(cut.hasSuffix("…"))
    #expect(Font.width(cut, size: 6) <= 50)
    let lines = Font.wrapped("one two three four five six seven", width: 40, size: 6)
    #expect(lines.joined(separator: " ") == "one two three four five six seven")
    #expect(lines.allSatisfy { Font.width($0, size: 6) <= 40 })
    #expect(Font.elided("x", width: 0, size: 6) == "")
  }

  @Test func textBoxHoldsItsInk() {
    var list = DrawList()
    let run = TextRun("Agbé", at: Point(30, 30), size: 12, .centre, .middle)
    list.text(run)
    let bytes = Renderer.render(list, width: 60, height: 60, dpi: 72)
    let box = run.box
    for y in 0..<60 {
      for x in 0..<60 where bytes[3 * (y * 60 + x)] < 200 {
        #expect(Double(x) >= box.x - 1 && Double(x) <= box.maxX)
        #expect(Double(y) >= box.y - 1 && Double(y) <= box.maxY)
      }
    }
    #expect(bytes.contains { $0 < 80 })
  }

  @Test func turnedTextRunsUpwards() {
    let run = TextRun("label", at: Point(10, 50), size: 6, .left, .baseline, turned: true)
    #expect(abs(run.box.height - Font.width("label", size: 6)) < 1e-9)
    #expect(abs(run.box.maxY - 50) < 1e-9)
    #expect(run.box.x < 10 && run.box.maxX > 10)
  }
}
