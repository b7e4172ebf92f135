/** Numbers in ascending order of their priority. */
interface Queue {
  readonly add: (value: number, priority: number) => void
  /** Removes the value with the lowest priority; `undefined` if the queue is empty. */
  readonly shift: () => number | undefined
}

interface Entry {
  readonly value: number
  readonly priority: number
}

/** Creates a binary heap with these values at priority 0. A value that is added again is a second entry. */
export function createQueue(first: readonly number[]): Queue {
  const heap: Entry[] = first.map((value) => ({ value, priority: 0 }))
  const priorityAt = (index: number) => heap[index]?.priority ?? Number.POSITIVE_INFINITY
  const swap = (one: number, other: number) => {
    const [a, b] = [heap[one], heap[other]]
    if (a === undefined || b === undefined) return
    heap[one] = b
    heap[other] = a
  }
  const rise = (from: number) => {
    let index = from
    while (index > 0) {
      const parent = Math.floor((index - 1) / 2)
      if (priorityAt(parent) <= priorityAt(index)) return
      swap(index, parent)
      index = parent
    }
  }
  const sink = () => {
    let index = 0
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2]
      const least = priorityAt(right) < priorityAt(left) ? right : left
      if (priorityAt(index) <= priorityAt(least)) return
      swap(index, least)
      index = least
    }
  }
  return {
    add: (value, priority) => {
      heap.push({ value, priority })
      rise(heap.length - 1)
    },
    shift: () => {
      swap(0, heap.length - 1)
      const least = heap.pop()
      sink()
      return least?.value
    },
  }
}
