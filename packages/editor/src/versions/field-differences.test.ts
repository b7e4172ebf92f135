import type { WorkflowNode } from '@tenon/core/document'
import { node } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { en } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { fieldDifferences } from './field-differences.ts'

const OPTIONS = { manifest: createManifestIndex(SMALL_MANIFEST), t: createTranslate(en, 'en'), locale: 'en' }
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
      { label: 'Text', before: 'hi', after: 'hello' },
      { label: 'Count', before: '3', after: '4' },
      { label: 'Kind', before: 'small', after: null },
      { label: 'Fields', before: null, after: '{\n  "x": 1\n}' },
    ])
  })

  test('names params whose keys the author has arranged, and no others', () => {
    const before = { ...BASE, params: { ...BASE.params, fields: { a: 1, b: 2 }, size: { c: 1, d: 2 } } }
    const params = { ...before.params, fields: { b: 2, a: 1 } }
    expect(differ({ params, keyOrder: { '/fields': ['b', 'a'] } }, before)).toEqual([
      { label: 'Fields', before: '{\n  "a": 1,\n  "b": 2\n}', after: '{\n  "b": 2,\n  "a": 1\n}' },
    ])
    expect(differ({ params }, before)).toEqual([])
  })

  test('names a param that the type does not know by its key', () => {
    expect(differ({ params: { ...BASE.params, old_limit: true } })).toEqual([
      { label: 'Old limit', before: null, after: 'On' },
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
      { label: 'Name of the node', before: 'Alpha', after: 'Beta' },
      { label: 'Type', before: 'Plain step · version 1', after: 'Two ways · version 1' },
      { label: 'When it fails', before: null, after: 'continue' },
      { label: 'Heartbeat', before: null, after: '5s' },
      { label: 'Disabled', before: null, after: 'On' },
      { label: 'Notes', before: null, after: 'n' },
    ])
  })

  test('is empty for equal nodes, wherever they are on the canvas', () => {
    expect(differ({ position: { x: 9, y: 9 } })).toEqual([])
  })
})
