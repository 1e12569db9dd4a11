import CProcessor
import Testing

@Suite struct ProcessorCheckTests {
  private func message(_ features: Int) -> (isEnough: Bool, text: String) {
    var buffer = [CChar](repeating: 1, count: 256)
    let isEnough = processor_message(UInt32(features), &buffer, buffer.count) != 0
    let end = buffer.firstIndex(of: 0) ?? buffer.count
    return (isEnough, String(decoding: buffer[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  @Test func aProcessorWithEverythingPasses() {
    #expect(message(PROCESSOR_ALL) == (true, ""))
    // Features that the kernels do not ask for change nothing.
    #expect(message(PROCESSOR_ALL | 1024) == (true, ""))
  }

  @Test(arguments: [
    (0, "AVX2 FMA BMI2"), (PROCESSOR_AVX2, "FMA BMI2"), (PROCESSOR_AVX2 | PROCESSOR_FMA, "BMI2"),
    (PROCESSOR_FMA | PROCESSOR_BMI2, "AVX2"), (PROCESSOR_AVX2 | PROCESSOR_BMI2, "FMA"),
  ])
  func whatIsMissingIsNamed(_ features: Int, _ missing: String) {
    let (isEnough, text) = message(features)
    #expect(!isEnough)
    #expect(text.hasPrefix("error: this processor lacks \(missing): on x86-64, dyad needs"))
    #expect(text.hasSuffix("or newer)"))
  }

  /// The tests run kernels, so this machine has what they need.
  @Test func thisProcessorPasses() {
    #expect(processor_features() == UInt32(PROCESSOR_ALL))
    #expect(processor_check() == 1)
  }

  @Test func vectorsAreOf256Or512Bits() {
    #expect([256, 512].contains(processor_vector_bits()))
    #expect(processor_vector_limit(nil) == 512)
    #expect(processor_vector_limit("512") == 512)
    #expect(processor_vector_limit("256") == 256)
    #expect(processor_vector_limit("1024") == 0)
    #expect(processor_vector_limit("") == 0)
  }
}
