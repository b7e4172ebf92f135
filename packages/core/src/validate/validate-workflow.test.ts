import { describe, expect, test } from 'vitest'
import { workflowManifest } from '../../test/workflow-types.ts'
import { applyOperations, type WorkflowDocument, type WorkflowNode } from '../document/index.ts'
import type { JsonObject } from '../json.ts'
import { edge, node, withPolicy, workflow } from '../testing/index.ts'
import { ISSUE_CODES, validateWorkflow, type WorkflowIssue } from './index.ts'

const manifest = workflowManifest()
const validate = (document: WorkflowDocument) => validateWorkflow(document, manifest)
const start = node('start', 'start')
const end = node('end', 'end')
const set = (id: string, fields: JsonObject = {}, more: Partial<WorkflowNode> = {}) => node(id, 'set', { fields }, more)
const call = (id: string, params: JsonObject = {}, more: Partial<WorkflowNode> = {}) =>
  node(id, 'acme/call', { url: 'https://x', ...params }, more)

/** A sound workflow around one node. */
const around = (...nodes: WorkflowNode[]) => {
  const ids = ['start', ...nodes.map(({ id }) => id), 'end']
  return workflow(
    [start, ...nodes, end],
    ids.slice(1).map((id, index) => `${ids[index]}>${id}`),
  )
}

const only = (issues: readonly WorkflowIssue[], code: string) => issues.filter((issue) => issue.code === code)

/** The one issue with this code. */
function issueIn(document: WorkflowDocument, code: string): WorkflowIssue {
  const [issue, ...others] = only(validate(document), code)
  expect(others).toEqual([])
  if (issue === undefined) throw new Error(`no ${code} in ${JSON.stringify(validate(document))}`)
  return issue
}

/** The document after the fix of the issue, which no longer has it. */
function fixed(document: WorkflowDocument, issue: WorkflowIssue): WorkflowDocument {
  const next = applyOperations(document, issue.fix?.operations ?? [])
  expect(only(validate(next), issue.code)).toHaveLength(only(validate(document), issue.code).length - 1)
  return next
}

describe('validateWorkflow', () => {
  test('finds nothing wrong with a sound workflow', () => {
    const sound = workflow(
      [
        start,
        set('a', { score: '{{ 0.5 + 0.4 }}' }),
        node('check', 'if-else', { left: '{{ input.score }}', operator: '>', right: 0.7 }),
        call('b'),
        set('c'),
        end,
      ],
      ['start>a', 'a>check', 'check:true>b', 'check:false>c', 'b>end', 'c>end'],
    )
    expect(validate(sound)).toEqual([])
  })

  test('puts issues in the order of the nodes, those of no node first', () => {
    const document = workflow([call('z', { url: '' }), call('a', { url: '' })])
    expect(validate(document).map(({ code, nodeId }) => [code, nodeId])).toEqual([
      ['TRIGGER_MISSING', undefined],
      ['PARAM_REQUIRED', 'z'],
      ['PARAM_REQUIRED', 'a'],
    ])
  })

  test('reports a document that cannot be read as its one issue, with the node if it is in one', () => {
    const broken = around({ ...set('a'), typeVersion: 0 })
    expect(validate(broken)).toEqual([
      expect.objectContaining({
        code: 'DOCUMENT_MALFORMED',
        severity: 'error',
        nodeId: 'a',
        path: ['typeVersion'],
        field: 'typeVersion',
      }),
    ])
    expect(validate({ ...broken, nodes: [null as never] })).toEqual([expect.objectContaining({ path: ['nodes', 0] })])
    expect(validate({ ...broken, nodes: 5 as never })).toEqual([expect.objectContaining({ path: ['nodes'] })])
    expect(validate(null as never)).toEqual([expect.objectContaining({ code: 'DOCUMENT_MALFORMED', path: [] })])
    expect(validate({ ...broken, nodes: [{} as never] })).toEqual([
      expect.objectContaining({ path: ['nodes', 0, 'id'] }),
    ])
  })

  test('knows each of its codes from the list that it gives', () => {
    expect(new Set(ISSUE_CODES).size).toBe(ISSUE_CODES.length)
  })
})

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
    expect(issueIn(self, 'WORKFLOW_CYCLE').message).toBe('a leads back to itself')
    const many = [...'abcdefg']
    const ring = workflow(
      [start, ...many.map((id) => set(id))],
      many.map((id, index) => `${id}>${many[(index + 1) % 7]}`),
    )
    expect(issueIn(ring, 'WORKFLOW_CYCLE').message).toContain('a, b, c, d, e and 2 more')
  })

  test('a cycle of containers is no cycle of edges', () => {
    const inside = (id: string, parentId: string) => set(id, {}, { parentId })
    const issues = validate(workflow([start, inside('a', 'b'), inside('b', 'a')]))
    expect(only(issues, 'WORKFLOW_CYCLE')).toEqual([])
    expect(only(issues, 'CONTAINER_NOT_AVAILABLE')).toHaveLength(2)
  })
})

