import Foundation
import Testing

/// The layering of the package, bottom-up: a target imports only targets above its own line, and
/// of those only the ones that its line allows.
@Suite struct ImportRulesTests {
  /// Every target with the targets that it may import; the table of the README's source map.
  static let layers: [(name: String, imports: Set<String>)] = [
    ("COpenBLAS", []), ("CZlib", []), ("CLineEdit", []), ("CPNG", []),
    ("CProcessor", []),
    ("WinogradFormulas", []),
    ("KernelsAVX512", ["WinogradFormulas"]),
    ("Kernels", ["COpenBLAS", "CProcessor", "KernelsAVX512", "WinogradFormulas"]),
    ("Tensors", ["Kernels"]),
    ("Layers", ["Tensors", "Kernels"]),
    ("Images", ["CPNG"]),
    ("Files", ["CZlib"]),
    ("Datasets", ["Images", "Files", "Tensors", "Kernels"]),
    ("Methods", ["Layers", "Tensors", "Kernels"]),
    ("Analysis", ["Layers", "Datasets", "Tensors", "Kernels"]),
    ("Plots", ["Images"]),
    (
      "Sessions",
      [
        "Kernels", "Tensors", "Layers", "Images", "Files", "Datasets", "Methods", "Analysis",
      ]
    ),
    ("CommandLanguage", []),
    (
      "Commands",
      [
        "Kernels", "Tensors", "Layers", "Images", "Files", "Datasets", "Methods", "Analysis",
        "Plots", "Sessions", "CommandLanguage",
      ]
    ),
    ("dyad", ["Commands", "CommandLanguage", "Sessions", "Plots", "CLineEdit", "CProcessor"]),
    (
      "bench",
      [
        "COpenBLAS", "Kernels", "Tensors", "Layers", "Images", "Files", "Datasets", "Methods",
        "Analysis", "Sessions", "CProcessor",
      ]
    ),
  ]
  static let system: Set<String> = ["Foundation", "Dispatch", "Synchronization", "Glibc"]

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func swiftFiles(_ folder: String) -> [URL] {
    let place = root.appendingPathComponent(folder)
    guard let all = FileManager.default.enumerator(at: place, includingPropertiesForKeys: nil)
    else { return [] }
    return all.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
      .sorted { $0.path < $1.path }
  }

  @Test func everyTargetIsListedInOrder() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appendingPathComponent("Sources").path)
    #expect(Set(folders) == Set(Self.layers.map(\.name)))
    for (i, layer) in Self.layers.enumerated() {
      let above = Set(Self.layers[..<i].map(\.name))
      #expect(layer.imports.isSubset(of: above), "\(layer.name) imports a target below its line")
    }
  }

  @Test func importLinesFollowTheTable() throws {
    var lines = 0
    for layer in Self.layers {
      for file in Self.swiftFiles("Sources/" + layer.name) {
        let text = try String(contentsOf: file, encoding: .utf8)
        for line in text.split(separator: "\n") {
          let words = line.split(separator: " ").map(String.init)
          guard let at = words.firstIndex(of: "import"), at <= 1, words.count > at + 1,
            at == 0 || words[0].hasPrefix("@")
          else { continue }
          lines += 1
          let module = words[at + 1]
          #expect(
            Self.system.contains(module) || layer.imports.contains(module),
            "\(file.lastPathComponent) of \(layer.name) imports \(module)")
        }
      }
    }
    #expect(lines > 100)
  }

  @Test func noFileOutgrowsItsPurpose() throws {
    for file in Self.swiftFiles("Sources") + Self.swiftFiles("Tests") {
      let count = try String(contentsOf: file, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false
      ).count
      #expect(count <= 401, "\(file.lastPathComponent) has \(count) lines, the ceiling is 400")
    }
  }

  @Test func nothingThatAUserTriggersMayTrap() throws {
    for file in Self.swiftFiles("Sources") {
      let text = try String(contentsOf: file, encoding: .utf8)
      for word in ["try!", "fatalError(", " as! "] {
        #expect(!text.contains(word), "\(file.lastPathComponent) contains \(word)")
      }
    }
  }
}
