import { describe, expect, test } from 'vitest'
import { around, call, end, fixed, issueIn, manifest, only, set, start, validate } from '../../test/validation.ts'
import type { WorkflowNode } from '../document/index.ts'
import { edge, node, workflow } from '../testing/index.ts'
import { validateWorkflow } from './index.ts'

describe('triggers, ends and ways', () => {
  test('TRIGGER_MISSING adds a trigger before the first node', () => {
    const document = workflow([set('a'), set('start'), end], ['a>start', 'start>end'])
    const issue = issueIn(document, 'TRIGGER_MISSING')
    expect(issue.severity).toBe('error')
    const next = fixed(document, issue)
    expect(next.nodes.at(-1)).toMatchObject({
      id: 'start_2',
      type: 'start',
      name: 'Start',
      position: { x: -280, y: 0 },
    })
    expect(next.edges.at(-1)).toEqual(edge('start_2>a'))
  })

  test('TRIGGER_MISSING adds a trigger to an empty document, too, if there is one', () => {
    const empty = workflow([])
    expect(fixed(empty, issueIn(empty, 'TRIGGER_MISSING')).nodes).toMatchObject([
      { id: 'start', position: { x: 0, y: 0 } },
    ])
    expect(validateWorkflow(empty, { nodes: [] })).toMatchObject([{ code: 'TRIGGER_MISSING' }])
    expect(validateWorkflow(empty, { nodes: [] })[0]).not.toHaveProperty('fix')
    const portless = manifest.nodes
      .filter(({ type }) => type === 'start')
      .map((entry) => ({ ...entry, type: 'acme/cron-job', ports: [] }))
    const [issue] = validateWorkflow(workflow([set('a')]), {
      nodes: [...portless, ...manifest.nodes.filter(({ type }) => type !== 'start')],
    })
    expect(issue?.fix?.operations).toMatchObject([{ op: 'add_node', node: { id: 'cron_job' } }])
  })

  test('TRIGGER_DISABLED warns that a trigger starts no runs, and enables it', () => {
    const document = workflow([{ ...start, disabled: true }, end], ['start>end'])
    const issue = issueIn(document, 'TRIGGER_DISABLED')
    expect(issue).toMatchObject({ severity: 'warning', nodeId: 'start', message: expect.stringContaining('no runs') })
    const next = fixed(document, issue)
    expect(next.nodes[0]).not.toHaveProperty('disabled')
    expect(validate(next).filter(({ code }) => code === 'TRIGGER_DISABLED')).toEqual([])
  })

  test('END_MISSING and NODE_UNREACHABLE warn', () => {
    const document = workflow([start, set('a'), set('lost', {}, { name: 'Lost' }), end], ['start>a', 'lost>end'])
    expect(issueIn(document, 'END_MISSING')).toMatchObject({ severity: 'warning' })
    expect(only(validate(document), 'NODE_UNREACHABLE')).toMatchObject([
      { severity: 'warning', nodeId: 'lost', message: 'Lost never runs: no path leads to it from a trigger' },
      { nodeId: 'end' },
    ])
  })

  test('WORKFLOW_CYCLE names the nodes and removes the edge that leads back', () => {
    const document = workflow([start, set('a'), set('b'), set('c'), end], ['start>a', 'a>b', 'b>c', 'c>a', 'c>end'])
    const issue = issueIn(document, 'WORKFLOW_CYCLE')
    expect(issue).toMatchObject({ severity: 'error', nodeId: 'a', edgeId: edge('c>a').id })
    expect(issue.message).toContain('a, b, c')
    expect(fixed(document, issue).edges).toHaveLength(4)
    const self = workflow([start, set('a')], ['start>a', 'a>a'])
    expect(issueIn(self, 'WORKFLOW_CYCLE').message).toBe('a is connected to itself')
    const many = [...'abcdefg']
    const ring = workflow(
      [start, ...many.map((id) => set(id))],
      many.map((id, index) => `${id}>${many[(index + 1) % 7]}`),
    )
    expect(issueIn(ring, 'WORKFLOW_CYCLE').message).toContain('a, b, c, d, e and 2 more')
  })
})

