import { describe, expect, test } from 'vitest'
import { call, each, end, fixed, issueIn, only, set, start, validate } from '../../test/validation.ts'
import { applyOperations, type WorkflowDocument, type WorkflowNode } from '../document/index.ts'
import { node, withPolicy, workflow } from '../testing/index.ts'

const within = (parentId: string) => ({ parentId })
const codesOf = (document: WorkflowDocument) => validate(document).map(({ code }) => code)

/** start > each [ children ] > end, with the edges between the children. */
function looping(children: readonly WorkflowNode[], edges: readonly string[] = []): WorkflowDocument {
  return workflow([start, each('each'), ...children, end], ['start>each', 'each>end', ...edges])
}

describe('the nodes of a loop', () => {
  test('need no path from a trigger and no path to an end', () => {
    const nested = looping(
      [
        node('check', 'if-else', { left: '{{ item }}', right: 'a' }, within('each')),
        set('yes', { n: 1 }, within('each')),
        set('beside', { m: 2 }, within('each')),
        each('inner', { items: '{{ [index] }}' }, within('each')),
        call('leaf', {}, within('inner')),
      ],
      ['check:true>yes', 'beside>inner'],
    )
    expect(validate(nested)).toEqual([])
  })

  test('are not among the nodes that runs reach or end at', () => {
    const document = looping([call('a', {}, within('each'))])
    const unreachable = { ...document, edges: document.edges.filter(({ source }) => source !== 'start') }
    expect(only(validate(unreachable), 'NODE_UNREACHABLE').map(({ nodeId }) => nodeId)).toEqual(['each', 'end'])
    const [issue] = only(validate(unreachable), 'NODE_UNREACHABLE')
    expect(validate(applyOperations(unreachable, issue?.fix?.operations ?? []))).toEqual([])
    const ends = looping([call('a', {}, within('each'))])
    const endless = { ...ends, nodes: ends.nodes.slice(0, -1), edges: ends.edges.slice(0, 1) }
    const next = fixed(endless, issueIn(endless, 'END_MISSING'))
    expect(next.edges.at(-1)).toMatchObject({ source: 'each', sourceHandle: 'success' })
    expect(validate(next)).toEqual([])
  })

  test('may be forked, joined and connected in a cycle only within the loop', () => {
    const nodes = [
      node('fork', 'fork', {}, within('each')),
      set('a', { a: 1 }, within('each')),
      set('b', { b: 1 }, within('each')),
    ]
    const join = (count: number) => withPolicy(node('join', 'join', {}, within('each')), { join: { count } })
    const edges = ['fork:a>a', 'fork:b>b', 'a>join', 'b>join']
    expect(validate(looping([...nodes, join(2)], edges))).toEqual([])
    expect(issueIn(looping([...nodes, join(3)], edges), 'JOIN_IMPOSSIBLE')).toMatchObject({ nodeId: 'join' })
    const cyclic = looping([...nodes, join(2)], [...edges, 'join>fork'])
    expect(issueIn(cyclic, 'WORKFLOW_CYCLE')).toMatchObject({
      nodeId: 'fork',
      values: { nodes: 'fork, a, b, join', count: 4 },
    })
    expect(codesOf(looping([join(1)], ['start>join']))).toEqual(['EDGE_ACROSS_PARENTS', 'JOIN_IMPOSSIBLE'])
  })

  test('have no edges across the border, which make no cycle and lead to no node', () => {
    const document = looping([set('a', {}, within('each'))], ['a>end', 'a>each'])
    const issues = only(validate(document), 'EDGE_ACROSS_PARENTS')
    expect(issues.map(({ edgeId, message }) => [edgeId, message])).toEqual([
      ['a:success>end:in', 'The edge from a to end leads into or out of a loop'],
      ['a:success>each:in', 'The edge from a to each leads into or out of a loop'],
    ])
    expect(codesOf(document)).toEqual(['EDGE_ACROSS_PARENTS', 'EDGE_ACROSS_PARENTS'])
    const reached = looping([set('a', {}, within('each')), set('after')], ['a>after', 'after>end'])
    expect(only(validate(reached), 'NODE_UNREACHABLE')).toMatchObject([{ nodeId: 'after' }])
  })
})

test('the failure of a node in a loop fails its item', () => {
  const route = withPolicy(call('a', {}, within('each')), { onError: 'route' })
  const issue = issueIn(looping([route]), 'ERROR_PORT_UNCONNECTED')
  expect(issue.message).toBe('A failure of a fails the item of its loop: connect its port "error", or choose to fail')
})

describe('CONTAINER_EMPTY', () => {
  test('is an error of a loop without nodes', () => {
    const document = looping([each('inner', {}, within('each'))])
    expect(issueIn(document, 'CONTAINER_EMPTY')).toMatchObject({
      severity: 'error',
      nodeId: 'inner',
      message: 'inner is empty: add a node inside it',
    })
    expect(codesOf(looping([call('a', {}, within('each'))]))).toEqual([])
  })
})

