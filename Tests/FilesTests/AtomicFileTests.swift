import Files
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test func replacesAFileWhole() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/out.txt"
      try AtomicFile.write("one", to: path)
      #expect(try get(path) == Array("one".utf8))
      let large = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
      try AtomicFile.write(large, to: path)
      #expect(try get(path) == large)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out.txt"])
    }
  }

  @Test func aFailureLeavesTheOldFileAndNoTemporary() throws {
    struct Stop: Error {}
    try withTemporaryFolder { folder in
      let path = folder + "/out.txt"
      try AtomicFile.write("old", to: path)
      #expect(throws: Stop.self) {
        try AtomicFile.write(to: path) { file in
          try file.write(String(repeating: "new", count: 100_000))
          throw Stop()
        }
      }
      #expect(try get(path) == Array("old".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out.txt"])
    }
  }

  @Test func theOldFileStandsUntilTheEnd() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/out.txt"
      try AtomicFile.write("old", to: path)
      try AtomicFile.write(to: path) { file in
        try file.write("new")
        #expect(try get(path) == Array("old".utf8))
      }
      #expect(try get(path) == Array("new".utf8))
    }
  }

  @Test func errorsSayWhy() throws {
    try withTemporaryFolder { folder in
      expectFileError("cannot write '\(folder)/no/x'", "no such folder '\(folder)/no'") {
        try AtomicFile.write("x", to: folder + "/no/x")
      }
      expectFileError("folder, not a file") { try AtomicFile.write("x", to: folder) }
      try AtomicFile.write("x", to: folder + "/file")
      expectFileError("is not a folder") { try AtomicFile.write("x", to: folder + "/file/x") }
      expectFileError("too long") {
        try AtomicFile.write("x", to: folder + "/" + String(repeating: "n", count: 300))
      }
      expectFileError("expected a file name") { try AtomicFile.write("x", to: "") }
      expectFileError("disk is full") { try AtomicFile.write("x", to: "/dev/full") }
    }
  }

  @Test(.enabled(if: geteuid() != 0)) func aFolderWithoutPermissionIsNamed() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
      expectFileError("no permission") { try AtomicFile.write("x", to: folder + "/x") }
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
    }
  }

  @Test func aLinkKeepsPointingToItsFile() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("old", to: folder + "/real")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/link", withDestinationPath: "real")
      try AtomicFile.write("new", to: folder + "/link")
      #expect(try get(folder + "/real") == Array("new".utf8))
      let target = try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link")
      #expect(target == "real")
    }
  }
}

@Suite struct PathTextTests {
  @Test func expandsHomeAndWorkingFolder() {
    let home = ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()
    #expect(PathText.expand("~/a") == home + "/a")
    #expect(PathText.expand("~") == home)
    #expect(PathText.expand("~x/a") == "~x/a")
    #expect(PathText.expand("a/~") == "a/~")
    #expect(PathText.absolute("b.txt", from: "/tmp/a") == "/tmp/a/b.txt")
    #expect(PathText.absolute("../b.txt", from: "/tmp/a") == "/tmp/b.txt")
    #expect(PathText.absolute("/x/y", from: "/tmp") == "/x/y")
    #expect(PathText.absolute("y") == FileManager.default.currentDirectoryPath + "/y")
    for (path, folder) in [
      ("s", ""), (".", ""), ("", ""), ("a/b", "a"), ("a//b/", "a"), ("/s", "/"), ("/", "/"),
      ("//", "/"), ("s/", ""), ("/a/b", "/a"), ("../é", ".."), ("~", ""),
    ] {
      #expect(PathText.folder(of: path) == folder, "'\(path)'")
    }
    #expect(PathText.join("", "a") == "a" && PathText.join("b/", "a") == "b/a")
  }
}
