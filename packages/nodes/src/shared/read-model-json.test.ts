import { describe, expect, test } from 'vitest'
import { readModelJson } from './read-model-json.ts'

describe('readModelJson', () => {
  test.each<[answer: string, values: unknown[]]>([
    ['{"a":1}', [{ a: 1 }]],
    ['"text"', ['text']],
    ['12', [12]],
    ['{"a":"```js\\nx\\n```"}', [{ a: '```js\nx\n```' }]],
    ['```json\n{"a":"```js\\nx\\n```"}\n```', [{ a: '```js\nx\n```' }]],
    ['```\n[1]\n```\n```\n[2]\n```', [[1], [2]]],
    ['see {"a":"}"} and [1] and {b}', [{ a: '}' }, [1]]],
    ['{ "a": {"b": 1}', [{ b: 1 }]],
    ['{"a": {"b": ', []],
    ['<think>{"a":1}</think>', []],
    ['<think>never closed {"a":1}', [{ a: 1 }]],
    ['nothing', []],
    ['', []],
    ['{'.repeat(10_000), []],
    ['id {"id":7615917337495251231}', [{ id: '7615917337495251231' }]],
  ])('%j', (answer, values) => expect(readModelJson(answer)).toEqual(values))
})