describe('NODE_NOT_IN_CONTAINER', () => {
  test('moves triggers and ends to the top level, without their edges', () => {
    const inner = [set('a', {}, within('each')), node('stop', 'end', {}, within('each'))]
    const document = looping(inner, ['a>stop'])
    const issue = issueIn(document, 'NODE_NOT_IN_CONTAINER')
    expect(issue).toMatchObject({ severity: 'error', nodeId: 'stop', field: 'parentId' })
    expect(issue.message).toBe('stop is inside a loop, but runs end outside of loops')
    const next = fixed(document, issue)
    expect(next.nodes.find(({ id }) => id === 'stop')).not.toHaveProperty('parentId')
    expect(codesOf(next)).toEqual(['NODE_UNREACHABLE'])
  })

  test('is the only issue of a workflow whose trigger is inside a loop', () => {
    const document = workflow([each('each'), node('start', 'start', {}, within('each')), end], ['each>end'])
    const issue = issueIn(document, 'NODE_NOT_IN_CONTAINER')
    expect(issue.message).toBe('start is inside a loop, but runs start outside of loops')
    expect(codesOf(document)).toEqual(['NODE_NOT_IN_CONTAINER'])
  })
})

describe('BREAK_OUTSIDE_LOOP', () => {
  const leave = (id: string, type: 'break' | 'continue', parentId?: string) =>
    node(id, type, {}, parentId === undefined ? {} : { parentId })

  test('is reported for a node that ends an iteration where there is none, also in a scope', () => {
    const document = workflow(
      [
        node('start', 'start'),
        leave('a', 'break'),
        node('try', 'attempt'),
        leave('b', 'continue', 'try'),
        set('c', {}, { parentId: 'try' }),
        node('end', 'end'),
      ],
      ['start>a', 'start>try', 'try>end'],
    )
    const issues = only(validate(document), 'BREAK_OUTSIDE_LOOP')
    expect(issues.map(({ message }) => message)).toEqual([
      'a is not inside a loop, so it has no iteration to end',
      'b is not inside a loop, so it has no iteration to end',
    ])
    for (const issue of issues) expect(issue).toMatchObject({ severity: 'error', fix: { code: 'REMOVE' } })
    const [first] = issues
    if (first === undefined) throw new Error('There is no issue')
    expect(only(validate(fixed(document, first)), 'BREAK_OUTSIDE_LOOP')).toHaveLength(1)
  })

  test('is not reported inside a loop, through scopes, and in what is not known', () => {
    const document = workflow(
      [
        node('start', 'start'),
        node('each', 'each', { items: [1] }),
        leave('a', 'break', 'each'),
        node('try', 'attempt', {}, { parentId: 'each' }),
        leave('b', 'continue', 'try'),
        node('odd', 'acme/none'),
        leave('c', 'break', 'odd'),
        node('end', 'end'),
      ],
      ['start>each', 'each>end', 'start>odd'],
    )
    expect(only(validate(document), 'BREAK_OUTSIDE_LOOP')).toEqual([])
  })
})

describe('PARENT_NOT_CONTAINER', () => {
  test('moves a node out of one that is not a loop, and keeps its edges', () => {
    const inside = [set('a', { k: 1 }, within('box')), set('b', {}, within('box'))]
    const document = workflow([start, set('box'), ...inside, end], ['start>box', 'box>end', 'a>b'])
    const [issue, other] = only(validate(document), 'PARENT_NOT_CONTAINER')
    expect(issue).toMatchObject({ nodeId: 'a', message: 'a is inside box, which is not a loop', field: 'parentId' })
    expect(other).toMatchObject({ nodeId: 'b', fix: { title: 'Move b to the top level' } })
    const next = fixed(fixed(document, issue as never), other as never)
    expect(next.edges).toEqual(document.edges)
    expect(only(validate(next), 'EDGE_ACROSS_PARENTS')).toEqual([])
  })

  test('keeps a node in the loop around both', () => {
    const document = looping([set('box', {}, within('each')), set('a', {}, within('box'))])
    const issue = issueIn(document, 'PARENT_NOT_CONTAINER')
    expect(issue.fix?.title).toBe('Move a into each')
    expect(validate(fixed(document, issue))).toEqual([])
  })

  test('is not reported beside an unknown type, and is for a missing node', () => {
    const unknown = workflow(
      [start, node('box', 'acme/none'), set('a', {}, within('box')), end],
      ['start>box', 'box>end'],
    )
    expect(codesOf(unknown)).toEqual(['NODE_TYPE_UNKNOWN'])
    const missing = workflow([start, set('a', {}, within('gone')), end], ['start>end'])
    expect(issueIn(missing, 'PARENT_NOT_CONTAINER').message).toBe('a is inside gone, which is not a loop')
  })
})

describe('nodes inside each other', () => {
  test('are a cycle, from which one is moved out', () => {
    const document = workflow([start, each('a', {}, within('b')), each('b', {}, within('a')), end], ['start>end'])
    const issue = issueIn(document, 'WORKFLOW_CYCLE')
    expect(issue).toMatchObject({ nodeId: 'a', message: 'These nodes are inside each other: a, b' })
    expect(codesOf(fixed(document, issue))).toEqual(['NODE_UNREACHABLE', 'CONTAINER_EMPTY'])
    const own = workflow([start, each('a', {}, within('a')), end], ['start>end'])
    expect(issueIn(own, 'WORKFLOW_CYCLE').message).toBe('a is inside itself')
    const box = workflow([start, set('a', {}, within('b')), set('b', {}, within('a')), end], ['start>end'])
    expect(only(validate(box), 'PARENT_NOT_CONTAINER').map(({ fix }) => fix?.title)).toEqual([
      'Move a to the top level',
      'Move b to the top level',
    ])
  })
})
