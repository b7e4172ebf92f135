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
  return new HeapOfNumbers()
}

// A class, as for the machine: one is created for each fact.
class HeapOfNumbers implements MinHeap {
  /** With duplicates, which `pop` drops: cheaper than a set. */
  readonly #heap: number[] = []

  get isEmpty(): boolean {
    return this.#heap.length === 0
  }

  push(value: number): void {
    this.#heap.push(value)
    siftUp(this.#heap)
  }

  pop(): number {
    const least = popOne(this.#heap)
    while (this.#heap[0] === least) popOne(this.#heap)
    return least
  }
}

function swap(heap: number[], a: number, b: number): void {
  const value = itemAt(heap, a)
  heap[a] = itemAt(heap, b)
  heap[b] = value
}

function siftUp(heap: number[]): void {
  for (let child = heap.length - 1; child > 0; ) {
    const parent = (child - 1) >> 1
    if (itemAt(heap, parent) <= itemAt(heap, child)) return
    swap(heap, parent, child)
    child = parent
  }
}

function siftDown(heap: number[]): void {
  for (let parent = 0; 2 * parent + 1 < heap.length; ) {
    const left = 2 * parent + 1
    const right = left + 1
    const least = right < heap.length && itemAt(heap, right) < itemAt(heap, left) ? right : left
    if (itemAt(heap, parent) <= itemAt(heap, least)) return
    swap(heap, parent, least)
    parent = least
  }
}

function popOne(heap: number[]): number {
  const least = itemAt(heap, 0)
  swap(heap, 0, heap.length - 1)
  heap.pop()
  siftDown(heap)
  return least
}
