import { makeValueRef } from '@tenon/core/run'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createKeyOwners, lowerBound } from './key-owners.ts'
import { createUndoLog } from './undo-log.ts'

describe('createKeyOwners', () => {
  test('has the owners of a key in document order, however they came', () => {
    const owners = createKeyOwners(createUndoLog())
    for (const node of [5, 1, 9]) owners.add(node, 'success', makeValueRef({ name: node }))
    expect(owners.ownersOf('name')).toEqual([1, 5, 9])
    expect(owners.ownersOf('other')).toEqual([])
  })

  test('has no keys of what is no object, nor of a failure', () => {
    const owners = createKeyOwners(createUndoLog())
    owners.add(1, 'success', makeValueRef(['name']))
    owners.add(2, 'error', makeValueRef({ name: 1 }))
    expect(owners.ownersOf('name')).toEqual([])
  })

  test('forgets what is rolled back', () => {
    const undoLog = createUndoLog()
    const owners = createKeyOwners(undoLog)
    owners.add(3, 'success', makeValueRef({ name: 1 }))
    undoLog.mark()
    owners.add(1, 'success', makeValueRef({ name: 1, more: 2 }))
    owners.add(7, 'success', makeValueRef({ name: 1 }))
    undoLog.rollback()
    expect([owners.ownersOf('name'), owners.ownersOf('more')]).toEqual([[3], []])
  })
})

test('lowerBound finds the first item that is not below the value', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat({ max: 40 })), fc.nat({ max: 45 }), (values, value) => {
      const list = values.sort((a, b) => a - b)
      const found = list.findIndex((item) => item >= value)
      expect(lowerBound(list, value)).toBe(found === -1 ? list.length : found)
    }),
  )
})
