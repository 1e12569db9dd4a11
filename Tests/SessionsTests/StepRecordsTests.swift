import TestSupport
import Testing

@testable import Sessions

/// The packed list of records against a plain array of them.
@Suite struct StepRecordsTests {
  @Test func theyAreWhatAnArrayWouldBe() {
    var random = SystemRandomNumberGenerator()
    var plain: [StepRecord] = []
    var packed = StepRecords()
    var copies: [(StepRecords, [StepRecord])] = []
    for round in 0..<4000 {
      switch Int.random(in: 0..<20, using: &random) {
      case 0 where !plain.isEmpty:
        let value = Double.random(in: -1...1, using: &random)
        let name = MetricName.allCases.randomElement(using: &random) ?? .loss
        let place = Int.random(in: 0..<plain.count, using: &random)
        plain[place].values[name] = value
        packed.set(name, value, ofStep: plain[place].step)
        // There is no such step.
        packed.set(name, value, ofStep: plain.count + 1)
      case 1:
        let bound = plain.count - Int.random(in: 0...3, using: &random)
        plain.removeAll { $0.step > bound }
        packed.removeLast { $0.step > bound }
      case 2 where round % 7 == 0: copies.append((packed, plain))
      default:
        let names = round % 1500 < 1400 ? ["backbone", "classifier"] : ["decay"]
        var values: [MetricName: Double] = [:]
        for name in MetricName.allCases where Bool.random(using: &random) {
          values[name] = Bool.random(using: &random) ? Double(round) : .infinity
        }
        let record = StepRecord(
          step: plain.count + 1, epoch: round / 10, rates: names.map { ($0, Double(round) / 3) },
          values: values)
        plain.append(record)
        packed.append(record)
      }
    }
    #expect(packed.count == plain.count && Array(packed) == plain)
    #expect(packed.last == plain.last && StepRecords(plain) == packed)
    for step in [0, 1, 63, 64, 65, plain.count / 2, plain.count, plain.count + 1] {
      #expect(packed.record(of: step) == plain.first { $0.step == step })
      let epoch = plain.isEmpty ? 0 : plain[plain.count / 2].epoch
      let first = plain.first { $0.step >= step && $0.epoch >= epoch }?.step
      #expect(packed.firstStep(from: step, epoch: epoch) == first)
    }
    let epochs = Dictionary(plain.map { ($0.epoch, $0.step) }, uniquingKeysWith: { max($0, $1) })
    #expect(packed.epochEnds.map(\.epoch) == epochs.keys.sorted())
    #expect(packed.epochEnds.allSatisfy { epochs[$0.epoch] == $0.step })
    for (copy, then) in copies { #expect(Array(copy) == then) }
  }

  @Test func aValueThatIsNaNWasMeasured() {
    var packed = StepRecords()
    packed.append(StepRecord(step: 1, epoch: 0, rates: [], values: [.loss: .nan]))
    packed.append(StepRecord(step: 2, epoch: 0, rates: [], values: [:]))
    #expect(packed[0].values[.loss]?.isNaN == true && packed[1].values.isEmpty)
    packed.set(.knn, 5, ofStep: packed.last?.step ?? 0)
    #expect(packed[1].values == [.knn: 5] && packed[0].values[.knn] == nil)
  }
}
