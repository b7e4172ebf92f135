import { itemAt } from './lookup.ts'

/** Min-heap of distinct numbers. */
export interface MinHeap {
  readonly isEmpty: boolean
  /** Adds a number; a duplicate has no effect. */
  push(value: number): void
  /** Removes and returns the smallest number; call only while it is not empty. */
  pop(): number
}

export function createMinHeap(): MinHeap {
  /** With duplicates, which `pop` drops: cheaper than a set. */
  const heap: number[] = []

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

  function popOne(): number {
    const least = itemAt(heap, 0)
    swap(0, heap.length - 1)
    heap.pop()
    siftDown()
    return least
  }

  return {
    get isEmpty() {
      return heap.length === 0
    },
    push(value) {
      heap.push(value)
      siftUp(heap.length - 1)
    },
    pop() {
      const least = popOne()
      while (heap[0] === least) popOne()
      return least
    },
  }
}
