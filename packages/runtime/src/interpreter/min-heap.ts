import { itemAt } from './lookup.ts'

/** Min-heap of distinct numbers. */
export interface MinHeap {
  readonly size: number
  /** Adds a number; a duplicate is ignored. */
  push(value: number): void
  /** Removes and returns the smallest number; call only while `size` > 0. */
  pop(): number
}

export function createMinHeap(): MinHeap {
  const heap: number[] = []
  const held = new Set<number>()

  function swap(a: number, b: number): void {
    const value = itemAt(heap, a)
    heap[a] = itemAt(heap, b)
    heap[b] = value
  }

  function siftUp(from: number): void {
    for (let child = from; child > 0; ) {
      const parent = (child - 1) >> 1
      if (itemAt(heap, parent) <= itemAt(heap, child)) return
      swap(parent, child)
      child = parent
    }
  }

  function siftDown(): void {
    for (let parent = 0; 2 * parent + 1 < heap.length; ) {
      const left = 2 * parent + 1
      const right = left + 1
      const least = right < heap.length && itemAt(heap, right) < itemAt(heap, left) ? right : left
      if (itemAt(heap, parent) <= itemAt(heap, least)) return
      swap(parent, least)
      parent = least
    }
  }

  return {
    get size() {
      return heap.length
    },
    push(value) {
      if (held.has(value)) return
      held.add(value)
      heap.push(value)
      siftUp(heap.length - 1)
    },
    pop() {
      const least = itemAt(heap, 0)
      held.delete(least)
      swap(0, heap.length - 1)
      heap.pop()
      siftDown()
      return least
    },
  }
}
