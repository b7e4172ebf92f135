import type { Json, WorkflowNode } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { en } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { compareDocuments } from './compare-documents.ts'
import { fieldDifferences } from './field-differences.ts'

const OPTIONS = {
  manifest: createManifestIndex(SMALL_MANIFEST),
  t: createTranslate(en, 'en'),
  locale: 'en',
  nameOf: (id: string) => `Loop ${id}`,
}
const secretBy = (setBy: string) => ({
  $secret: 'sec_aaaaaaaaaaaaaaaaaaaaaa',
  setAt: '2026-11-20T10:00:00.000Z',
  setBy,
})
const BASE: WorkflowNode = { ...node('a', 'step', { text: 'hi', count: 3, kind: 'small' }), name: 'Alpha' }

const differ = (change: Partial<WorkflowNode>, before: WorkflowNode = BASE) =>
  fieldDifferences(before, { ...before, ...change }, OPTIONS)

describe('fieldDifferences', () => {
  test('names params by their titles in the order of the form, with both values', () => {
    expect(differ({ params: { fields: { x: 1 }, count: 4, text: 'hello' } })).toEqual([
      { key: 'params.text', label: 'Text', before: 'hi', after: 'hello', hasTemplates: true },
      { key: 'params.count', label: 'Count', before: '3', after: '4', hasTemplates: true },
      { key: 'params.kind', label: 'Kind', before: 'Small', after: null, hasTemplates: false },
      { key: 'params.fields', label: 'Fields', before: null, after: 'x: 1', hasTemplates: true },
    ])
  })

  test('names params whose keys the author has arranged, and no others', () => {
    const before = { ...BASE, params: { ...BASE.params, fields: { a: 1, b: 2 }, size: { c: 1, d: 2 } } }
    const params = { ...before.params, fields: { b: 2, a: 1 } }
    expect(differ({ params, keyOrder: { '/fields': ['b', 'a'] } }, before)).toEqual([
      {
        key: 'params.fields',
        label: 'Fields',
        before: 'a: 1\nb: 2',
        after: 'b: 2\na: 1',
        hasTemplates: true,
      },
    ])
    expect(differ({ params }, before)).toEqual([])
  })

  test('names a param that the type does not know by its key', () => {
    expect(differ({ params: { ...BASE.params, old_limit: true } })).toEqual([
      { key: 'params.old_limit', label: 'Old limit', before: null, after: 'On', hasTemplates: true },
    ])
  })

  test('says of a secret only that it was set, when and by whom', () => {
    const before = { ...BASE, params: { ...BASE.params, secret: secretBy('Ada Obi') } }
    const [difference] = differ({ params: { ...BASE.params, secret: secretBy('Bo Lind') } }, before)
    expect(difference).toMatchObject({
      label: 'Secret',
      before: expect.stringMatching(/^Set on Nov 20, .* by Ada Obi$/),
      after: expect.stringMatching(/^Set on Nov 20, .* by Bo Lind$/),
    })
    expect(JSON.stringify(difference)).not.toContain('sec_')
  })

  test('names the fields beside the params', () => {
    expect(
      differ({
        name: 'Beta',
        type: 'way',
        policy: { onError: 'continue', heartbeat: '5s' },
        disabled: true,
        notes: 'n',
      }),
    ).toEqual([
      { key: 'name', label: 'Name of the node', before: 'Alpha', after: 'Beta', hasTemplates: false },
      {
        key: 'type',
        label: 'Type',
        before: 'Plain step · version 1',
        after: 'Two ways · version 1',
        hasTemplates: false,
      },
      { key: 'policy.onError', label: 'When it fails', before: null, after: 'continue', hasTemplates: true },
      { key: 'policy.heartbeat', label: 'Heartbeat', before: null, after: '5s', hasTemplates: true },
      { key: 'disabled', label: 'Disabled', before: null, after: 'On', hasTemplates: false },
      { key: 'notes', label: 'Notes', before: null, after: 'n', hasTemplates: false },
    ])
  })

  test('names the container by its node', () => {
    expect(differ({ parentId: 'l2' })).toEqual([
      { key: 'parentId', label: 'Container', before: null, after: 'Loop l2', hasTemplates: false },
    ])
  })

  test('gives fields with the same label keys of their own', () => {
    const params = { ...BASE.params, timeout: 5 }
    const keys = differ({ params, policy: { timeout: '5s' } }).map(({ key }) => key)
    expect(keys).toEqual(['params.timeout', 'policy.timeout'])
  })

  test('shows values that read the same as JSON', () => {
    const texts = (old: Json | undefined, next: Json) => {
      const { text: _text, ...others } = BASE.params
      const before = { ...BASE, params: old === undefined ? others : { ...others, text: old } }
      return differ({ params: { ...others, text: next } }, before).map((each) => [each.before, each.after])
    }
    expect(texts(1, '1')).toEqual([['1', '"1"']])
    expect(texts('', null)).toEqual([['""', 'null']])
    expect(texts(undefined, '')).toEqual([[null, '""']])
    expect(texts(undefined, null)).toEqual([[null, 'null']])
  })

  test.each<[string, Partial<WorkflowNode>, boolean]>([
    ['a name', { name: 'B' }, true],
    ['a later version of the type', { typeVersion: 2 }, true],
    ['another type', { type: 'way' }, true],
    ['a container', { parentId: 'l' }, true],
    ['a param', { params: { ...BASE.params, count: 4 } }, true],
    ['an order of keys that is shown', { params: { size: { b: 1, a: 2 } }, keyOrder: { '/size': ['b', 'a'] } }, true],
    ['an order of keys of no object', { keyOrder: { '/gone': ['b', 'a'] } }, false],
    ['a policy', { policy: { retry: { maximumAttempts: 2 } } }, true],
    ['disabling', { disabled: true }, true],
    ['locking', { locked: true }, true],
    ['notes', { notes: 'n' }, true],
    ['a position and a size', { position: { x: 9, y: 9 }, size: { width: 300, height: 90 } }, false],
  ])('has a field for %s exactly if the node counts as changed', (_, change, isChanged) => {
    const before = change.keyOrder?.['/size'] === undefined ? BASE : { ...BASE, params: { size: { a: 2, b: 1 } } }
    const changes = compareDocuments(workflow([before]), workflow([{ ...before, ...change }]))
    expect([changes.length > 0, differ(change, before).length > 0]).toEqual([isChanged, isChanged])
  })

  test('is empty for equal nodes, wherever they are on the canvas', () => {
    expect(differ({ position: { x: 9, y: 9 } })).toEqual([])
  })
})
