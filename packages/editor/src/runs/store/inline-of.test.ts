import { fromFrame } from '@tenon/core/run'
import { expect, test } from 'vitest'
import { inlineOf } from './inline-of.ts'

const entries = [
  fromFrame({ seq: 1, at: 0, type: 'node_started', nodeRunId: 'a', data: { input: { hash: 'h', size: 4 } } } as never),
  fromFrame({
    ...{ seq: 2, at: 0, type: 'node_completed', nodeRunId: 'a' },
    data: { port: null, output: { hash: 'h', size: 4, inline: 'text' } },
  } as never),
]

test('a value that a view has as a reference is found in the events, one with its value is taken as it is', () => {
  expect(inlineOf({ hash: 'h', size: 4 }, entries)).toBe('text')
  expect(inlineOf({ hash: 'h', size: 4, inline: null }, entries)).toBeNull()
  expect(inlineOf({ hash: 'other', size: 4 }, entries)).toBeUndefined()
  expect(inlineOf(null, entries)).toBeUndefined()
})
