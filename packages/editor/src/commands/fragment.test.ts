import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { copyFragment, parseFragment, renewFragment } from './fragment.ts'

const document = workflow([node('a', 'step'), node('b', 'step'), node('c', 'step')], ['a>b', 'b>c'])

describe('copyFragment', () => {
  test('takes the edges among the nodes along, and survives the clipboard', () => {
    const fragment = copyFragment(document, createManifestIndex(SMALL_MANIFEST), new Set(['a', 'b']))
    expect(fragment.edges.map(({ id }) => id)).toEqual(['a:success>b:in'])
    expect(parseFragment(JSON.stringify(fragment))).toEqual(fragment)
  })

  test('keeps the order of keys through the clipboard and in the copy', () => {
    const keyOrder = { '/fields': ['b', 'a'] }
    const source = workflow([node('a', 'step', { fields: { a: 1, b: 2 } }, { keyOrder })], [])
    const pasted = parseFragment(
      JSON.stringify(copyFragment(source, createManifestIndex(SMALL_MANIFEST), new Set(['a']))),
    )
    if (pasted === null) throw new Error('The fragment cannot be read')
    const { nodes } = renewFragment(pasted, source, { x: 10, y: 10 })
    expect(nodes).toMatchObject([{ params: { fields: { a: 1, b: 2 } }, keyOrder }])
  })

  test('leaves the container behind that is not copied along', () => {
    const inside = { ...node('b', 'step'), parentId: 'a' }
    const nested = workflow([node('a', 'step'), inside], [])
    const manifest = createManifestIndex(SMALL_MANIFEST)
    const alone = copyFragment(nested, manifest, new Set(['b']))
    expect(alone.nodes[0]).not.toHaveProperty('parentId')
    expect(parseFragment(JSON.stringify(alone))).toEqual(alone)
    const both = copyFragment(nested, manifest, new Set(['a', 'b']))
    expect(both.nodes[1]).toHaveProperty('parentId', 'a')
  })
})

describe('parseFragment', () => {
  test.each([
    'plain text',
    '{"tenon": "fragment"',
    '{"tenon":"fragment","version":2,"nodes":[],"edges":[]}',
    '{"tenon":"fragment","version":1,"nodes":[{"id":"a"}],"edges":[]}',
    '{"tenon":"fragment","version":1,"nodes":[{"id":"a","type":"x","name":"n","params":{},"position":{"x":null,"y":0}}],"edges":[]}',
    `{"tenon":"fragment","version":1,"nodes":[${JSON.stringify({ ...node('a', 'step'), policy: { retry: 'often' } })}],"edges":[]}`,
    `{"tenon":"fragment","version":1,"nodes":[${JSON.stringify({ ...node('a', 'step'), typeVersion: '1' })}],"edges":[]}`,
    `{"tenon":"fragment","version":1,"nodes":[${JSON.stringify(node('a', 'step'))}],"edges":[{"source":"a"}]}`,
  ])('%s is no fragment', (text) => {
    expect(parseFragment(text)).toBeNull()
  })
})
