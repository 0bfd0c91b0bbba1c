/// An array at a fixed address, for calls that hold pointers.
final class Pinned<Element> {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    count = elements.count
    base = .allocate(capacity: max(count, 1))
    base.initialize(from: elements, count: count)
  }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  var elements: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
