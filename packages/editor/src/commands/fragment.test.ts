import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { copyFragment, parseFragment } from './fragment.ts'

const document = workflow([node('a', 'step'), node('b', 'step'), node('c', 'step')], ['a>b', 'b>c'])

describe('copyFragment', () => {
  test('takes the edges among the nodes along, and survives the clipboard', () => {
    const fragment = copyFragment(document, createManifestIndex(SMALL_MANIFEST), new Set(['a', 'b']))
    expect(fragment.edges.map(({ id }) => id)).toEqual(['a:success>b:in'])
    expect(parseFragment(JSON.stringify(fragment))).toEqual(fragment)
  })
})

describe('parseFragment', () => {
  test.each([
    'plain text',
    '{"tenon": "fragment"',
    '{"tenon":"fragment","version":2,"nodes":[],"edges":[]}',
    '{"tenon":"fragment","version":1,"nodes":[{"id":"a"}],"edges":[]}',
    '{"tenon":"fragment","version":1,"nodes":[{"id":"a","type":"x","name":"n","params":{},"position":{"x":null,"y":0}}],"edges":[]}',
  ])('%s is no fragment', (text) => {
    expect(parseFragment(text)).toBeNull()
  })
})
