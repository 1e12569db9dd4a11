import Foundation

/// The ring of slots that a loader and its threads share; every field is guarded by `condition`.
final class LoaderCore: @unchecked Sendable {
  /// A batch under construction or ready.
  private final class Slot {
    let batch: LoadedBatch
    /// Views that a thread has taken, and views that are done.
    var taken = 0
    var done = 0
    var error: (any Error)?

    init(_ batch: LoadedBatch) { self.batch = batch }

    var total: Int { batch.viewCount * batch.count }
    var isReady: Bool { error != nil || done == total }
  }

  /// Views taken at once: large enough to make locking cheap, small enough to share a batch.
  private static let pieceSize = 8

  private let condition = NSCondition()
  private let order: any BatchOrder
  private let maker: any ViewMaker
  private let ring: [Slot]
  /// Batches are numbered from the last restart; batch k is in slot k mod ring size.
  private var firstHeld = 0
  private var nextOut = 0
  private var issued = 0
  private var startEpoch = 0
  private var startStep = 0
  private var busy = 0
  private var threads = 0
  private var isRestarting = false
  private var isStopped = false

  init(order: any BatchOrder, maker: any ViewMaker, viewCount: Int, slots: Int) {
    self.order = order
    self.maker = maker
    let shape = maker.viewShape
    ring = (0..<slots).map { _ in
      Slot(LoadedBatch(batchSize: order.batchSize, viewCount: viewCount, viewShape: shape))
    }
  }

  func threadStarts() {
    condition.withLock { threads += 1 }
  }

  /// Ends all threads and waits for them.
  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    while threads > 0 { condition.wait() }
    condition.unlock()
  }

  /// Drops all batches and starts again at a step.
  func restart(epoch: Int, step: Int) {
    precondition(epoch >= 0 && step >= 0 && step < order.stepsPerEpoch, "\(epoch) \(step)")
    condition.lock()
    // No thread may still write into a slot when it is given out again.
    isRestarting = true
    while busy > 0 { condition.wait() }
    isRestarting = false
    (startEpoch, startStep) = (epoch, step)
    (firstHeld, nextOut, issued) = (0, 0, 0)
    issue()
    condition.broadcast()
    condition.unlock()
  }

  /// The epoch and step of a batch number.
  private func place(_ number: Int) -> (epoch: Int, step: Int) {
    let step = startStep + number
    return (startEpoch + step / order.stepsPerEpoch, step % order.stepsPerEpoch)
  }

  var position: (epoch: Int, step: Int) {
    condition.withLock { place(nextOut) }
  }

  /// Gives free slots their next batches.
  private func issue() {
    while issued < firstHeld + ring.count {
      let slot = ring[issued % ring.count]
      let (epoch, step) = place(issued)
      slot.batch.epoch = epoch
      slot.batch.step = step
      slot.batch.count = order.count(step: step)
      (slot.taken, slot.done, slot.error) = (0, 0, nil)
      do {
        let ids = UnsafeMutableBufferPointer(rebasing: slot.batch.idStorage[0..<slot.batch.count])
        try order.write(epoch: epoch, step: step, into: ids)
      } catch {
        slot.error = error
        slot.taken = slot.total
      }
      issued += 1
    }
  }

  func next() throws -> LoadedBatch {
    condition.lock()
    defer { condition.unlock() }
    if firstHeld < nextOut {
      firstHeld = nextOut
      issue()
      condition.broadcast()
    }
    let slot = ring[nextOut % ring.count]
    if !slot.isReady {
      let start = ContinuousClock.now
      while !slot.isReady { condition.wait() }
      slot.batch.waitedSeconds = (ContinuousClock.now - start) / .seconds(1)
    } else {
      slot.batch.waitedSeconds = 0
    }
    if let error = slot.error { throw error }
    nextOut += 1
    return slot.batch
  }

  /// The loop of one thread.
  func work(_ worker: Int) {
    condition.lock()
    while !isStopped {
      guard let (slot, piece) = take() else {
        condition.wait()
        continue
      }
      busy += 1
      condition.unlock()
      let failure = fill(slot.batch, piece, worker)
      condition.lock()
      busy -= 1
      slot.done += piece.count
      if let failure, slot.error == nil { slot.error = failure }
      if slot.isReady || busy == 0 && isRestarting { condition.broadcast() }
    }
    threads -= 1
    condition.broadcast()
    condition.unlock()
  }

  /// Returns the first piece of work in the order of batches, nil when there is none.
  private func take() -> (slot: Slot, piece: Range<Int>)? {
    guard !isRestarting else { return nil }
    for number in nextOut..<max(nextOut, issued) {
      let slot = ring[number % ring.count]
      guard slot.error == nil, slot.taken < slot.total else { continue }
      let end = min(slot.taken + Self.pieceSize, slot.total)
      defer { slot.taken = end }
      return (slot, slot.taken..<end)
    }
    return nil
  }

  private func fill(_ batch: LoadedBatch, _ piece: Range<Int>, _ worker: Int) -> (any Error)? {
    do {
      for place in piece {
        let (view, position) = (place / batch.count, place % batch.count)
        let request = ViewRequest(
          sample: batch.idStorage[position], view: view, epoch: batch.epoch, step: batch.step,
          position: position, worker: worker)
        batch.parameterStorage[place] = try maker.makeView(
          request, into: batch.viewStorage + place * batch.viewSize)
      }
      return nil
    } catch {
      return error
    }
  }
}
