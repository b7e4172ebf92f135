import { describe, expect, test } from 'vitest'
import { evaluateNode } from '../../test/run-node.ts'
import { respondNode } from './implementation.ts'

const FILE = { file: `fil_${'0'.repeat(32)}`, name: 'a.pdf', type: 'application/pdf', size: 3 }
const responseOf = (params: Parameters<typeof evaluateNode>[1]) => evaluateNode(respondNode, params)

describe('respond', () => {
  test.each([
    [{}, { status: 200, format: 'json', headers: {}, body: null }],
    [{ body: '{"id":7615917337495251231}' }, { body: { id: '7615917337495251231' } }],
    [{ body: ' ' }, { body: null }],
    [{ body: { ok: true } }, { body: { ok: true } }],
    [
      { format: 'text', body: 'a', headers: { 'X-Custom-Count': 2 } },
      { format: 'text', body: 'a', headers: { 'x-custom-count': '2' } },
    ],
    [{ format: 'file', file: FILE }, { body: FILE }],
    [
      { format: 'empty', status: 204 },
      { status: 204, body: null },
    ],
  ])('answers %j', (params, response) => {
    expect(responseOf(params)).toMatchObject({ port: 'success', output: { response } })
  })

  test.each([
    [{ body: 'no JSON' }, 'RUN_ANSWER_INVALID'],
    [{ headers: { 'Set-Cookie': 'a=1' } }, 'RUN_ANSWER_INVALID'],
    [{ format: 'file' }, 'RUN_ANSWER_INVALID'],
    [{ status: 100 }, 'NODE_PARAMS_INVALID'],
  ])('fails with %j', (params, code) => {
    expect(() => responseOf(params)).toThrow(expect.objectContaining({ code }))
  })
})
