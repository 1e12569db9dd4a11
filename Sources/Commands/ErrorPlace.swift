import CommandLanguage
import Datasets
import Files
import Foundation
import Sessions

/// An error of the layers below as the user sees it: under which part of the command it stands.
enum ErrorPlace {
  /// The diagnostic of an error that a command met.
  ///
  /// The place is the value of the option that the error is about, the key when the error is that
  /// the option does not belong there, or the file; otherwise the whole command.
  static func diagnostic(_ error: any Error, of invocation: Invocation) -> Diagnostic {
    var diagnostic = Interpreter.diagnostic(error)
    if diagnostic.range != nil || diagnostic.source != nil { return diagnostic }
    switch error {
    case let error as SessionError:
      diagnostic.help = help(error, in: invocation)
      diagnostic.range =
        error.isAboutFile
        ? invocation.fileRange
        : error.option.flatMap { place(of: $0, part: error.part, invocation) }
    case let error as DatasetError:
      diagnostic.range =
        error.option.flatMap { place(of: $0, part: error.part, invocation) } ?? invocation.fileRange
    case is FileError: diagnostic.range = invocation.fileRange ?? invocation.outputRange
    default: break
    }
    return diagnostic.located(in: invocation.source, at: invocation.range)
  }

  /// What to type instead: the command itself with a moment that there is, where that was wrong.
  static func help(_ error: SessionError, in invocation: Invocation) -> String? {
    guard let moment = error.moment else { return error.help }
    let command = invocation.source.text(invocation.range).onOneLine
    return replacing(moment, in: command) ?? error.help
  }

  /// A text with another moment in the place of the wrong one, which may stand after a branch.
  static func replacing(_ moment: (wrong: String, right: String), in text: String) -> String? {
    let (wrong, right) = (moment.wrong.dropFirst(), moment.right.dropFirst())
    for mark in ["@", "/"] {
      for place in text.ranges(of: mark + wrong) {
        let next = text[place.upperBound...].first
        if let next, next.isLetter || next.isNumber || "_-/".contains(next) { continue }
        return text.replacingCharacters(in: place, with: mark + right)
      }
    }
    return nil
  }

  /// One sample is named `id`, several `ids`.
  private static func place(
    of option: String, part: String?, _ invocation: Invocation
  ) -> Range<Int>? {
    invocation.place(of: option, part: part)
      ?? (option == "ids" ? invocation.place(of: "id") : nil)
  }
}
