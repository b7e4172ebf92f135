import { describe, expect, test } from 'vitest'
import { call, each, end, fixed, issueIn, manifest, set, start, validate } from '../../test/validation.ts'
import { compensationsOf, documentOrder, type NodePolicy, type WorkflowDocument } from '../document/index.ts'
import { node, withPolicy, workflow } from '../testing/index.ts'
import { scopeSchemaFor, validateWorkflow } from './index.ts'

const COMPENSABLE = { compensation: 'undo' } as const

/** start > a > end, with `undo`, which undoes `a`. */
function undoing(
  undo = call('undo', {}),
  policy: NodePolicy = COMPENSABLE,
  edges: readonly string[] = [],
): WorkflowDocument {
  return workflow([start, withPolicy(call('a'), policy), end, undo], ['start>a', 'a>end', ...edges])
}

describe('a node that undoes another one', () => {
  test('is sound without edges, follows it in document order, and reads its output', () => {
    const document = undoing(call('undo', { url: 'https://example.com/{{ nodes.a.output.status }}' }))
    expect(validate(document)).toEqual([])
    expect([...compensationsOf(document)]).toEqual([['undo', 'a']])
    expect(documentOrder({ ...document, nodes: [...document.nodes].reverse() }).order).toEqual([
      'start',
      'a',
      'undo',
      'end',
    ])
    expect(JSON.stringify(scopeSchemaFor(document, manifest, 'undo'))).toContain('status')
    expect(issueIn(undoing(call('undo', { url: '{{ nodes.end.output }}' })), 'REFERENCE_NOT_UPSTREAM')).toBeDefined()
  })

  test('is no result of the loop that it is in, and starts in no iteration', () => {
    const inside = { parentId: 'each' }
    const document = workflow(
      [
        start,
        each('each'),
        withPolicy(call('a', {}, inside), COMPENSABLE),
        call('undo', { url: 'https://example.com/{{ item }}/{{ nodes.a.output.status }}' }, inside),
        set('last', { n: 1 }, inside),
        set('after', { first: '{{ nodes.each.output.results[0].n }}' }),
        end,
      ],
      ['start>each', 'a>last', 'each>after', 'after>end'],
    )
    expect(validate(document)).toEqual([])
  })

  test('is found by the first of several nodes with one id', () => {
    const nodes = [withPolicy(call('a'), COMPENSABLE), call('undo'), call('undo')]
    expect([...compensationsOf({ nodes, edges: [] })]).toEqual([['undo', 'a']])
  })

  test('undoes no node that runs another workflow', () => {
    const asChild = manifest.nodes.map((entry) =>
      entry.type === 'acme/call' ? { ...entry, control: 'child' as const } : entry,
    )
    const issues = validateWorkflow(undoing(), { ...manifest, nodes: asChild })
    expect(issues.find(({ code }) => code === 'COMPENSATION_NOT_ALLOWED')).toMatchObject({
      nodeId: 'a',
      message: expect.stringContaining('undoes its own work'),
    })
  })

  test('must exist', () => {
    const document = undoing(call('undo'), { compensation: 'gone' })
    const issue = issueIn(document, 'COMPENSATION_UNKNOWN')
    expect(issue).toMatchObject({ nodeId: 'a', field: 'policy.compensation', values: { missing: 'gone' } })
    fixed(document, issue)
  })

  test.each([
    ['trigger', start],
    ['end', end],
    ['loop', each('undo')],
  ])('has a body: no %s', (_kind, undo) => {
    const document = undoing({ ...undo, id: 'undo' })
    fixed(document, issueIn(document, 'COMPENSATION_NOT_ALLOWED'))
  })

  test('undoes no node that controls the flow', () => {
    const document = workflow(
      [start, each('each', {}), call('undo'), end, set('a', {}, { parentId: 'each' })],
      ['start>each', 'each>end'],
    )
    const nodes = document.nodes.map((each) => (each.id === 'each' ? withPolicy(each, COMPENSABLE) : each))
    const issue = issueIn({ ...document, nodes }, 'COMPENSATION_NOT_ALLOWED')
    expect(issue).toMatchObject({ nodeId: 'each', values: { node: 'each' } })
  })

  test('undoes only one node, and is not undone itself', () => {
    const shared = workflow(
      [start, withPolicy(call('a'), COMPENSABLE), withPolicy(call('b'), COMPENSABLE), end, call('undo')],
      ['start>a', 'a>b', 'b>end'],
    )
    const second = issueIn(shared, 'COMPENSATION_SHARED')
    expect(second).toMatchObject({ nodeId: 'b', values: { other: 'a' } })
    fixed(shared, second)
    const nested = undoing(withPolicy(call('undo'), { compensation: 'more' }))
    fixed(
      { ...nested, nodes: [...nested.nodes, call('more')] },
      issueIn({ ...nested, nodes: [...nested.nodes, call('more')] }, 'COMPENSATION_NESTED'),
    )
    const itself = undoing(call('undo'), { compensation: 'a' })
    expect(issueIn(itself, 'COMPENSATION_NESTED')).toMatchObject({ nodeId: 'a' })
  })

  test('is in the same container, and has no edges', () => {
    const elsewhere = workflow(
      [start, withPolicy(call('a'), COMPENSABLE), each('each'), call('undo', {}, { parentId: 'each' }), end],
      ['start>a', 'a>each', 'each>end'],
    )
    fixed(elsewhere, issueIn(elsewhere, 'COMPENSATION_ELSEWHERE'))
    const connected = undoing(call('undo'), COMPENSABLE, ['a>undo', 'undo>end'])
    const issue = issueIn(connected, 'COMPENSATION_HAS_EDGES')
    expect(issue.fix?.operations).toHaveLength(2)
    fixed(connected, issue)
  })

  test('waits for a person after a failure, or is skipped', () => {
    expect(validate(undoing(withPolicy(call('undo'), { onError: 'continue' })))).toEqual([])
    expect(validate(undoing(withPolicy(call('undo'), { onError: 'park' })))).toEqual([])
    const document = undoing(withPolicy(call('undo'), { onError: 'fail' }))
    const issue = issueIn(document, 'COMPENSATION_POLICY')
    expect(issue).toMatchObject({ code: 'COMPENSATION_POLICY', nodeId: 'undo', field: 'policy.onError' })
    fixed(document, issue)
  })

  test('is skipped while it is disabled, of which a warning says so', () => {
    const document = undoing({ ...call('undo'), disabled: true })
    const issue = issueIn(document, 'COMPENSATION_DISABLED')
    expect(issue).toMatchObject({ severity: 'warning', nodeId: 'undo', values: { undone: 'a' } })
    expect(validate(fixed(document, issue))).toEqual([])
    // A disabled node does nothing that could be undone.
    const nodes = document.nodes.map((each) => (each.id === 'a' ? { ...each, disabled: true } : each))
    expect(validate({ ...document, nodes }).map(({ code }) => code)).not.toContain('COMPENSATION_DISABLED')
  })

  test('may be of an unknown type, which has an issue of its own', () => {
    expect(validate(undoing(node('undo', 'nothing'))).map(({ code }) => code)).toEqual(['NODE_TYPE_UNKNOWN'])
  })
})
