import { describe, expect, test } from 'vitest'
import type { Json } from '../json.ts'
import { node, workflow } from '../testing/index.ts'
import {
  applyOperations,
  behaviorHash,
  canonicalDocument,
  contentHash,
  type DocumentOperation,
  inKeyOrder,
  type KeyOrder,
  orderedKeys,
  type ParamPath,
  paramPointer,
  parseDocument,
  writtenKeyOrder,
} from './index.ts'

const textOf = (value: unknown) => JSON.stringify(value)
const HEADERS = { accept: 'a', 'X-B': 'b', 'X-A': 'c' }
const ORDER: KeyOrder = { '/headers': ['X-B', 'gone', 'accept', 'X-B'] }

describe('orderedKeys', () => {
  test('gives the listed keys that are there, each once, and then the others', () => {
    expect(orderedKeys(HEADERS, ORDER['/headers'])).toEqual(['X-B', 'accept', 'X-A'])
    expect(orderedKeys(HEADERS)).toEqual(['accept', 'X-B', 'X-A'])
  })

  test('keeps keys that look like integers at their position, as objects cannot', () => {
    expect(orderedKeys({ 1: 'a', b: 'c' }, ['b', '1'])).toEqual(['b', '1'])
  })
})

describe('inKeyOrder', () => {
  test('arranges the objects that have an order, at any depth, and no others', () => {
    const params = { cases: [{ id: 1, 'a/b~': { x: 1, y: 2 } }], headers: HEADERS, plain: { a: 1, b: null } }
    const order = { ...ORDER, [paramPointer(['cases', 0, 'a/b~'])]: ['y', 'x'] }
    expect(textOf(inKeyOrder(params, order))).toBe(
      '{"cases":[{"id":1,"a/b~":{"y":2,"x":1}}],"headers":{"X-B":"b","accept":"a","X-A":"c"},"plain":{"a":1,"b":null}}',
    )
  })

  test('leaves params without an order as they are', () => {
    expect(inKeyOrder(HEADERS, undefined)).toBe(HEADERS)
  })

  test('takes no order from the prototype of the orders', () => {
    expect(textOf(inKeyOrder({ z: { constructor: 1, a: 2 } }, {}))).toBe('{"z":{"constructor":1,"a":2}}')
  })
})

describe('writtenKeyOrder', () => {
  test('is the order of the objects whose keys are not sorted', () => {
    expect(writtenKeyOrder({ b: [{ d: 1, c: { y: 1, x: 2 } }], e: { f: 1, g: 2 } }, ['value'])).toEqual({
      '/value/b/0': ['d', 'c'],
      '/value/b/0/c': ['y', 'x'],
    })
    expect(writtenKeyOrder({ b: 1, a: 2 }, ['value'])).toEqual({ '/value': ['b', 'a'] })
  })
})

