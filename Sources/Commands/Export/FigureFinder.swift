import Files
import Foundation
import Images
import Plots

/// Finds the figures that a script names, and checks that they are those that it speaks of.
struct FigureFinder {
  /// The largest file that is taken into an export.
  static let maxBytes = 32 << 20
  /// The most bytes of all figures of an export.
  static let maxTotalBytes = 128 << 20

  /// The script's folder: where relative paths are looked up first, then the working directory.
  let folder: String
  /// Where a path is read from: a replay's files are elsewhere.
  let readPath: (String) -> String
  private var total = 0
  private var known: [String: Found] = [:]

  /// What a path leads to.
  private enum Found {
    case png(file: String, bytes: [UInt8], origin: FigureOrigin?, size: [Int])
    case absent(String)
  }

  /// Creates a finder for a script.
  init(folder: String, readPath: @escaping (String) -> String) {
    self.folder = folder
    self.readPath = readPath
  }

  /// Returns the content of a figure, or why there is none.
  ///
  /// - Parameters:
  ///   - path: The file as the script names it.
  ///   - claim: What the script says of it: a file that was written since shows something else.
  ///   - size: Its columns and rows as the reply has them, where it has.
  /// - Returns: The content.
  mutating func content(
    of path: String, claim: FigureClaim, size: [Int]? = nil
  ) -> Notebook.Figure.Content {
    let found = known[path] ?? load(path)
    known[path] = found
    switch found {
    case .absent(let reason): return .absent(reason)
    case .png(let file, let bytes, let origin, let found):
      let isOtherSize = size.map { $0 != found } ?? false
      if let fault = claim.fault(of: origin, isOtherSize: isOtherSize) { return .absent(fault) }
      return .png(file: file, bytes: bytes)
    }
  }

  /// The file that a path led to; nil when it is no figure.
  func file(of path: String) -> String? {
    if case .png(let file, _, _, _)? = known[path] { file } else { nil }
  }

  private mutating func load(_ path: String) -> Found {
    guard !path.utf8.contains(0) else { return .absent("is not there") }
    let candidates = [PathText.absolute(path, from: folder), PathText.absolute(path)].map(readPath)
    guard let file = candidates.first(where: FileManager.default.fileExists(atPath:)) else {
      return .absent("is not there")
    }
    let bytes: [UInt8]
    do {
      bytes = try ByteFile.contents(of: file, limit: Self.maxBytes)
    } catch {
      return .absent("cannot be read, or has more than \(Self.maxBytes >> 20) MB")
    }
    let samples: PNG.Samples
    do {
      samples = try PNG.decodeSamples(bytes, pixelLimit: FigureFormat.maximumPixels)
    } catch {
      return .absent("is no whole PNG file of a figure's size")
    }
    guard total + bytes.count <= Self.maxTotalBytes else {
      return .absent("is left out: the figures before it have \(Self.maxTotalBytes >> 20) MB")
    }
    total += bytes.count
    return .png(
      file: file, bytes: bytes, origin: FigureOrigin(samples.text),
      size: [samples.width, samples.height])
  }
}

/// A figure as a reply describes it: `  graph.png  1051×1271 px  64 nodes`.
struct FigureLine {
  let path: String
  /// Columns and rows.
  let size: [Int]
  let caption: String

  /// Reads a line of output; nil when it describes no figure.
  init?(_ line: String) {
    guard line.hasPrefix("  "), let unit = line.range(of: " px") else { return nil }
    let begin = line.index(line.startIndex, offsetBy: 2)
    guard begin < unit.lowerBound else { return nil }
    let head = line[begin..<unit.lowerBound]
    guard let gap = head.range(of: "  ", options: .backwards) else { return nil }
    let sides = head[gap.upperBound...].split(separator: "×", omittingEmptySubsequences: false)
    size = sides.compactMap { Int($0) }
    guard sides.count == 2, size.count == 2 else { return nil }
    path = String(head[..<gap.lowerBound])
    caption = line[unit.upperBound...].trimmingCharacters(in: .whitespaces)
  }
}
