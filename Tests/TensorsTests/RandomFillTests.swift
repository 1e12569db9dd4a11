import Kernels
import Testing

@testable import Tensors

/// Vectors of random numbers are the numbers that single calls give: weights and banks keep their
/// bits, whatever the width of the vectors.
@Suite struct RandomFillTests {
  static let counts = Array(0...70) + [255, 1000, 4099]

  private func streams() -> (RandomStream, RandomStream) {
    let stream = RandomStream(
      seed: 0xF00D_0000_1234, stream: .initialization, view: 3, sample: 77, epoch: 5)
    return (stream, stream)
  }

  @Test(arguments: counts)
  func normalNumbersKeepTheirBits(_ count: Int) {
    var (one, many) = streams()
    var out = [Float](repeating: 9, count: count + 1)
    many.fillNormal(&out, count: count, scale: 0.37)
    let expected = (0..<count).map { _ in one.normal() * 0.37 }
    #expect(Array(out[..<count]).map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(out[count] == 9)
    #expect(many.next() == one.next())
  }

  @Test(arguments: counts)
  func uniformNumbersKeepTheirBits(_ count: Int) {
    var (one, many) = streams()
    var out = [Float](repeating: 9, count: count + 1)
    many.fillUniform(&out, count: count, bound: 0.71)
    let expected = (0..<count).map { _ in (2 * one.uniform() - 1) * 0.71 }
    #expect(Array(out[..<count]).map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(out[count] == 9)
    #expect(many.next() == one.next())
  }

  @Test func aStreamThatIsInsideABlockGoesOn() {
    var (one, many) = streams()
    _ = (one.next(), many.next())
    var out = [Float](repeating: 0, count: 40)
    many.fillNormal(&out, count: 40)
    #expect(out == (0..<40).map { _ in one.normal() })
  }
}