describe('the key order of a node', () => {
  const start = workflow([node('a', 'set', { rows: [{ x: 1 }, { x: 2 }, { x: 3 }], map: { z: 1 } }, { keyOrder: {} })])
  const order: DocumentOperation[] = ['/rows/0', '/rows/1', '/rows/2', '/map', '/map/z', '/rows/last'].map(
    (pointer) => ({ op: 'set_key_order', nodeId: 'a', pointer, keys: [pointer] }),
  )
  const after = (...operations: DocumentOperation[]) =>
    applyOperations(start, [...order, ...operations]).nodes[0]?.keyOrder

  test('is set and taken away for one object', () => {
    expect(after({ op: 'set_key_order', nodeId: 'a', pointer: '/rows/1', keys: null })).not.toHaveProperty('/rows/1')
    const none = order.map((each) => ({ ...each, keys: null }) as DocumentOperation)
    expect(applyOperations(start, [...order, ...none]).nodes[0]).not.toHaveProperty('keyOrder')
  })

  test('moves with the items of a list', () => {
    expect(after({ op: 'insert_param_item', nodeId: 'a', path: ['rows', 1], value: {} })).toEqual({
      '/rows/0': ['/rows/0'],
      '/rows/2': ['/rows/1'],
      '/rows/3': ['/rows/2'],
      '/map': ['/map'],
      '/map/z': ['/map/z'],
      '/rows/last': ['/rows/last'],
    })
    expect(after({ op: 'remove_param_item', nodeId: 'a', path: ['rows', 1] })).toEqual({
      '/rows/0': ['/rows/0'],
      '/rows/1': ['/rows/2'],
      '/map': ['/map'],
      '/map/z': ['/map/z'],
      '/rows/last': ['/rows/last'],
    })
  })

  test('goes away with its object, and stays while a new value has the object', () => {
    expect(Object.keys(after({ op: 'unset_param', nodeId: 'a', path: ['map'] }) ?? {})).not.toContain('/map/z')
    expect(after({ op: 'unset_param', nodeId: 'a', path: ['map', 'z'] })).toHaveProperty(['/map'])
    const others = {
      '/rows/0': ['/rows/0'],
      '/rows/1': ['/rows/1'],
      '/rows/2': ['/rows/2'],
      '/rows/last': ['/rows/last'],
    }
    const set = (path: ParamPath, value: Json) => after({ op: 'set_param', nodeId: 'a', path, value })
    expect(set(['map'], { z: 2 })).toEqual({ ...others, '/map': ['/map'] })
    expect(set(['map'], { y: { z: 1 }, z: {} })).toEqual({ ...others, '/map': ['/map'], '/map/z': ['/map/z'] })
    expect(set(['map'], [{ z: {} }])).toEqual(others)
    expect(set(['map', 'z'], 'text')).toEqual({ ...others, '/map': ['/map'] })
    expect(set(['rows'], [7, {}])).toEqual({ '/rows/1': ['/rows/1'], '/map': ['/map'], '/map/z': ['/map/z'] })
    // Keys of a pointer are escaped, and members of a prototype are no members of the object.
    const name = paramPointer(['map', 'a/b~1'])
    const write: DocumentOperation = { op: 'set_key_order', nodeId: 'a', pointer: name, keys: ['k'] }
    const inherited: DocumentOperation = { ...write, pointer: '/map/constructor' }
    const replace: DocumentOperation = { op: 'set_param', nodeId: 'a', path: ['map'], value: { 'a/b~1': { k: 1 } } }
    expect(after(write, inherited, replace)).toEqual({ ...others, '/map': ['/map'], [name]: ['k'] })
  })

  test('of a replaced list does not reach the item that is inserted at the same index later', () => {
    const keys = after(
      { op: 'set_param', nodeId: 'a', path: ['rows'], value: [] },
      { op: 'insert_param_item', nodeId: 'a', path: ['rows', 0], value: { x: 9 } },
    )
    expect(keys).toEqual({ '/map': ['/map'], '/map/z': ['/map/z'] })
  })

  test('counts in both hashes, and a document without one keeps the hashes that it had', () => {
    const [plain, empty, ordered] = [{}, { keyOrder: {} }, { keyOrder: { '/headers': ['X-B', 'X-A'] } }].map((fields) =>
      workflow([node('a', 'set', { headers: HEADERS }, fields)]),
    ) as [ReturnType<typeof workflow>, ReturnType<typeof workflow>, ReturnType<typeof workflow>]
    for (const hash of [contentHash, behaviorHash]) {
      expect(hash(empty)).toBe(hash(plain))
      expect(hash(ordered)).not.toBe(hash(plain))
    }
    expect(textOf(canonicalDocument(ordered).nodes[0]?.params)).toBe('{"headers":{"X-B":"b","X-A":"c","accept":"a"}}')
    expect(textOf(canonicalDocument(plain).nodes[0]?.params)).toBe('{"headers":{"X-A":"c","X-B":"b","accept":"a"}}')
  })

  test.each<[string, unknown, string]>([
    ['a pointer that does not begin with a slash', { headers: [] }, 'nodes.0.keyOrder.headers must match'],
    ['keys that are no list', { '/a': 'x' }, 'nodes.0.keyOrder./a must be a list'],
    ['a key that is no text', { '/a': [1] }, 'nodes.0.keyOrder./a.0 must be a text'],
    ['a list in place of the orders', [], 'nodes.0.keyOrder must be an object'],
    [
      'too many orders',
      Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`/${index}`, []])),
      'nodes.0.keyOrder must have at most 10000 members',
    ],
  ])('is refused with %s', (_, keyOrder, message) => {
    expect(() => parseDocument(workflow([node('a', 'set', {}, { keyOrder: keyOrder as KeyOrder })]))).toThrow(message)
  })
})
