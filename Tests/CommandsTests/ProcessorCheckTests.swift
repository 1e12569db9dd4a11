import CProcessor
import CommandLanguage
import Commands
import Testing

@Suite struct ProcessorCheckTests {
  @Test func aProcessorWithEverythingPasses() {
    #expect(ProcessorCheck.problem(features: UInt32(PROCESSOR_ALL)) == nil)
    #expect(PROCESSOR_ALL == 7)
  }

  @Test(arguments: [
    (0, "no AVX2, no FMA, no BMI2"), (1, "no FMA, no BMI2"), (3, "no BMI2"), (6, "no AVX2"),
    (5, "no FMA"),
  ])
  func whatIsMissingIsNamed(_ features: Int, _ missing: String) throws {
    let problem = try #require(ProcessorCheck.problem(features: UInt32(features)))
    #expect(problem.text.contains("this processor has \(missing): "))
    #expect(problem.exitStatus == 1)
  }

  /// The tests themselves need the kernels, so this machine has what they need.
  @Test func thisProcessorPasses() {
    #expect(ProcessorCheck.problem == nil)
  }
}
