import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { arbitraryDocument, arbitraryOperations, fitting, TEXT_MANIFEST } from '../../test/arbitraries.ts'
import { applyOperations, canonicalDocument, parseDocument } from '../document/index.ts'
import { applyOperationsToDraft, DRAFT_ROOTS, readDraft, textFieldsOf, writeDocument } from './index.ts'

const fields = textFieldsOf({ nodes: TEXT_MANIFEST.nodes as never })

/** Makes a fresh value each time, since a Y type can be added only once. */
type Make = () => unknown

const KEYS = [
  'a',
  'b',
  'type',
  'typeVersion',
  'params',
  'policy',
  'notes',
  'parentId',
  'order',
  'prompt',
  'title',
  'x',
  '__proto__',
  'constructor',
  'Bad key',
  'retry',
]

const plain: fc.Arbitrary<Make> = fc
  .oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      'a',
      'set',
      'b',
      '1s',
      'x\ud800',
      1,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      12n,
      undefined,
    ),
    fc.jsonValue(),
    fc.constant(JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "ok": [3, {"prototype": 4}]}')),
    fc.constantFrom<unknown>(['a', 1, 2], ['a', 'x', 2], ['b', 1, 2, 3, 4], ['b', 1, 2, -3, 4], []),
    fc.constant({ source: 'a', sourceHandle: 'success', target: 'b', targetHandle: 'in' }),
    fc.constant({ value: 1, order: 'a0', schema: 'bad' }),
  )
  .map((value) => () => value)

const deepMap = (levels: number): Y.Map<unknown> => {
  const map = new Y.Map<unknown>()
  map.set('down', levels === 0 ? 1 : deepMap(levels - 1))
  return map
}

const { shared } = fc.letrec<{ shared: Make; any: Make }>((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, plain, tie('shared')),
  shared: fc.oneof(
    fc.dictionary(fc.constantFrom(...KEYS), tie('any'), { maxKeys: 5, noNullPrototype: true }).map((members) => () => {
      const map = new Y.Map<unknown>()
      for (const [key, make] of Object.entries(members)) map.set(key, make())
      return map
    }),
    fc.array(tie('any'), { maxLength: 3 }).map((items) => () => {
      const list = new Y.Array<unknown>()
      // Y.Array takes any shared type, though its type names plain values only.
      list.push(items.map((make) => make() as string))
      return list
    }),
    fc.string().map((content) => () => new Y.Text(content)),
    fc.constantFrom<Make>(
      () => new Y.XmlElement('p'),
      () => new Y.XmlText('x'),
      () => new Y.Doc(),
      () => new Uint8Array([1, 2]),
      () => deepMap(30),
      () => {
        const text = new Y.Text('rich')
        text.insertEmbed(1, { image: 1 })
        text.format(0, 2, { bold: true })
        return text
      },
    ),
  ),
}))

interface Deed {
  readonly root: string
  readonly key: string
  readonly inner: string | null
  readonly asList: boolean
  readonly make: Make
}

const deed: fc.Arbitrary<Deed> = fc.record({
  root: fc.constantFrom(...Object.keys(DRAFT_ROOTS), 'strange'),
  key: fc.constantFrom(...KEYS, 'a:success>b:in', 'timeout', 'description'),
  inner: fc.option(fc.constantFrom(...KEYS)),
  asList: fc.boolean(),
  make: fc.oneof(plain, shared),
})

function commit(ydoc: Y.Doc, { root, key, inner, asList, make }: Deed): void {
  if (asList) {
    // A root is a list on another machine only; here it would clash with its own kind.
    const other = new Y.Doc()
    other.getArray(root).push([make()])
    Y.applyUpdate(ydoc, Y.encodeStateAsUpdate(other))
    return
  }
  if (root === 'positions') return void ydoc.getArray('positions').push([make()])
  const map = ydoc.getMap(root)
  const member = map.get(key)
  if (inner !== null && member instanceof Y.Map) member.set(inner, make())
  else map.set(key, make())
}

/** Values that Yjs itself refuses to take change nothing. */
function tryDeed(ydoc: Y.Doc, each: Deed): void {
  try {
    ydoc.transact(() => commit(ydoc, each))
  } catch {
    // Such a value could never arrive.
  }
}

function roundTrip(ydoc: Y.Doc): Y.Doc {
  const other = new Y.Doc()
  Y.applyUpdate(other, Y.encodeStateAsUpdate(ydoc))
  return other
}

describe('a draft full of garbage', () => {
  test('is read without a throw, as a sound document, the same on every replica', () => {
    fc.assert(
      fc.property(arbitraryDocument(), fc.array(deed, { maxLength: 12 }), (document, deeds) => {
        const ydoc = new Y.Doc()
        writeDocument(ydoc, document, fields)
        for (const each of deeds) tryDeed(ydoc, each)
        const replica = roundTrip(ydoc)
        const reading = readDraft(replica)
        expect(parseDocument(reading.document)).toEqual(reading.document)
        expect(canonicalDocument(reading.document)).toEqual(reading.document)
        expect(readDraft(roundTrip(replica))).toEqual(reading)
      }),
      { numRuns: 150, endOnFailure: true },
    )
  })

  test('still takes operations exactly', () => {
    fc.assert(
      fc.property(
        arbitraryDocument(),
        fc.array(deed, { maxLength: 8 }),
        arbitraryOperations(),
        (document, deeds, candidates) => {
          const seed = new Y.Doc()
          writeDocument(seed, document, fields)
          for (const each of deeds) tryDeed(seed, each)
          const ydoc = roundTrip(seed)
          const before = readDraft(ydoc).document
          const operations = fitting(before, candidates)
          applyOperationsToDraft(ydoc, operations, fields)
          expect(readDraft(ydoc).document).toEqual(canonicalDocument(applyOperations(before, operations)))
        },
      ),
      { numRuns: 100, endOnFailure: true },
    )
  })
})
