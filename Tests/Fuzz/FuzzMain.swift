import Foundation

@main
enum FuzzMain {
  static func main() {
    guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
      print(Options.usage)
      exit(2)
    }
    do {
      if let kind = options.kind {
        let child = try Child(options, kind)
        exit(try child.run() == 0 ? 0 : 1)
      }
      let findings = try Supervisor(options).run()
      print(findings.isEmpty ? "fuzz: nothing found" : "fuzz: \(findings.count) findings")
      exit(findings.isEmpty ? 0 : 1)
    } catch {
      print("fuzz: \(error)")
      exit(2)
    }
  }
}
