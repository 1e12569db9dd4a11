import CommandLanguage
import Sessions
import Testing

@testable import Commands

/// The health line for programs.
@Suite struct HealthDataTests {
  private func numbers(_ session: TrainedSession, _ line: String) throws -> [String: Double] {
    Dictionary(
      uniqueKeysWithValues: try session.output(line).data.compactMap { name, value in
        switch value {
        case .number(let number): (name, number)
        case .int(let number): (name, Double(number))
        default: nil
        }
      })
  }

  @Test func aStepHasAllNumbersOfItsLine() throws {
    let session = try TrainedSession(TrainedSession.attention)
    let step = try numbers(session, "step 1")
    let record = try #require(session.bench.metrics.records.last)
    #expect(step["step"] == 1 && step["epoch"] == 0)
    #expect(step["erank"] == record.values[.erank] && step["erank"] != nil)
    #expect(step["loss"] == record.values[.loss] && step["z_std"] == record.values[.zStd])
    // ln(2·16 − 1), 1/√8, min(16, 8)
    #expect(isClose(step["chance_loss"] ?? 0, 3.4339872044851463))
    #expect(isClose(step["z_std_even"] ?? 0, 0.3535533905932738) && step["erank_max"] == 8)
    let dry = try numbers(session, "step --dry")
    #expect(dry["gradient_norm"] != nil && dry["loss"] != nil && dry["z_std_even"] != nil)
  }

  @Test func simSiamHasNoChanceLoss() throws {
    let session = try TrainedSession(TrainedSession.bank)
    let step = try numbers(session, "step 1")
    #expect(step["chance_loss"] == nil && step["erank"] != nil && step["erank_max"] == 8)
  }
}
