import CProcessor
import CommandLanguage

/// Says at start what the processor lacks: without it, the first kernel would end the process.
///
/// Runs before any kernel code; this target and the executables are compiled without vector flags.
public enum ProcessorCheck {
  /// Returns an error for a processor with a set of features, or nil when the kernels can run.
  ///
  /// `features` are bits of `PROCESSOR_AVX2`, `PROCESSOR_FMA`, `PROCESSOR_BMI2`.
  public static func problem(features: UInt32) -> Diagnostic? {
    let needed = [
      (PROCESSOR_AVX2, "AVX2"), (PROCESSOR_FMA, "FMA"), (PROCESSOR_BMI2, "BMI2"),
    ]
    let missing = needed.filter { features & UInt32($0.0) == 0 }.map(\.1)
    guard !missing.isEmpty else { return nil }
    return Diagnostic(
      "this processor has no \(missing.joined(separator: ", no ")): "
        + "on x86-64, dyad needs one with AVX2, FMA and BMI2 (x86-64-v3: Intel Haswell of 2013, "
        + "AMD Zen of 2017, or newer)")
  }

  /// The error for this processor, or nil when the kernels can run.
  public static var problem: Diagnostic? { problem(features: processor_features()) }
}