describe('edges', () => {
  const withEdge = (text: string, ...nodes: WorkflowNode[]) => {
    const document = around(...nodes)
    return { ...document, edges: [...document.edges, edge(text)] }
  }

  test('EDGE_DANGLING', () => {
    expect(issueIn(withEdge('start>gone'), 'EDGE_DANGLING')).toMatchObject({
      edgeId: edge('start>gone').id,
      message: expect.stringContaining('"gone"'),
    })
    expect(issueIn(withEdge('gone>end'), 'EDGE_DANGLING').fix?.operations).toEqual([
      { op: 'remove_edge', edgeId: edge('gone>end').id },
    ])
  })

  test('EDGE_DUPLICATE', () => {
    expect(only(validate(withEdge('start>end')), 'EDGE_DUPLICATE')).toHaveLength(1)
  })

  test('PORT_UNKNOWN goes to the port that was meant, if no edge is there already', () => {
    const document = withEdge('check:tru>end', node('check', 'if-else', { left: 1, operator: '==' }), set('a'))
    const broken = {
      ...document,
      edges: document.edges.filter(({ source }) => source !== 'check').concat(edge('check:tru>end')),
    }
    const issue = issueIn(broken, 'PORT_UNKNOWN')
    expect(issue).toMatchObject({
      nodeId: 'check',
      edgeId: edge('check:tru>end').id,
      message: 'check has no port "tru"',
    })
    expect(fixed(broken, issue).edges.at(-1)).toEqual(edge('check:true>end'))
    const taken = { ...broken, edges: [...broken.edges, edge('check:true>end')] }
    expect(issueIn(taken, 'PORT_UNKNOWN').fix?.title).toBe('Remove the edge')
    fixed(taken, issueIn(taken, 'PORT_UNKNOWN'))
    expect(issueIn(withEdge('start:nothing-like-it>end'), 'PORT_UNKNOWN').fix?.title).toBe('Remove the edge')
  })

  test('PORT_UNKNOWN of the error port sends failures there', () => {
    const document = withEdge('a:error>end', call('a'))
    const issue = issueIn(document, 'PORT_UNKNOWN')
    expect(fixed(document, issue).nodes[1]?.policy).toEqual({ onError: 'route' })
  })

  test('INPUT_UNKNOWN goes to the input that was meant, or the only one', () => {
    const wrong = (handle: string, type: string) => {
      const document = workflow([start, node('a', type, { fields: {} }), end], [`start:success>a:${handle}`, 'a>end'])
      return fixed(document, issueIn(document, 'INPUT_UNKNOWN')).edges.find(({ target }) => target === 'a')
        ?.targetHandle
    }
    expect(wrong('anything', 'set')).toBe('in')
    expect(wrong('othr', 'acme/single')).toBe('other')
    expect(wrong('anything', 'acme/single')).toBeUndefined()
    const taken = workflow([start, set('a'), end], ['start:success>a:input', 'start>a', 'a>end'])
    expect(fixed(taken, issueIn(taken, 'INPUT_UNKNOWN')).edges).toHaveLength(2)
  })

  test('TRIGGER_HAS_EDGE', () => {
    const document = withEdge('start:success>start:in')
    expect(issueIn(document, 'TRIGGER_HAS_EDGE')).toMatchObject({ nodeId: 'start', fix: { title: 'Remove the edge' } })
  })

  test('INPUT_FULL', () => {
    const base = workflow(
      [start, set('a'), node('s', 'acme/single'), end],
      ['start>a', 'a>s', 'start>s', 's>end', 'start:success>s:other', 'a:success>s:other'],
    )
    const issue = issueIn(base, 'INPUT_FULL')
    expect(issue).toMatchObject({
      nodeId: 's',
      edgeId: edge('start>s').id,
      message: 'The input "Only" of s accepts 1 edge only',
      values: { input: 'Only', maximum: 1 },
    })
    fixed(base, issue)
    // Definitions of later versions may allow more.
    const messagesFor = (maxEdges: number) => {
      const inputs = [{ name: 'in', maxEdges: maxEdges as 1 }]
      const nodes = manifest.nodes.map((entry) => (entry.type === 'acme/single' ? { ...entry, inputs } : entry))
      const three = { ...base, edges: [...base.edges, edge('end>s')] }
      return only(validateWorkflow(three, { nodes }), 'INPUT_FULL').map(({ message }) => message)
    }
    expect(messagesFor(1)).toEqual(Array(2).fill('The input "in" of s accepts 1 edge only'))
    expect(messagesFor(2)).toEqual(['The input "in" of s accepts 2 edges only'])
  })

  test('EDGE_ACROSS_PARENTS', () => {
    const document = around(set('a'), set('b', {}, { parentId: 'a' }))
    expect(only(validate(document), 'EDGE_ACROSS_PARENTS').map((issue) => issue.edgeId)).toEqual([
      edge('a>b').id,
      edge('b>end').id,
    ])
  })

  test('ports and inputs of an unknown type are not judged', () => {
    const issues = validate(workflow([start, node('x', 'gone/away'), end], ['start:success>x:odd', 'x:odd>end']))
    expect(issues.map(({ code }) => code)).toEqual(['NODE_TYPE_UNKNOWN'])
  })
})
