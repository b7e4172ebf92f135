import { describe, expect, test } from 'vitest'
import { call, each, end, fixed, issueIn, only, set, start, validate } from '../../test/validation.ts'
import type { WorkflowDocument, WorkflowNode } from '../document/index.ts'
import { node, withPolicy, workflow } from '../testing/index.ts'

const keyed = (idempotency: string, more: Partial<WorkflowNode> = {}): WorkflowNode =>
  withPolicy(call('pay', {}, { parentId: 'each', ...more }), { idempotency })

function paying(pay: WorkflowNode): WorkflowDocument {
  return workflow(
    [start, set('before', { id: 1 }), each('each'), set('a', { n: 1 }, { parentId: 'each' }), pay, end],
    ['start>before', 'before>each', 'a>pay', 'each>end'],
  )
}

describe('IDEMPOTENCY_REPEATED', () => {
  test('warns of a key that is the same in each iteration, and adds the iteration to it', () => {
    const document = paying(keyed('{{ run.id }}-{{ nodes.before.output.id }}'))
    const issue = issueIn(document, 'IDEMPOTENCY_REPEATED')
    expect(issue).toMatchObject({ severity: 'warning', nodeId: 'pay', field: 'policy.idempotency' })
    expect(issue.message).toContain('pay has the same idempotency key in each iteration of each')
    expect(issue.fix?.title).toBe('Add the number of the iteration')
    const next = fixed(document, issue)
    expect(next.nodes.find(({ id }) => id === 'pay')?.policy?.idempotency).toBe(
      '{{ run.id }}-{{ nodes.before.output.id }}-{{ loop.index }}',
    )
    expect(validate(next)).toEqual([])
  })

  test.each(['order', '{{ trigger }}', '{{ vars.x ?? 1 }}', '{{ nodes.gone.output }}'])('warns of %s', (key) => {
    expect(only(validate(paying(keyed(key))), 'IDEMPOTENCY_REPEATED')).toHaveLength(1)
  })

  test.each([
    '{{ item }}',
    'x-{{ index }}',
    '{{ loop.index }}',
    '{{ input.n }}',
    '{{ nodes.a.output.n }}',
    '{{ uuid() }}',
    '{{ item',
  ])('accepts %s', (key) => {
    expect(only(validate(paying(keyed(key))), 'IDEMPOTENCY_REPEATED')).toEqual([])
  })

  test('is about nodes that run inside a loop', () => {
    const off = paying(keyed('x', { disabled: true }))
    const outside = workflow([start, withPolicy(call('pay'), { idempotency: 'x' }), end], ['start>pay', 'pay>end'])
    const ring = workflow([
      start,
      withPolicy(node('a', 'acme/call', {}, { parentId: 'b' }), { idempotency: 'x' }),
      set('b', {}, { parentId: 'a' }),
      withPolicy(call('c', {}, { parentId: 'gone' }), { idempotency: 'y' }),
    ])
    for (const document of [off, outside, ring]) {
      expect(only(validate(document), 'IDEMPOTENCY_REPEATED')).toEqual([])
    }
  })
})
