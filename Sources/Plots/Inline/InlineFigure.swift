import Foundation
import Images

/// A PNG file → what a terminal needs to show it where the cursor stands.
public enum InlineFigure {
  /// A protocol for pictures.
  public enum Form: String, Sendable, CaseIterable {
    case kitty, iterm, sixel
  }

  /// The terminal's size.
  public struct Space: Sendable, Equatable {
    /// Characters in a row and rows.
    public let columns, rows: Int
    /// The pixels of one character.
    public let cellWidth, cellHeight: Double

    /// Describes a terminal; sizes in pixels that are 0 are unknown and taken as usual ones.
    public init(columns: Int, rows: Int, pixelWidth: Int = 0, pixelHeight: Int = 0) {
      self.columns = max(1, columns)
      self.rows = max(1, rows)
      cellWidth = pixelWidth > 0 ? Double(pixelWidth) / Double(self.columns) : 9
      cellHeight = pixelHeight > 0 ? Double(pixelHeight) / Double(self.rows) : 18
    }

    /// The pixels that an image of this size gets: never more than its own, and with the prompt
    /// below it no more than the terminal's.
    func fit(width: Int, height: Int) -> (width: Int, height: Int) {
      let (w, h) = (Double(max(1, width)), Double(max(1, height)))
      let scale = min(
        1, Double(columns) * cellWidth / w, Double(max(1, rows - 2)) * cellHeight / h)
      return (max(1, Int(w * scale)), max(1, Int(h * scale)))
    }

    /// The characters that some pixels cover.
    func cells(_ size: (width: Int, height: Int)) -> (columns: Int, rows: Int) {
      (
        min(columns, max(1, Int((Double(size.width) / cellWidth).rounded(.up)))),
        max(1, Int((Double(size.height) / cellHeight).rounded(.up)))
      )
    }
  }

  /// The largest file that is shown, in bytes.
  public static let maxBytes = 16 << 20

  /// Encodes a PNG file, scaled down to the terminal.
  ///
  /// - Throws: `ImageError` when the bytes are no PNG file.
  public static func encode(_ png: [UInt8], as form: Form, in space: Space) throws -> [UInt8] {
    if form == .sixel {
      let image = try PNG.decode(png)
      let size = space.fit(width: image.width, height: image.height)
      let isSame = size == (image.width, image.height)
      return SixelEncoder.encode(
        isSame
          ? image
          : image.resized(width: size.width, height: size.height, interpolation: .bilinear))
    }
    let size = try size(of: png)
    let cells = space.cells(space.fit(width: size.width, height: size.height))
    let text = Data(png).base64EncodedString()
    return Array((form == .kitty ? kitty(text, cells) : iterm(text, png.count, cells)).utf8)
  }

  /// Chunks of at most 4096 characters; the terminal is not to answer (`q=2`).
  private static func kitty(_ text: String, _ cells: (columns: Int, rows: Int)) -> String {
    let bytes = Array(text.utf8)
    var out = ""
    for start in stride(from: 0, to: bytes.count, by: 4096) {
      let end = min(bytes.count, start + 4096)
      let first = start == 0 ? "a=T,f=100,q=2,c=\(cells.columns),r=\(cells.rows)," : ""
      out += "\u{1b}_G\(first)m=\(end < bytes.count ? 1 : 0);"
      out += String(decoding: bytes[start..<end], as: UTF8.self) + "\u{1b}\\"
    }
    return out
  }

  private static func iterm(_ text: String, _ count: Int, _ cells: (columns: Int, rows: Int))
    -> String
  {
    "\u{1b}]1337;File=inline=1;size=\(count);width=\(cells.columns);height=\(cells.rows);"
      + "preserveAspectRatio=1:\(text)\u{07}"
  }

  /// The size that a PNG file's header says.
  private static func size(of png: [UInt8]) throws -> (width: Int, height: Int) {
    guard png.count >= 24, png.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    else { throw ImageError("expected a PNG file, found \(png.count) bytes without its header") }
    func number(_ at: Int) -> Int { png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20))
  }
}
