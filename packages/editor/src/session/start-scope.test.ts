import { node, workflow } from '@tenon/core/testing'
import { expect, test } from 'vitest'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { startScope } from './start-scope.ts'

const manifest = createManifestIndex(SMALL_MANIFEST)
const text = { type: 'string' }
const start = (id: string, properties: object) =>
  node(id, 'start', { inputSchema: { type: 'object', properties } } as never)

test('keys read the input of the trigger, or the fields of all triggers at which runs start', () => {
  const scope = (...nodes: readonly ReturnType<typeof node>[]) =>
    startScope({ document: workflow([...nodes, node('a', 'step')], []), manifest })
  expect(scope(start('one', { id: text }))).toEqual({ input: { type: 'object', properties: { id: text } } })
  const off = { ...start('off', { gone: text }), disabled: true }
  expect(scope(start('one', { id: text }), off, start('two', { name: text }))).toEqual({
    input: { type: 'object', properties: { id: text, name: text } },
  })
  expect(scope()).toEqual({ input: { type: 'object', properties: {} } })
})
