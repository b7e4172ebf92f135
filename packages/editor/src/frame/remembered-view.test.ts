import { describe, expect, test } from 'vitest'
import type { ViewMemory } from '../instance/view-memory.ts'
import { createRememberedView } from './remembered-view.ts'

function memoryOf(stored?: string): ViewMemory & { readonly text: () => string | undefined } {
  const values = new Map(stored === undefined ? [] : [['tenon.views', stored]])
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    text: () => values.get('tenon.views'),
  }
}

describe('createRememberedView', () => {
  test('gives back what was left, each workflow for itself', () => {
    const memory = memoryOf()
    const first = createRememberedView(() => memory, 'wf-1')
    first.viewport.write({ x: 1, y: 2, zoom: 0.5 })
    first.write({ selected: ['a'] })
    first.write({ runId: 'run-1' })
    const again = createRememberedView(() => memory, 'wf-1')
    expect([again.viewport.read(), again.selected(), again.runId()]).toEqual([
      { x: 1, y: 2, zoom: 0.5 },
      ['a'],
      'run-1',
    ])
    const other = createRememberedView(() => memory, 'wf-2')
    expect([other.viewport.read(), other.selected(), other.runId()]).toEqual([null, [], null])
  })

  test('forgets the workflow that was left longest ago', () => {
    const memory = memoryOf()
    for (let index = 0; index < 40; index += 1) createRememberedView(() => memory, `wf-${index}`).write({ runId: 'r' })
    expect(Object.keys(JSON.parse(memory.text() ?? '{}'))).toHaveLength(30)
    expect(createRememberedView(() => memory, 'wf-9').runId()).toBeNull()
    expect(createRememberedView(() => memory, 'wf-39').runId()).toBe('r')
  })

  test.each(['{', '[]', '{"wf-1":7}', '{"wf-1":{"viewport":{"x":"1","y":0,"zoom":0},"selected":[1],"runId":2}}'])(
    'reads nothing of %s',
    (stored) => {
      const view = createRememberedView(() => memoryOf(stored), 'wf-1')
      expect([view.viewport.read(), view.selected(), view.runId()]).toEqual([null, [], null])
    },
  )

  test('remembers nothing of a document that the host holds', () => {
    const memory = memoryOf()
    createRememberedView(() => memory, null).write({ runId: 'run-1' })
    expect(memory.text()).toBeUndefined()
  })
})
