import Foundation
import Kernels

/// What the command line of `bench` asks for.
struct BenchOptions {
  /// The groups to run, in no order.
  var groups: Set<String> = []
  /// Only cases whose name contains every one of these texts run.
  var filters: [String] = []
  /// The threads of the kernels.
  var threads = ProcessInfo.processInfo.activeProcessorCount
  /// Each case is repeated until it took this long, in seconds.
  var seconds = 2.0
  /// Each case is repeated at least this often.
  var repetitions = 5
  /// How the group `conv` computes convolutions.
  var convolution = ConvolutionChoice.auto
  /// Where `augment` writes the images that it uses: uint8 [N, 32, 32, 3].
  var imagesFile: String?
  /// The binary that `startup` runs; beside this one when not given.
  var dyad: String?
  var showsHelp = false

  static var usage: String {
    let names = Bench.groups.map {
      "  " + $0.name.padding(toLength: 10, withPad: " ", startingAt: 0) + $0.summary
    }
    return """
      usage: bench [NAME …] [OPTION …]

      \(names.joined(separator: "\n"))

        --only TEXT      only cases whose name contains the text; may be given again
        --threads N      threads of the kernels [all cores]
        --seconds S      time for the repetitions of a case [2]
        --repeat N       the least number of repetitions [5]
        --conv HOW       how 'conv' computes: auto, winograd or direct [auto]
        --images FILE    where 'augment' writes the images it uses, uint8 [N, 32, 32, 3]
        --dyad PATH      the binary that 'startup' runs [beside this one]

      One JSON object a line: group, case, parameters, and for each result the median and all
      repetitions. FLOPs are those of direct convolution, 2 a multiply-add; images have two views.
      """
  }

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    func value(_ option: String) throws -> String {
      guard let value = rest.popFirst() else { throw BenchError("\(option) needs a value") }
      return value
    }
    func number(_ option: String, least: Double) throws -> Double {
      let text = try value(option)
      guard let number = Double(text), number >= least, number <= 1e6 else {
        throw BenchError("\(option) must be a number from \(least) to 1e6, got '\(text)'")
      }
      return number
    }
    func whole(_ option: String, most: Int) throws -> Int {
      let text = try value(option)
      guard let number = Int(text), (1...most).contains(number) else {
        throw BenchError("\(option) must be a whole number from 1 to \(most), got '\(text)'")
      }
      return number
    }
    func convolutionChoice(_ text: String) throws -> ConvolutionChoice {
      guard let choice = ConvolutionChoice(rawValue: text) else {
        let known = ConvolutionChoice.allCases.map(\.rawValue).joined(separator: ", ")
        throw BenchError("--conv must be one of \(known), got '\(text)'")
      }
      return choice
    }
    while let argument = rest.popFirst() {
      switch argument {
      case "--help", "-h": showsHelp = true
      case "--only": filters.append(try value(argument))
      case "--threads": threads = try whole(argument, most: 256)
      case "--seconds": seconds = try number(argument, least: 0)
      case "--repeat": repetitions = try whole(argument, most: 1_000_000)
      case "--conv": convolution = try convolutionChoice(try value(argument))
      case "--images": imagesFile = try value(argument)
      case "--dyad": dyad = try value(argument)
      default:
        guard Bench.groups.contains(where: { $0.name == argument }) else {
          let known = Bench.groups.map(\.name).joined(separator: " ")
          throw BenchError("no group or option '\(argument)': expected \(known) or --help")
        }
        groups.insert(argument)
      }
    }
    if groups.isEmpty { groups = Set(Bench.groups.map(\.name)) }
  }
}

/// What `bench` cannot do, in one line.
struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
