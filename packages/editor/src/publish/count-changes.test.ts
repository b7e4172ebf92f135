import { EMPTY_DOCUMENT, type WorkflowDocument } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { countChanges } from './count-changes.ts'

const node = { id: 'a', type: 'set', typeVersion: 1, name: 'A', params: { fields: { x: 1 } }, position: { x: 0, y: 0 } }
const published: WorkflowDocument = { ...EMPTY_DOCUMENT, nodes: [node] }

describe('countChanges', () => {
  test('moving a node changes nothing', () => {
    expect(countChanges(published, { ...published, nodes: [{ ...node, position: { x: 9, y: 9 } }] })).toBe(0)
  })

  test('counts nodes that are new, gone or changed, each once', () => {
    const changed = { ...node, name: 'B', params: { fields: { x: 2 } } }
    expect(countChanges(published, { ...published, nodes: [changed] })).toBe(1)
    expect(countChanges(published, { ...published, nodes: [{ ...node, id: 'b' }] })).toBe(2)
  })

  test('counts settings and variables by name', () => {
    const draft: WorkflowDocument = {
      ...published,
      settings: { timeout: '1h' },
      variables: [{ name: 'limit', value: 3 }],
    }
    expect(countChanges(published, draft)).toBe(2)
    expect(countChanges(draft, { ...draft, variables: [{ name: 'limit', value: 4 }] })).toBe(1)
  })
})
