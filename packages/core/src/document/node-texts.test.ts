import { describe, expect, test } from 'vitest'
import { node } from '../testing/index.ts'
import { mapNode, policyTexts, textLeaves } from './index.ts'

const charge = node(
  'charge',
  'acme/charge',
  { rows: [{ value: '{{a}}' }, 1, null], on: true },
  {
    policy: {
      retry: { maximumAttempts: 2 },
      taskQueue: 'gpu',
      onError: 'route',
      skipIf: '{{b}}',
      idempotency: '{{c}}',
      compensation: 'refund',
    },
  },
)

test('policyTexts gives the templates of a policy, and no other text of it', () => {
  expect(policyTexts(charge)).toEqual([
    { path: ['policy', 'skipIf'], text: '{{b}}' },
    { path: ['policy', 'idempotency'], text: '{{c}}' },
  ])
  expect(policyTexts(node('a', 'set'))).toEqual([])
})

test('textLeaves gives texts at any depth', () => {
  expect(textLeaves(charge.params)).toEqual([{ path: ['rows', 0, 'value'], text: '{{a}}' }])
})

describe('mapNode', () => {
  test('changes every template and every reference, and nothing else', () => {
    const mapped = mapNode(charge, { text: (text) => `${text}!`, nodeId: (id) => `${id}_2` })
    expect(mapped).toEqual({
      ...charge,
      params: { rows: [{ value: '{{a}}!' }, 1, null], on: true },
      policy: { ...charge.policy, skipIf: '{{b}}!', idempotency: '{{c}}!', compensation: 'refund_2' },
    })
  })

  test('takes references away that lead nowhere, and a policy of which nothing is left', () => {
    const changes = { text: (text: string) => text, nodeId: () => null }
    expect(mapNode(charge, changes).policy).not.toHaveProperty('compensation')
    const only = node('a', 'set', {}, { policy: { compensation: 'b' } })
    expect(mapNode(only, changes)).toEqual(node('a', 'set'))
    expect(mapNode(node('a', 'set'), changes)).toEqual(node('a', 'set'))
  })
})
