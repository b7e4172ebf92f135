import { describe, expect, test } from 'vitest'
import { parseDocument } from '../document/index.ts'
import { edge, node, withPolicy, workflow } from './index.ts'

describe('edge', () => {
  test.each([
    ['a>b', 'a:success>b:in'],
    ['check:true>mail', 'check:true>mail:in'],
    ['a>b:left', 'a:success>b:left'],
    ['a:no>b:left', 'a:no>b:left'],
  ])('reads %s', (text, id) => {
    expect(edge(text).id).toBe(id)
  })

  test.each(['', 'a', 'a>', '>b', 'a:b:c>d'])('refuses %j', (text) => {
    expect(() => edge(text)).toThrow(expect.objectContaining({ code: 'DOCUMENT_MALFORMED' }))
  })
})

describe('workflow', () => {
  test('makes a sound document, its nodes in a row unless they have a position', () => {
    const document = workflow(
      [
        node('a', 'set'),
        node('b', 'set', { x: 1 }, { position: { x: 5, y: 5 } }),
        withPolicy(node('c', 'set'), { timeout: '1s' }),
      ],
      ['a>b', edge('b>c')],
      { settings: { durability: 'strict' } },
    )
    expect(parseDocument(document)).toEqual(document)
    expect(document.nodes.map(({ position }) => position)).toEqual([
      { x: 0, y: 0 },
      { x: 5, y: 5 },
      { x: 560, y: 0 },
    ])
    expect(document.nodes[2]?.policy).toEqual({ timeout: '1s' })
  })
})

describe('withPolicy', () => {
  test('adds to the policy that a node has', () => {
    const twice = withPolicy(withPolicy(node('a', 'set'), { timeout: '1s' }), { onError: 'route' })
    expect(twice.policy).toEqual({ timeout: '1s', onError: 'route' })
  })
})
