import { describe, expect, test } from 'vitest'
import { node, workflow } from '../testing/index.ts'
import { hideSecrets, MASK, maskDocument, maskParams } from './index.ts'

const marker = { $secret: 'sec_abcdefghijklmnopqrstuv', setAt: '2026-11-03T10:00:00.000Z', setBy: 'Ada' }
const schema = { type: 'object', properties: { code: { type: 'object', secret: true }, name: { type: 'string' } } }
const manifest = { nodes: [{ type: 'acme/pay', version: 1, params: schema }] } as unknown as Parameters<
  typeof maskDocument
>[1]
const document = workflow(
  [
    node('plain', 'acme/pay', { code: 'in-the-clear', name: 'Ada' }),
    node('marked', 'acme/pay', { code: marker, headers: { Cookie: 'in-the-clear' } }),
    node('unknown', 'acme/other', { code: 'no secret' }),
  ],
  [],
)
const paramsOf = (masked: typeof document) => masked.nodes.map((one) => one.params)

describe('maskParams', () => {
  test('masks a secret that is no marker, and credentials', () => {
    expect(maskParams(schema, { code: 'in-the-clear', url: 'https://u:p@x.test' })).toEqual({
      code: MASK,
      url: `https://${MASK}@x.test`,
    })
    expect(maskParams(schema, { code: marker })).toEqual({ code: marker })
    expect(maskParams(schema, 'https://u:p@x.test')).toBe(`https://${MASK}@x.test`)
  })
})

describe('maskDocument', () => {
  test('masks secrets and credentials of every node', () => {
    expect(paramsOf(maskDocument(document, manifest))).toEqual([
      { code: MASK, name: 'Ada' },
      { code: marker, headers: { Cookie: MASK } },
      { code: 'no secret' },
    ])
  })

  test('gives the same document if there is nothing to mask', () => {
    const clean = workflow([node('a', 'acme/pay', { code: marker })], [])
    expect(maskDocument(clean, manifest)).toBe(clean)
  })
})

describe('hideSecrets', () => {
  test('masks secrets alone: an editor has to see the headers that they write', () => {
    expect(paramsOf(hideSecrets(document, manifest))).toEqual([
      { code: MASK, name: 'Ada' },
      { code: marker, headers: { Cookie: 'in-the-clear' } },
      { code: 'no secret' },
    ])
  })
})
