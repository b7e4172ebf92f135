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

describe('the copy of a loop', () => {
  test('holds the copies of its nodes, which refer to each other and to what stays outside', () => {
    const within = (id: string, parentId: string, text: string) => node(id, 'step', { text }, { parentId })
    const source = workflow(
      [
        node('before', 'step'),
        node('each', 'step'),
        within('a', 'each', '{{ item.id + nodes.before.output.x }}'),
        within('b', 'each', '{{ index + nodes.a.output.x }}'),
        node('inner', 'step', { text: '{{ nodes.b.output.list }}' }, { parentId: 'each' }),
        within('leaf', 'inner', '{{ nodes.a.output.x + nodes.leaf }}'),
      ],
      ['before>each', 'a>b', 'b>inner'],
    )
    const fragment = copyFragment(source, createManifestIndex(SMALL_MANIFEST), new Set(['each']))
    const { nodes, edges } = renewFragment(fragment, source, { x: 0, y: 0 })
    const copies = new Map(fragment.nodes.map(({ id }, at) => [id, nodes[at]]))
    const [each, a, b, inner, leaf] = ['each', 'a', 'b', 'inner', 'leaf'].map((id) => copies.get(id))
    expect([each, a, b, inner, leaf].map((copy) => copy?.parentId)).toEqual([
      undefined,
      each?.id,
      each?.id,
      each?.id,
      inner?.id,
    ])
    expect([a, b, inner, leaf].map((copy) => copy?.params['text'])).toEqual([
      '{{ item.id + nodes.before.output.x }}',
      `{{ index + nodes.${a?.id}.output.x }}`,
      `{{ nodes.${b?.id}.output.list }}`,
      `{{ nodes.${a?.id}.output.x + nodes.${leaf?.id} }}`,
    ])
    expect(edges.map(({ source: from, target }) => [from, target])).toEqual([
      [a?.id, b?.id],
      [b?.id, inner?.id],
    ])
    const ids = new Set(source.nodes.map(({ id }) => id))
    expect(nodes.filter(({ id }) => ids.has(id))).toEqual([])
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
