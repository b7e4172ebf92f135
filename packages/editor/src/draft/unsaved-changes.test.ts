import { node, workflow } from '@tenon/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { createUnsavedChanges } from './unsaved-changes.ts'

function track() {
  const doc = new Y.Doc()
  let name = 'First'
  const changes = createUnsavedChanges({ doc, read: () => workflow([node('a', 'step', {}, { name })], []) })
  const rename = (to: string) => {
    name = to
    doc.getMap('nodes').set('a', to)
    changes.touch()
  }
  return { doc, changes, rename }
}

const renamed = (name: string) => [{ op: 'update_node', nodeId: 'a', set: { name } }]

describe('createUnsavedChanges', () => {
  afterEach(() => void vi.useRealTimers())

  test('lists what the server lacks, also of changes before the draft was read', () => {
    const { doc, changes, rename } = track()
    expect([changes.isPending(), changes.storedVector(), changes.operations()]).toEqual([false, null, []])
    changes.touch()
    expect([changes.isPending(), changes.operations()]).toEqual([true, []])
    changes.begin()
    const known = changes.storedVector()
    rename('Second')
    expect(changes.operations()).toEqual(renamed('Second'))
    expect(changes.storedVector()).toEqual(known)
    changes.keepStored()
    expect([changes.isPending(), changes.operations()]).toEqual([false, []])
    expect(changes.storedVector()).toEqual(Y.encodeStateVector(doc))
    rename('Third')
    expect(changes.operations()).toEqual(renamed('Third'))
    changes.forget()
    expect([changes.isPending(), changes.operations()]).toEqual([false, []])
  })

  test('is late by the first change that was not stored', () => {
    vi.useFakeTimers({ now: 0 })
    const { changes, rename } = track()
    changes.begin()
    expect(changes.isLate()).toBe(false)
    rename('Second')
    vi.setSystemTime(2_000)
    rename('Third')
    vi.setSystemTime(3_001)
    expect(changes.isLate()).toBe(true)
    changes.keepStored()
    expect(changes.isLate()).toBe(false)
  })
})
