import { describe, expect, test } from 'vitest'
import { workflowManifest } from '../../../test/workflow-types.ts'
import { applyOperations } from '../../document/apply-operations.ts'
import { MISSING_SECRET } from '../../document/secret-marker.ts'
import type { NodePolicy, WorkflowDocument, WorkflowNode } from '../../document/types.ts'
import type { JsonObject } from '../../json.ts'
import type { NodeManifest, NodeManifestEntry } from '../../node/definition.ts'
import { node, withPolicy, workflow } from '../../testing/index.ts'
import { planExtraction, validateWorkflow } from '../index.ts'

const { nodes, ...rest } = workflowManifest()
const call: NodeManifestEntry = {
  ...(nodes.find(({ type }) => type === 'set') as NodeManifestEntry),
  type: 'run-workflow',
  control: 'child',
  params: { type: 'object', properties: { workflow: { literal: true }, input: {} } },
  outputs: {
    success: {
      type: 'object',
      properties: { runId: { type: 'string' }, status: { type: 'string' }, outcome: {}, output: {} },
      required: ['runId', 'status', 'outcome', 'output'],
      additionalProperties: false,
    },
  },
}
const callback: NodeManifestEntry = {
  ...(nodes.find(({ type }) => type === 'set') as NodeManifestEntry),
  type: 'hook',
  control: 'callback',
}
const respond: NodeManifestEntry = { ...callback, type: 'respond', control: 'respond' }
const vault: NodeManifestEntry = {
  ...callback,
  type: 'vault',
  params: { type: 'object', properties: { key: { secret: true }, url: {} } },
}
// A trigger that starts runs by itself, before the one that an extraction adds.
const form: NodeManifestEntry = {
  ...(nodes.find(({ type }) => type === 'start') as NodeManifestEntry),
  ...{ type: 'form', trigger: 'form' },
}
const MANIFEST: NodeManifest = {
  ...rest,
  nodes: [form, ...nodes, call, callback, respond, vault, { ...call, version: 2 }],
}

const inputSchema = {
  type: 'object',
  properties: { email: { type: 'string' }, note: { type: 'string' }, count: { type: 'number' } },
  required: ['email', 'count'],
  additionalProperties: false,
}
const start = node('start', 'start', { inputSchema })
const set = (id: string, fields: JsonObject = {}, more: Partial<WorkflowNode> = {}) => node(id, 'set', { fields }, more)
const end = (output: JsonObject | string = {}) => node('end', 'end', { output })

/** Extracts nodes; returns the new workflow and the document that runs it. */
function extract(document: WorkflowDocument, nodeIds: readonly string[], manifest = MANIFEST) {
  const plan = planExtraction(document, manifest, { nodeIds, name: 'Part' })
  if (!plan.ok) throw new Error(plan.reasons.map(({ code, nodeIds }) => `${code}: ${nodeIds}`).join('\n'))
  const { extraction } = plan
  const after = applyOperations(document, extraction.operations('wf_1'))
  return { extraction, after, part: extraction.document }
}

const find = ({ nodes: all }: WorkflowDocument, id: string) => all.find((each) => each.id === id) as WorkflowNode
const edgesOf = ({ edges }: WorkflowDocument) => edges.map(({ id }) => id).sort()
const reasonsOf = (document: WorkflowDocument, nodeIds: readonly string[], manifest: NodeManifest = MANIFEST) => {
  const plan = planExtraction(document, manifest, { nodeIds, name: 'Part' })
  return plan.ok
    ? []
    : plan.reasons.map(({ code, nodeIds: at, value }) => [code, at.join(' '), value].filter(Boolean).join(' / '))
}

/** start > a > b > end */
const chain = (a: WorkflowNode, b: WorkflowNode, last: WorkflowNode = end(), parts: Partial<WorkflowDocument> = {}) =>
  workflow([start, a, b, last], [`start>${a.id}`, `${a.id}>${b.id}`, `${b.id}>end`], parts)

