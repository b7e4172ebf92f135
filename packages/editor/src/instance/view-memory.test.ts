import { describe, expect, test } from 'vitest'
import { recall, remember, type ViewMemory } from './view-memory.ts'

function memoryOf(start: Record<string, string> = {}): ViewMemory & { readonly values: Map<string, string> } {
  const values = new Map(Object.entries(start))
  return { values, getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) }
}

const BLOCKED: ViewMemory = {
  getItem: () => {
    throw new DOMException('blocked', 'SecurityError')
  },
  setItem: () => {
    throw new DOMException('full', 'QuotaExceededError')
  },
}

describe('recall', () => {
  test('gives back what was remembered', () => {
    const memory = memoryOf()
    remember(memory, 'a', { width: 3 })
    expect(recall(memory, 'a')).toEqual({ width: 3 })
    expect(recall(memory, 'b')).toBeUndefined()
  })

  test('has nothing where the text is no JSON, the storage is blocked, or the host wants no memory', () => {
    expect(recall(memoryOf({ a: '{"width":' }), 'a')).toBeUndefined()
    expect(recall(BLOCKED, 'a')).toBeUndefined()
    expect(recall(null, 'a')).toBeUndefined()
  })
})

describe('remember', () => {
  test('does nothing where the storage is full or there is none', () => {
    expect(() => remember(BLOCKED, 'a', 1)).not.toThrow()
    expect(() => remember(null, 'a', 1)).not.toThrow()
  })
})