describe('nodes', () => {
  test('NODE_TYPE_UNKNOWN guesses what was meant', () => {
    const unknown = (type: string) => issueIn(around(node('a', type)), 'NODE_TYPE_UNKNOWN').message
    expect(unknown('acme/cal')).toBe('a: there is no node type "acme/cal". Did you mean "acme/call"?')
    expect(unknown('zzz/zzz')).toBe('a: there is no node type "zzz/zzz"')
  })

  test('NODE_VERSION_UNKNOWN goes to the latest version', () => {
    const document = around(node('a', 'acme/single', {}, { typeVersion: 7 }))
    const issue = issueIn(document, 'NODE_VERSION_UNKNOWN')
    expect(issue.message).toBe('a: version 7 of "acme/single" is not there; there is version 2')
    expect(fixed(document, issue).nodes[1]?.typeVersion).toBe(2)
  })

  test('NODE_NAME_DUPLICATE renames the later one to a free name', () => {
    const document = around(
      set('a', {}, { name: 'Same' }),
      set('b', {}, { name: 'Same 2' }),
      set('c', {}, { name: 'Same' }),
    )
    const issue = issueIn(document, 'NODE_NAME_DUPLICATE')
    expect(issue).toMatchObject({ severity: 'warning', nodeId: 'c', field: 'name' })
    expect(fixed(document, issue).nodes[3]?.name).toBe('Same 3')
  })

  test('NODE_ID_DUPLICATE', () => {
    expect(
      issueIn(workflow([start, set('a', {}, { name: 'x' }), set('a', {}, { name: 'y' })]), 'NODE_ID_DUPLICATE'),
    ).toMatchObject({ nodeId: 'a' })
  })

  test('CONTAINER_NOT_AVAILABLE takes the node out', () => {
    const document = around(set('a'), set('b', {}, { parentId: 'a' }))
    expect(fixed(document, issueIn(document, 'CONTAINER_NOT_AVAILABLE')).nodes[2]).not.toHaveProperty('parentId')
  })

  test('a node without a name is called by its id', () => {
    expect(issueIn(around(call('a', { url: '' }, { name: '' })), 'PARAM_REQUIRED').message).toBe(
      'a: "Address" is required',
    )
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
      message: 'The input "Only" of s takes one edge only',
    })
    fixed(base, issue)
    const untitled = manifest.nodes.map((entry) =>
      entry.type === 'acme/single' ? { ...entry, inputs: [{ name: 'in', maxEdges: 1 as const }] } : entry,
    )
    expect(only(validateWorkflow(base, { nodes: untitled }), 'INPUT_FULL')[0]?.message).toContain('The input "in"')
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

describe('policies', () => {
  const policy = (of: WorkflowNode['policy'] & object, type: WorkflowNode = call('a')) => around(withPolicy(type, of))

  test.each<[NonNullable<WorkflowNode['policy']>, string, string]>([
    [{ retry: { maximumAttempts: 0 } }, 'policy.retry.maximumAttempts', 'error'],
    [{ retry: { backoffCoefficient: 0.5 } }, 'policy.retry.backoffCoefficient', 'error'],
    [{ retry: { initialInterval: '2s', maximumInterval: '1s' } }, 'policy.retry.maximumInterval', 'error'],
    [{ timeout: '0s' }, 'policy.timeout', 'error'],
    [{ heartbeat: '0s' }, 'policy.heartbeat', 'error'],
    [{ timeout: '1s', heartbeat: '2s' }, 'policy.heartbeat', 'warning'],
  ])('POLICY_INVALID for %j at %s', (of, field, severity) => {
    expect(issueIn(policy(of), 'POLICY_INVALID')).toMatchObject({ nodeId: 'a', field, severity })
  })

  test('sound policies pass', () => {
    const of = {
      retry: { initialInterval: '1s', maximumInterval: '1s', maximumAttempts: 1, backoffCoefficient: 1 },
      timeout: '2s',
      heartbeat: '1s',
    } as const
    expect(validate(policy(of))).toEqual([])
  })

  test('POLICY_INVALID for a run timeout of 0', () => {
    expect(issueIn({ ...around(), settings: { timeout: '0h' } }, 'POLICY_INVALID')).toMatchObject({
      field: 'settings.timeout',
    })
  })

  test.each([{ onError: 'park' }, { compensation: 'start' }] as const)('POLICY_NOT_AVAILABLE for %j', (of) => {
    const document = policy(of)
    fixed(document, issueIn(document, 'POLICY_NOT_AVAILABLE'))
  })

  test('ERROR_PORT_UNCONNECTED warns unless an edge leaves the error port', () => {
    const document = policy({ onError: 'route' })
    const issue = issueIn(document, 'ERROR_PORT_UNCONNECTED')
    expect(issue.severity).toBe('warning')
    fixed(document, issue)
    expect(validate({ ...document, edges: [...document.edges, edge('a:error>end')] })).toEqual([])
    expect(validate(policy({ onError: 'route' }, call('a', {}, { disabled: true })))).toEqual([])
  })

  describe('JOIN_IMPOSSIBLE', () => {
    const joined = (count: number, nodes: WorkflowNode[], edges: string[]) =>
      workflow([start, ...nodes, withPolicy(node('join', 'join'), { join: { count } }), end], [...edges, 'join>end'])
    const condition = node('if', 'if-else', { left: 1, operator: '==' })

    test('for more branches than there are edges', () => {
      const document = joined(3, [node('fork', 'fork')], ['start>fork', 'fork:a>join', 'fork:b>join'])
      const issue = issueIn(document, 'JOIN_IMPOSSIBLE')
      expect(issue.message).toBe('join waits for 3 branches, but at most 2 of its 2 edges can arrive')
      expect(fixed(document, issue).nodes.find(({ id }) => id === 'join')?.policy).toEqual({ join: { count: 2 } })
    })

    test('for more branches than one condition can take', () => {
      expect(
        issueIn(joined(2, [condition], ['start>if', 'if:true>join', 'if:false>join']), 'JOIN_IMPOSSIBLE').message,
      ).toContain('at most 1 of its 2')
    })

    test('not for branches of different nodes, nor for two edges of one port', () => {
      const ways = joined(2, [condition, set('a')], ['start>if', 'if:true>join', 'start>a', 'a>join'])
      expect(only(validate(ways), 'JOIN_IMPOSSIBLE')).toEqual([])
    })

    test('removes the mode where nothing can arrive', () => {
      const document = joined(1, [set('a')], ['start>a'])
      fixed(document, issueIn(document, 'JOIN_IMPOSSIBLE'))
    })
  })
})

describe('params', () => {
  test.each<[string, WorkflowNode, string, string]>([
    ['a missing param', node('a', 'acme/call'), 'PARAM_REQUIRED', 'params.url'],
    ['an empty text', call('a', { url: '' }), 'PARAM_REQUIRED', 'params.url'],
    ['a missing field of an item', call('a', { lines: [{ sku: 'A' }] }), 'PARAM_REQUIRED', 'params.lines.0.count'],
    ['a value of another kind', call('a', { url: 5 }), 'PARAM_INVALID', 'params.url'],
    ['a pattern', call('a', { lines: [{ sku: 'a', count: 1 }] }), 'PARAM_INVALID', 'params.lines.0.sku'],
    ['a value that is not allowed', call('a', { method: 'PUT' }), 'PARAM_INVALID', 'params.method'],
    [
      'a template where a fixed value is needed',
      call('a', { method: '{{ input.m }}' }),
      'PARAM_INVALID',
      'params.method',
    ],
    [
      'too many items, templates or not',
      call('a', { lines: ['{{ 1 }}', '{{ 2 }}', '{{ 3 }}', '{{ 4 }}'] }),
      'PARAM_INVALID',
      'params.lines',
    ],
    ['a choice', call('a', { mixed: { n: 'one' } }), 'PARAM_INVALID', 'params.mixed'],
  ])('%s is an issue at its place', (_, of, code, field) => {
    expect(issueIn(around(of), code)).toMatchObject({ severity: 'error', nodeId: 'a', field })
  })

  test.each<[string, JsonObject]>([
    ['a number', { lines: [{ sku: 'A', count: '{{ 2 }}' }] }],
    ['a text with a pattern', { lines: [{ sku: '{{ upper("a") }}', count: 1 }] }],
    ['an item', { lines: ['{{ {sku: "A", count: 1} }}'] }],
    ['a list', { lines: '{{ [] }}' }],
    ['a choice', { headers: { x: '{{ 1 }}' } }],
    ['an object', { headers: '{{ {} }}' }],
    ['a part of a choice', { mixed: { n: '{{ 1 }}' } }],
  ])('a template may stand for %s', (_, params) => {
    expect(validate(around(call('a', params)))).toEqual([])
  })

  test('messages name params by their titles', () => {
    expect(issueIn(around(call('a', { lines: [{ sku: 'a', count: 1 }] })), 'PARAM_INVALID').message).toBe(
      'a: "lines 1 sku": It does not have the pattern that is asked for',
    )
  })

  test('PARAM_UNKNOWN renames what was spelled wrong and removes the rest', () => {
    const misspelled = around(node('a', 'acme/call', { urll: 'https://x' }))
    const issue = issueIn(misspelled, 'PARAM_UNKNOWN')
    expect(issue).toMatchObject({ severity: 'warning', field: 'params.urll' })
    expect(fixed(misspelled, issue).nodes[1]?.params).toEqual({ url: 'https://x' })
    const strange = around(call('a', { zebra: 1 }))
    expect(fixed(strange, issueIn(strange, 'PARAM_UNKNOWN')).nodes[1]?.params).toEqual({ url: 'https://x' })
  })

  test('PARAM_UNKNOWN is not for types that say nothing of their params', () => {
    const [entry] = manifest.nodes.filter(({ type }) => type === 'acme/call')
    if (entry === undefined) throw new Error('the manifest has acme/call')
    const issues = (params: JsonObject | boolean) =>
      validateWorkflow(around(call('a', { zebra: 1 })), {
        nodes: [...manifest.nodes.filter(({ type }) => type !== 'acme/call'), { ...entry, params }],
      })
    for (const params of [true, {}, { properties: {}, additionalProperties: true }]) expect(issues(params)).toEqual([])
  })

  test('PARAM_LITERAL warns of expressions that are not evaluated', () => {
    const issue = issueIn(around(node('a', 'acme/single', { mode: '{{ x }}' })), 'PARAM_LITERAL')
    expect(issue).toMatchObject({ severity: 'warning', field: 'params.mode' })
    const described = { type: 'object', properties: { q: { description: 'Write {{ name }}' } } }
    expect(only(validate(around(node('a', 'acme/ask', { prompt: 'x', schema: described }))), 'PARAM_LITERAL')).toEqual(
      [],
    )
  })

  test('SCHEMA_INVALID for a schema in a param that cannot be used', () => {
    const broken = { type: 'object', properties: { a: { type: 'string', pattern: '(?=x)' } } }
    expect(issueIn(around(node('a', 'acme/ask', { prompt: 'x', schema: broken })), 'SCHEMA_INVALID')).toMatchObject({
      field: 'params.schema',
    })
    expect(only(validate(around(node('a', 'acme/ask', { prompt: 'x', schema: 5 }))), 'SCHEMA_INVALID')).toEqual([])
  })

  test('SCHEMA_INVALID for a node type whose own schema cannot be used', () => {
    const nodes = manifest.nodes.map((entry) =>
      entry.type === 'set' ? { ...entry, params: { $ref: '#/nowhere' } } : entry,
    )
    expect(only(validateWorkflow(around(set('a')), { nodes }), 'SCHEMA_INVALID')).toMatchObject([{ nodeId: 'a' }])
  })

  test('lint rules apply to fixed values only', () => {
    const single = (params: JsonObject) => validate(around(node('a', 'acme/single', params)))
    expect(single({ mode: 'later' })).toMatchObject([
      { code: 'WAIT_MISSING', severity: 'error', field: 'params.wait', message: 'a: Say how long to wait' },
    ])
    expect(single({ mode: 'later', wait: 'abcdefg' })).toMatchObject([
      { code: 'WAIT_LONG', severity: 'warning', nodeId: 'a' },
    ])
    expect(single({ mode: 'later', wait: 'abcdefg' })[0]).not.toHaveProperty('field')
    expect(single({ mode: 'later', wait: '{{ "5s" }}' })).toEqual([])
    expect(single({})).toEqual([])
  })
})

describe('templates', () => {
  const asked = (prompt: string, more: JsonObject = {}) => node('a', 'acme/call', { url: prompt, ...more })
  const input = (properties: JsonObject, more: JsonObject = {}) =>
    node('start', 'start', { inputSchema: { type: 'object', properties, required: Object.keys(properties), ...more } })
  const from = (properties: JsonObject, of: WorkflowNode, more: JsonObject = {}) =>
    workflow([input(properties, more), of, end], ['start>a', 'a>end'])

  test('that cannot be read are an issue with a range', () => {
    expect(issueIn(around(asked('x {{ 1 + }}')), 'EXPRESSION_SYNTAX')).toMatchObject({
      field: 'params.url',
      range: { start: 9, end: 10 },
    })
  })

  test('that read what nobody writes offer what was meant', () => {
    const closed = from({ sentiment: { type: 'string' } }, asked('x {{ input.sentimant }}'), {
      additionalProperties: false,
    })
    const issue = issueIn(closed, 'EXPRESSION_PATH_MISSING')
    expect(issue).toMatchObject({
      severity: 'error',
      range: { start: 11, end: 20 },
      fix: { title: 'Change to sentiment' },
    })
    expect(fixed(closed, issue).nodes[1]?.params.url).toBe('x {{ input.sentiment }}')
    const open = from({ sentiment: { type: 'string' } }, asked('x {{ input.sentimant }}'))
    expect(issueIn(open, 'EXPRESSION_PATH_MISSING').severity).toBe('warning')
  })

  test('that read a node by a wrong id offer the right one', () => {
    const document = around(call('first'), asked('{{ nodes.frist.output.status }}x'))
    expect(fixed(document, issueIn(document, 'EXPRESSION_PATH_MISSING')).nodes[2]?.params.url).toBe(
      '{{ nodes.first.output.status }}x',
    )
  })

  test('that read what only some paths write say on how many', () => {
    const condition = (id: string) => node(id, 'if-else', { left: 1, operator: '==' })
    const document = workflow(
      [
        start,
        condition('i'),
        condition('j'),
        set('x', { k: 'v' }),
        set('y', { k: 'v' }),
        set('z', { k: 'v' }),
        set('none'),
        asked('{{ input.k }}'),
        end,
      ],
      [
        'start>i',
        'i:true>x',
        'i:false>j',
        'j:true>y',
        'j:false>z',
        'x>a',
        'y>a',
        'z>a',
        'start>none',
        'none>a',
        'a>end',
      ],
    )
    const issue = issueIn(document, 'EXPRESSION_PATH_UNSURE')
    expect(issue).toMatchObject({ severity: 'warning', message: 'a: "Address": input.k exists on 3 of 4 paths' })
    fixed(document, issue)
  })

  test('that read what may be missing on every path, or deeper down, say just that', () => {
    const optional = from({}, asked('{{ input.k }}'), { properties: { k: { type: 'string' } } })
    expect(issueIn(optional, 'EXPRESSION_PATH_UNSURE').message).toBe('a: "Address": input.k may be missing')
    const deep = from({ o: { type: 'object', properties: { k: { type: 'string' } } } }, asked('{{ input.o.k }}'))
    expect(issueIn(deep, 'EXPRESSION_PATH_UNSURE').message).toBe('a: "Address": input.o.k may be missing')
    const output = workflow([start, call('c'), asked('x{{ nodes.c.output.body }}'), end], ['start>c', 'c>a', 'a>end'])
    expect(issueIn(output, 'EXPRESSION_PATH_UNSURE').message).toContain('nodes.c.output.body may be missing')
    const listed = from({}, asked('{{ input["k"] }}'), { properties: { k: { type: 'string' } } })
    expect(issueIn(listed, 'EXPRESSION_PATH_UNSURE')).toMatchObject({ severity: 'warning' })
  })

  test('REFERENCE_NOT_UPSTREAM for a node that does not come before', () => {
    const document = workflow(
      [start, asked('x{{ nodes.after.output }}{{ nodes.a.output }}'), call('after', {}, { name: 'After' }), end],
      ['start>a', 'a>after', 'after>end'],
    )
    expect(only(validate(document), 'REFERENCE_NOT_UPSTREAM').map(({ message, range }) => [message, range])).toEqual([
      ['a: "Address" reads After, but no path leads from After to here', { start: 10, end: 15 }],
      ['a: "Address" reads a, but it is this node itself', { start: 34, end: 35 }],
    ])
    expect(only(validate(document), 'EXPRESSION_PATH_MISSING')).toEqual([])
  })

  test('of the wrong kind for their place', () => {
    const document = from(
      { text: { type: 'string' } },
      asked('https://x', { lines: [{ sku: 'A', count: '{{ input.text }}' }] }),
    )
    expect(issueIn(document, 'EXPRESSION_TYPE')).toMatchObject({ severity: 'error', field: 'params.lines.0.count' })
    expect(
      validate(from({ n: { type: 'number' } }, asked('https://x', { lines: [{ sku: 'A', count: '{{ input.n }}' }] }))),
    ).toEqual([])
  })

  test('in policies are checked, too, and fixed there', () => {
    const document = from(
      { free: { type: 'boolean' } },
      withPolicy(call('a'), { skipIf: '{{ input.fre }}', idempotency: 'k-{{ input.fre }}' }),
    )
    const issues = only(validate(document), 'EXPRESSION_PATH_MISSING')
    expect(issues.map(({ field }) => field)).toEqual(['policy.skipIf', 'policy.idempotency'])
    const next = issues.reduce((current, issue) => applyOperations(current, issue.fix?.operations ?? []), document)
    expect(next.nodes[1]?.policy).toEqual({ skipIf: '{{ input.free }}', idempotency: 'k-{{ input.free }}' })
    expect(issueIn(around(withPolicy(call('a'), { skipIf: '{{ "yes" }}' })), 'EXPRESSION_TYPE')).toMatchObject({
      field: 'policy.skipIf',
    })
    expect(validate(around(withPolicy(call('a'), { skipIf: 'plain', idempotency: 'plain' })))).toEqual([])
  })

  test('are not read where a fixed value is needed, nor in nodes of unknown types', () => {
    const schema = { type: 'object', properties: { q: { description: '{{ broken' } } }
    expect(only(validate(around(node('a', 'acme/ask', { prompt: 'x', schema }))), 'EXPRESSION_SYNTAX')).toEqual([])
    expect(
      only(
        validate(around(node('a', 'gone/away', { x: '{{ nodes.b.output }}' }), call('b'))),
        'REFERENCE_NOT_UPSTREAM',
      ),
    ).toHaveLength(1)
  })

  test('may read error, trigger, run and vars where they are', () => {
    const failing = withPolicy(call('c'), { onError: 'route' })
    const document = workflow(
      [
        input({ t: { type: 'string' } }),
        failing,
        asked('{{ error.code }}{{ trigger.t }}{{ run.id }}{{ vars.v }}'),
        end,
      ],
      ['start>c', 'c:error>a', 'c>end', 'a>end'],
      { variables: [{ name: 'v', value: 'x' }] },
    )
    expect(validate(document)).toEqual([])
    expect(issueIn(around(asked('x{{ error.code }}')), 'EXPRESSION_PATH_MISSING').message).toContain(
      'There is no error here',
    )
  })
})

describe('KEY_COLLISION', () => {
  const single = (id: string) => node(id, 'acme/single')

  test('warns of a node that writes what a node before it wrote', () => {
    expect(issueIn(around(call('c'), single('s')), 'KEY_COLLISION')).toMatchObject({
      severity: 'warning',
      nodeId: 's',
      message: 's replaces input.status, which c wrote',
    })
  })

  test('not of values that people name, nor of one condition after another', () => {
    const condition = (id: string) => node(id, 'if-else', { left: 1, operator: '==' })
    const document = workflow(
      [start, call('c'), set('s', { status: 1 }), condition('i'), condition('j'), end],
      ['start>c', 'c>s', 's>i', 'i:true>j', 'j:true>end'],
    )
    expect(only(validate(document), 'KEY_COLLISION')).toEqual([])
  })

  test('warns where branches meet that run side by side, once', () => {
    const branches = (join: WorkflowNode) =>
      workflow(
        [start, node('fork', 'fork'), call('a'), call('b'), join, set('later'), end],
        [...['start>fork', 'fork:a>a', 'fork:b>b', 'a>join', 'b>join', 'join>later', 'later>end', 'join>end']],
      )
    expect(issueIn(branches(node('join', 'join')), 'KEY_COLLISION')).toMatchObject({
      nodeId: 'join',
      message: 'a, b write input.status, input.body side by side; from join on, what b wrote counts',
    })
    const exclusive = workflow(
      [start, node('i', 'if-else', { left: 1, operator: '==' }), call('a'), call('b'), end],
      ['start>i', 'i:true>a', 'i:false>b', 'a>end', 'b>end'],
    )
    expect(only(validate(exclusive), 'KEY_COLLISION')).toEqual([])
  })

  test('names no more than a few keys', () => {
    const fields = Object.fromEntries([...'abcdef'].map((key) => [key, 1]))
    const asked = node('ask', 'acme/ask', {
      prompt: 'x',
      schema: { type: 'object', properties: Object.fromEntries([...'abcdef'].map((key) => [key, {}])) },
    })
    const document = around(set('s', fields), withPolicy(asked, { onError: 'fail' }))
    expect(issueIn(document, 'KEY_COLLISION').message).toBe(
      'ask replaces input.a, input.b, input.c, input.d and 2 more, which s wrote',
    )
  })
})