describe('an extraction', () => {
  test('moves a chain with what it reads and what later nodes read of it', () => {
    const document = chain(
      set('a', { greeting: 'Hi {{ input.email }} {{ vars.sign }}' }),
      set('b', { length: '{{ length(input.greeting) + nodes.start.output.count }}', note: '{{ trigger.note ?? "" }}' }),
      end({ text: '{{ input.greeting }}', size: '{{ nodes.b.output.length }}', mail: '{{ input.email }}' }),
      {
        variables: [
          { name: 'sign', value: '!' },
          { name: 'other', value: 1 },
        ],
        settings: { durability: 'strict' },
      },
    )
    const { extraction, after, part } = extract(document, ['a', 'b'])
    expect(extraction).toMatchObject({ variables: ['sign'], nodeIds: ['a', 'b'], callId: 'sub_workflow' })
    expect(extraction.inputs.map(({ name, from }) => `${name}: ${from}`)).toEqual([
      'email: input.email',
      'count: nodes.start.output.count',
      'trigger: trigger',
    ])
    expect(extraction.inputs.map(({ schema }) => schema)).toMatchObject([
      { type: 'string' },
      { type: 'number' },
      { type: 'object' },
    ])
    expect(edgesOf(part)).toEqual(['a:success>b:in', 'b:success>end:in', 'start:success>a:in'])
    expect(part).toMatchObject({ variables: [{ name: 'sign' }], settings: { durability: 'strict' } })
    expect(find(part, 'b').params.fields).toEqual({
      length: '{{ length(input.greeting) + trigger.count }}',
      note: '{{ trigger.trigger.note ?? "" }}',
    })
    expect(find(part, 'end').params.output).toEqual({
      greeting: '{{ input.greeting }}',
      length: '{{ nodes.b.output.length }}',
    })
    expect(edgesOf(after)).toEqual(['start:success>sub_workflow:in', 'sub_workflow:success>end:in'])
    expect(after.nodes.map(({ id }) => id)).toEqual(['start', 'sub_workflow', 'end'])
    expect(find(after, 'sub_workflow')).toMatchObject({
      type: 'run-workflow',
      typeVersion: 2,
      name: 'Part',
      params: {
        workflow: 'wf_1',
        input: { email: '{{ input.email }}', count: '{{ nodes.start.output.count }}', trigger: '{{ trigger }}' },
      },
    })
    expect(find(after, 'end').params.output).toEqual({
      text: '{{ nodes.sub_workflow.output.output.greeting }}',
      size: '{{ nodes.sub_workflow.output.output.length }}',
      mail: '{{ input.email }}',
    })
    expect(validateWorkflow(part, MANIFEST).filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('keeps what may be missing apart, so that it stays missing', () => {
    const document = chain(
      node('a', 'if-else', { left: '{{ input.note ?? "" }}', right: 1 }),
      set('b', { found: '{{ input["note"] ?? input . email }}', 'e-mail': '{{ input.email }}' }),
      end({ found: '{{ input["e-mail"] }}', maybe: '{{ input.found ?? 1 }}', was: '{{ input.note ?? 2 }}' }),
    )
    const edges = workflow([], ['start>a', 'a:true>b', 'a:false>end', 'b>end']).edges
    const joined = {
      ...document,
      edges,
      nodes: [
        start,
        find(document, 'a'),
        find(document, 'b'),
        { ...end(find(document, 'end').params.output as JsonObject) },
      ],
    }
    const read = {
      ...joined,
      nodes: joined.nodes.map((each) =>
        each.id === 'end' ? end({ maybe: '{{ input?.found ?? 1 }}', was: '{{ input.note ?? 2 }}' }) : each,
      ),
    }
    const { extraction, after, part } = extract(read, ['a', 'b'])
    expect(extraction.inputs.map(({ from }) => from)).toEqual(['input.email', 'pick(input, ["note"])'])
    expect(find(part, 'a').params.left).toBe('{{ trigger.optional.note ?? "" }}')
    expect(find(part, 'b').params.fields).toMatchObject({ found: '{{ trigger.optional["note"] ?? input . email }}' })
    expect(find(part, 'end').params.output).toEqual({ optional: '{{ pick(input, ["found"]) }}' })
    expect(find(after, 'end').params.output).toEqual({
      maybe: '{{ nodes.sub_workflow.output.output.optional?.found ?? 1 }}',
      was: '{{ input.note ?? 2 }}',
    })
    expect(edgesOf(part)).toEqual(['a:false>end:in', 'a:true>b:in', 'b:success>end:in', 'start:success>a:in'])
  })

  test('gives a later node that reads the whole input the same fields', () => {
    const hidden = set('x', { status: 1 })
    const document = workflow(
      [start, hidden, set('a', { sum: '{{ input.count + trigger.count }}' }), node('end', 'end')],
      ['start>x', 'x>a', 'a>end'],
    )
    const { after, part } = extract(document, ['a'])
    expect(find(after, 'end').params.output).toBe(
      '{{merge(omit(input, ["runId", "status", "outcome", "output"]), nodes.sub_workflow.output.output.fields)}}',
    )
    expect(find(part, 'end').params.output).toEqual({ fields: '{{ omit(input, ["count", "count_2"]) }}' })
    const open = workflow(
      [start, node('c', 'acme/call', { url: 'https://a.example' }), set('a', { b: 1 }), node('end', 'end')],
      ['start>c', 'c>a', 'a>end'],
    )
    expect(find(extract(open, ['a']).part, 'end').params.output).toEqual({
      fields:
        '{{ merge(pick(trigger.optional, ["runId", "status", "outcome", "output"]), omit(input, ["optional"])) }}',
    })
    const plain = extract(workflow([start, set('a', { b: 1 }), node('end', 'end')], ['start>a', 'a>end']), ['a'])
    expect(find(plain.part, 'end').params.output).toEqual({ fields: '{{ input }}' })
  })

  test('follows keys in brackets, lists, and paths in paths', () => {
    const document = chain(
      set('a', {
        'e-mail': '{{ [1, 2][input.count] }}',
        list: ['{{ nodes.start.output[input.email] }}', '{{ trigger["count"][0] }}'],
      }),
      set('status', { status: '{{ nodes.a.output["e-mail"] }}' }),
      end({ mail: '{{ input["e-mail"] }}', status: '{{ input.status }}', to: '{{ trigger.email }}' }),
    )
    const { part, after } = extract(document, ['a'])
    expect(find(part, 'a').params.fields).toEqual({
      'e-mail': '{{ [1, 2][input.count] }}',
      list: ['{{ trigger.start[input.email] }}', '{{ trigger.count_2[0] }}'],
    })
    expect(find(after, 'end').params.output).toEqual({
      mail: '{{ nodes.sub_workflow.output.output["e-mail"] }}',
      status: '{{ input.status }}',
      to: '{{ trigger.email }}',
    })
    expect(find(extract(document, ['a', 'status']).part, 'status').params.fields).toEqual({
      status: '{{ nodes.a.output["e-mail"] }}',
    })
  })

  test('gives back no field that only a loop in it writes, for its own iterations', () => {
    const inside = { parentId: 'each' }
    const document = workflow(
      [
        start,
        set('note', { note: 'a' }),
        node('fork', 'fork', { branches: [{ id: 'x' }, { id: 'y' }] }),
        node('each', 'each', { items: [1] }),
        set('read', { seen: '{{ input.note }}' }, inside),
        set('write', { note: 'b' }, inside),
        set('beside', { note: 'c' }),
        node('join', 'join'),
        end('{{ input }}'),
      ],
      ['start>note', 'note>fork', 'fork:x>each', 'read>write', 'each>join', 'fork:y>beside', 'beside>join', 'join>end'],
    )
    const { extraction, part } = extract(document, ['each', 'read', 'write'])
    expect(extraction.inputs.map(({ name }) => name)).toEqual(['note'])
    expect(find(part, 'end').params.output).toEqual({ fields: '{{ omit(input, ["note"]) }}' })
  })

  test('leaves a loop in its loop, and gives it the item', () => {
    const inside = { parentId: 'each' }
    const document = workflow(
      [
        start,
        node('each', 'each', { items: [1] }),
        set('a', { x: '{{ item }} {{ index }} {{ loop.index }} {{ other.x }}' }, inside),
        node('inner', 'each', { items: '{{ [item] }}' }, inside),
        set('deep', { y: '{{ item }}' }, { parentId: 'inner' }),
        set('z', { y: '{{ input.x }}' }, inside),
        end({ all: '{{ nodes.each.output.results }}' }),
      ],
      ['start>each', 'a>inner', 'inner>z', 'each>end'],
    )
    const { extraction, after, part } = extract(document, ['a', 'inner', 'deep'])
    expect(extraction.inputs.map(({ name }) => name)).toEqual(['item', 'index', 'loop'])
    expect(find(part, 'a')).toMatchObject({
      params: { fields: { x: '{{ trigger.item }} {{ trigger.index }} {{ trigger.loop.index }} {{ other.x }}' } },
    })
    expect(find(part, 'a')).not.toHaveProperty('parentId')
    expect(find(part, 'deep')).toMatchObject({ parentId: 'inner', params: { fields: { y: '{{ item }}' } } })
    expect(find(after, 'sub_workflow')).toMatchObject({ parentId: 'each' })
    expect(edgesOf(after)).toContain('sub_workflow:success>z:in')
    expect(find(after, 'z').params.fields).toEqual({ y: '{{ nodes.sub_workflow.output.output.x }}' })
  })

  test('takes the last node of a path, whose workflow then has no end', () => {
    const document = workflow([start, set('a', { x: '{{ nodes.start.output }} {{ vars }}' })], ['start>a'], {
      variables: [{ name: 'v', value: 1 }],
    })
    const { part, after, extraction } = extract(document, ['a'])
    expect(part.nodes.map(({ id }) => id)).toEqual(['start', 'a'])
    expect(extraction).toMatchObject({ variables: ['v'], inputs: [{ from: 'nodes.start.output' }] })
    expect(edgesOf(after)).toEqual(['start:success>sub_workflow:in'])
  })

  test('renames what is taken, changes the policy and the defaults of a type', () => {
    const document = workflow(
      [
        start,
        set('sub_workflow', { count: '{{ nodes.start.output.email }}' }),
        withPolicy(set('b', { email: '{{ trigger.email }}{{ trigger.email }}', bad: '{{ }' }), {
          skipIf: '{{ trigger.count == 1 }}',
          retryIf: '{{ error.code == "X" }}',
        }),
        end({ x: '{{ nodes.b.output }}', y: '{{ nodes["start"].output.email }}' }),
      ],
      ['start>sub_workflow', 'sub_workflow>b', 'b>end'],
    )
    const { part, after, extraction } = extract(document, ['sub_workflow', 'b'])
    expect(extraction.callId).toBe('sub_workflow_2')
    expect(extraction.inputs.map(({ name }) => name)).toEqual(['email_2', 'email_3', 'count_2'])
    expect(find(part, 'b').policy).toMatchObject({ skipIf: '{{ trigger.count_2 == 1 }}' })
    expect(find(after, 'end').params.output).toMatchObject({ x: '{{ nodes.sub_workflow_2.output.output.b }}' })
  })
})

describe('an extraction is refused', () => {
  const two = chain(set('a'), set('b'))
  const with_ = (changed: WorkflowNode, ...more: WorkflowNode[]): WorkflowDocument => ({
    ...two,
    nodes: [...two.nodes.map((each) => (each.id === changed.id ? changed : each)), ...more],
  })

  test.each<[string, WorkflowDocument, readonly string[], readonly string[]]>([
    ['without nodes', two, ['gone'], ['NOTHING_SELECTED']],
    ['of a trigger', two, ['start', 'a'], ['HAS_TRIGGER / start', 'NOT_CONNECTED / start']],
    ['of an end', two, ['b', 'end'], ['HAS_END / end']],
    ['of an answer', with_(node('a', 'respond')), ['a'], ['ANSWERS_CALLER / a']],
    ['of an unknown type', with_(node('a', 'gone')), ['a'], ['UNKNOWN_TYPE / a']],
    ['of a locked node', with_(set('a', {}, { locked: true })), ['a'], ['LOCKED / a']],
    [
      'with a secret',
      with_(set('a', { ...{} }, { params: { key: { ...MISSING_SECRET } } })),
      ['a'],
      ['HAS_SECRET / a'],
    ],
    [
      'of a node that is undone',
      with_(withPolicy(node('a', 'acme/single'), { compensation: 'u' }), node('u', 'acme/single')),
      ['a'],
      ['HAS_UNDO / a'],
    ],
    ['of nodes that no edge leads to', { ...two, edges: two.edges.slice(1) }, ['a', 'b'], ['NOT_CONNECTED / a']],
    ['on a cycle', { ...two, edges: [...two.edges, ...workflow([], ['b>a']).edges] }, ['a'], ['HAS_CYCLE / a b']],
    ['reading the run', with_(set('a', { x: '{{ run.id }}' })), ['a'], ['RUN_VALUE / a / run']],
    ['reading the whole input', with_(set('a', { x: '{{ input }}' })), ['a'], ['WHOLE_INPUT / a / input']],
    ['reading a node', with_(set('b', { x: '{{ nodes.start }}' })), ['b'], ['WHOLE_NODES / b / nodes']],
    ['reading all nodes', with_(set('b', { x: '{{ nodes }}' })), ['b'], ['WHOLE_NODES / b / nodes']],
    ['read by all nodes', with_(end({ x: '{{ keys(nodes) }}' })), ['b'], ['WHOLE_NODES / end / nodes']],
    ['read without an output', with_(end({ x: '{{ nodes.b }}' })), ['b'], ['WHOLE_NODES / end / nodes']],
  ])('%s', (_name, document, nodeIds, reasons) => {
    expect(reasonsOf(document, nodeIds)).toEqual(reasons)
  })

  test('with a secret that is not stored yet', () => {
    const reasons = (key: string | null) => reasonsOf(with_(node('a', 'vault', { key, url: 'x' })), ['a'])
    expect(reasons('secret')).toEqual(['HAS_SECRET / a'])
    expect(reasons('')).toEqual([])
    expect(reasons(null)).toEqual([])
  })

  test('without the types that it needs', () => {
    const trigger = MANIFEST.nodes.find(({ type }) => type === 'start') as NodeManifestEntry
    const others = [
      { ...trigger, type: 'none', ports: [] },
      { ...trigger, type: 'plain', outputs: { success: true } },
      ...MANIFEST.nodes,
      { ...trigger, type: 'other' },
      { ...call, version: 3, outputs: {} },
    ]
    expect(extract(two, ['a'], { ...MANIFEST, nodes: others }).part.nodes[0]).toMatchObject({ type: 'start' })
    for (const missing of ['start', 'end', 'run-workflow']) {
      expect(
        reasonsOf(two, ['a'], { ...MANIFEST, nodes: MANIFEST.nodes.filter(({ type }) => type !== missing) }),
      ).toEqual(['TYPES_MISSING'])
    }
  })

  test('if the nodes have several ways in', () => {
    const document = workflow(
      [start, set('a'), set('b'), set('c'), end()],
      ['start>a', 'start>b', 'a>c', 'b>c', 'c>end'],
    )
    expect(reasonsOf(document, ['a', 'b'])).toEqual(['MANY_ENTRIES / a b'])
    expect(reasonsOf(document, ['a', 'c'])).toEqual(['MANY_ENTRIES / a c'])
    expect(reasonsOf(document, ['c'])).toEqual([])
    const counting = {
      ...document,
      nodes: document.nodes.map((each) => (each.id === 'c' ? withPolicy(each, { join: 'any' }) : each)),
    }
    expect(reasonsOf(counting, ['c'])).toEqual(['JOIN_ACROSS / c'])
    // A root of its own, which begins with the others.
    expect(reasonsOf({ ...document, edges: document.edges.slice(1) }, ['a', 'c', 'b'])).toEqual(['MANY_ENTRIES / a b'])
  })

  test('if the nodes have several ways out', () => {
    const branches = (join: NodePolicy['join'], edges: readonly string[]) =>
      workflow(
        [
          start,
          node('if', 'if-else', { left: 1 }),
          set('a'),
          withPolicy(set('b'), join === undefined ? {} : { join }),
          end(),
        ],
        ['start>if', ...edges, 'b>end'],
      )
    const diamond = ['if:true>a', 'if:false>b', 'a>b']
    expect(reasonsOf(branches(undefined, diamond), ['if', 'a'])).toEqual([])
    expect(reasonsOf(branches({ count: 2 }, diamond), ['if', 'a'])).toEqual(['JOIN_AFTER / b'])
    expect(reasonsOf(branches(undefined, ['if:true>a', 'if:false>b', 'a>end']), ['if', 'a'])).toEqual([
      'MANY_EXITS / if a',
    ])
    expect(reasonsOf(branches(undefined, ['if:true>a', 'a>b']), ['if', 'a'])).toEqual(['MAY_NOT_EXIT / if'])
    expect(reasonsOf(branches(undefined, ['if:true>a', 'if:false>b']), ['if', 'a'])).toEqual(['DEAD_END / a'])
    expect(reasonsOf(branches({ count: 1 }, diamond), ['if', 'a', 'b'])).toEqual(
      ['MAY_NOT_EXIT / if b'].map((text) => text.replace('if b', 'if a b')),
    )
  })

  test('across the border of a loop, and of what ends its iteration or gives its result', () => {
    const inside = { parentId: 'each' }
    const document = workflow(
      [
        start,
        node('each', 'each', { items: [1] }),
        set('a', {}, inside),
        node('if', 'if-else', { left: 1 }, inside),
        node('stop', 'break', {}, inside),
        node('try', 'attempt', {}, inside),
        node('next', 'continue', {}, { parentId: 'try' }),
        set('z', {}, inside),
        end(),
      ],
      ['start>each', 'a>if', 'if:true>stop', 'if:false>try', 'try>z', 'each>end'],
    )
    expect(reasonsOf(document, ['a', 'start'])).toEqual(['ACROSS_LOOPS / start a'])
    expect(reasonsOf(document, ['z'])).toEqual(['GIVES_RESULT / z'])
    expect(reasonsOf(document, ['if', 'stop'])).toEqual(['LEAVES_LOOP / stop'])
    expect(reasonsOf(document, ['try'])).toEqual(['LEAVES_LOOP / next'])
    expect(reasonsOf(document, ['each'])).toEqual([])
  })

  test('if a failure is read on the other side', () => {
    const document = workflow(
      [
        start,
        withPolicy(node('ask', 'acme/ask', { prompt: 'x' }), { onError: 'route' }),
        set('a', { x: '{{ error.code }}' }),
        end({ y: '{{ error.code }}' }),
      ],
      ['start>ask', 'ask>a', 'ask:error>a', 'a>end'],
    )
    expect(reasonsOf(document, ['a'])).toEqual(['ERROR_VALUE / a / error'])
    expect(reasonsOf(document, ['ask', 'a'])).toEqual(['ERROR_VALUE / end / error'])
    const own = { ...document, nodes: document.nodes.map((each) => (each.id === 'end' ? end() : each)) }
    expect(reasonsOf(own, ['ask', 'a'])).toEqual([])
    const none = { ...two, nodes: two.nodes.map((each) => (each.id === 'a' ? set('a', { x: '{{ error }}' }) : each)) }
    expect(reasonsOf(none, ['a'])).toEqual([])
  })

  test('if values may be missing, or several nodes may write them', () => {
    const choose = node('if', 'if-else', { left: 1 })
    const branches = (reading: WorkflowNode, last: WorkflowNode, side: WorkflowNode = set('side', { s: 1 })) =>
      workflow(
        [start, choose, set('m', { note: 'x' }), reading, side, last],
        ['start>if', 'if:true>m', 'if:false>r', 'm>r', 'start>side', 'r>end', 'side>end'],
      )
    expect(reasonsOf(branches(set('r', { x: '{{ input.note }}' }), end()), ['if', 'm', 'r'])).toEqual([
      'MAY_BE_MISSING / r / input.note',
    ])
    expect(reasonsOf(branches(set('r', { x: '{{ nodes.m.output.note }}' }), end()), ['r'])).toEqual([
      'MAY_BE_MISSING / r / nodes.m.output',
    ])
    expect(reasonsOf(branches(set('r'), end({ x: '{{ nodes.m.output.note }}' })), ['if', 'm', 'r'])).toEqual([
      'MAY_BE_MISSING / end / nodes.m.output',
    ])
    expect(reasonsOf(branches(set('r'), end({ x: '{{ input.note }}' })), ['if', 'm', 'r'])).toEqual([
      'MAY_BE_MISSING / end / input.note',
    ])
    expect(reasonsOf(branches(set('r'), end(), set('side', { s: '{{ nodes.m.output.note }}' })), ['m'])).toEqual([
      'MAY_BE_MISSING / side / nodes.m.output',
    ])
    const earlierNote = workflow(
      [start, set('e', { note: 'e' }), choose, set('m', { note: 'x' }), set('r'), end({ x: '{{ input.note }}' })],
      ['start>e', 'e>if', 'if:true>m', 'if:false>r', 'm>r', 'r>end'],
    )
    expect(reasonsOf(earlierNote, ['m'])).toEqual(['AMBIGUOUS / end / input.note'])
    expect(reasonsOf(earlierNote, ['if', 'm', 'r'])).toEqual([])
    const wholeNote = {
      ...earlierNote,
      nodes: earlierNote.nodes.map((each) => (each.id === 'end' ? end('{{ input }}') : each)),
    }
    expect(reasonsOf(wholeNote, ['m'])).toEqual(['WHOLE_INPUT_AFTER / end / input'])
    const both = set('side', { note: 'y' })
    const first = branches(set('r'), end({ x: '{{ input.note }}' }), both)
    const earlier = {
      ...first,
      nodes: [start, both, ...first.nodes.filter(({ id }) => id !== 'start' && id !== 'side')],
    }
    expect(reasonsOf(earlier, ['if', 'm', 'r'])).toEqual(['AMBIGUOUS / end / input.note'])
    expect(reasonsOf(branches(set('r'), end('{{ input }}'), both), ['if', 'm', 'r'])).toEqual([
      'WHOLE_INPUT_AFTER / end / input',
    ])
    const open = node('side', 'acme/call', { url: 'https://a.example' })
    expect(reasonsOf(branches(set('r'), end('{{ input }}'), open), ['if', 'm', 'r'])).toEqual([
      'WHOLE_INPUT_AFTER / end / input',
    ])
    // What only other nodes write is not changed.
    expect(extract(branches(set('r'), end({ x: '{{ input.s }}' })), ['r']).extraction.outputs).toEqual([])
    expect(reasonsOf(branches(set('r', { x: '{{ nodes.gone.output }}' }), end()), ['r'])).toEqual([
      'MAY_BE_MISSING / r / nodes.gone.output',
    ])
  })

  test('if a later node reads fields that are not known', () => {
    const a = node('a', 'acme/call', { url: '{{ trigger.email }}' })
    const b = set('b', { s: 1 })
    expect(reasonsOf(chain(a, b, end('{{ input }}')), ['a'])).toEqual(['WHOLE_INPUT_AFTER / end / input'])
    const last = workflow([start, a, node('end', 'end')], ['start>a', 'a>end'])
    expect(reasonsOf(last, ['a'])).toEqual(['FIELDS_UNKNOWN / input'])
    expect(extract(chain(a, b, end({ e: '{{ input.email }}' })), ['a']).extraction.outputs).toMatchObject([
      { from: 'input.email' },
    ])
    // The field of a call hides one of the same name.
    const hiding = chain(
      set('a', { status: 1 }),
      set('b'),
      end({ s: '{{ input.status }}', r: '{{ input.runId ?? 0 }}' }),
    )
    expect(extract(hiding, ['b']).extraction.inputs).toMatchObject([{ from: 'input.status' }])
  })

  test('if the URL of a callback is read on the other side', () => {
    const hook = node('a', 'hook')
    const read = (text: string) => reasonsOf(chain(hook, set('b', { url: text })), ['a'])
    expect(read('{{ run.callbackUrls.a }}')).toEqual(['CALLBACK_URL / b / run.callbackUrls'])
    expect(read('{{ run.callbackUrls }}')).toEqual(['CALLBACK_URL / b / run.callbackUrls'])
    expect(read('{{ run }}')).toEqual(['CALLBACK_URL / b / run.callbackUrls'])
    expect(read('{{ run.id }}{{ run.callbackUrls.other }}')).toEqual([])
  })
})
