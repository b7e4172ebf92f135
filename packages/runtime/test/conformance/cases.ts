import type { JsonObject, NodePolicy, WorkflowDocument, WorkflowNode } from '@tenon/core/document'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import type { ConformanceCase } from './conformance-case.ts'

const ONCE = { maximumAttempts: 1 } as const
const TWICE = { maximumAttempts: 3, initialInterval: '100ms' } as const

const start = node('start', 'start')
const end = (output: JsonObject = {}): WorkflowNode => node('end', 'end', { output })
const set = (id: string, fields: JsonObject = { [id]: 1 }): WorkflowNode => node(id, 'set', { fields })
const probe = (id: string, params: JsonObject = {}, policy: NodePolicy = {}): WorkflowNode =>
  withPolicy(node(id, 'probe', { output: { [id]: 1 }, ...params }), policy)
const failing = (id: string, policy: NodePolicy = {}): WorkflowNode =>
  probe(id, { failures: 99, failure: 'final' }, { retry: ONCE, ...policy })
const inside = (parentId: string, each: WorkflowNode): WorkflowNode => ({ ...each, parentId })
const joinOf = (join: NonNullable<NodePolicy['join']>): WorkflowNode => withPolicy(node('join', 'join'), { join })
const branches = (...ids: readonly string[]): WorkflowNode =>
  node('fork', 'fork', { branches: ids.map((id) => ({ id })) })

type Ends = ConformanceCase['ends']
const completed = (output?: JsonObject): Ends => ({ status: 'completed', ...(output === undefined ? {} : { output }) })
const failed = (code: string): Ends => ({ status: 'failed', code })
const CANCELED: Ends = { status: 'canceled' }

/** A chain of nodes; each continues by its first port. */
function chain(...nodes: readonly WorkflowNode[]): WorkflowDocument {
  const ids = nodes.map(({ id }) => id)
  const port = ({ type }: WorkflowNode) => (type === 'approval' ? ':approve' : '')
  return workflow(
    nodes,
    nodes.slice(1).map(({ id }, index) => `${ids[index]}${port(nodes[index] ?? start)}>${id}`),
  )
}

/** The switch of the Open Workflow Specification: one if after the other. */
function switchOf(isOtherSet: boolean): WorkflowDocument {
  const colors = ['red', 'green', 'blue']
  const ifs = colors.map((color) => node(`is_${color}`, 'if-else', { when: `{{ input.color == "${color}" }}` }))
  const sets = colors.map((color) => set(`set_${color}`, { colors: [color] }))
  const ends = colors.map((color) => node(`end_${color}`, 'end', { output: { colors: [color] } }))
  const other = isOtherSet ? [set('set_other', { colors: ['{{ input.color }}'] })] : []
  return workflow(
    [start, ...ifs, ...sets, ...ends, ...other, node('end_other', 'end', { output: { color: '{{ input.color }}' } })],
    [
      ...['start>is_red', 'is_red:false>is_green', 'is_green:false>is_blue'],
      ...colors.flatMap((color) => [`is_${color}:true>set_${color}`, `set_${color}>end_${color}`]),
      ...(isOtherSet ? ['is_blue:false>set_other', 'set_other>end_other'] : ['is_blue:false>end_other']),
    ],
  )
}

/** Scenarios of the conformance kit of the Open Workflow Specification, as our documents. */
const OPEN_WORKFLOW: readonly ConformanceCase[] = [
  {
    name: 'set: fields from the input',
    document: chain(
      start,
      set('init', { shape: 'circle', size: '{{ input.size }}' }),
      end({ made: '{{ nodes.init.output }}' }),
    ),
    input: { size: { width: 6 } },
    ends: completed({ made: { shape: 'circle', size: { width: 6 } } }),
    completes: ['init'],
  },
  {
    name: 'flow: one after the other',
    document: chain(start, set('red'), set('green'), set('blue'), end()),
    ends: completed({}),
    completes: ['blue', 'green', 'red'],
  },
  {
    name: 'flow: in the order of the edges, not of the list',
    document: workflow(
      [start, set('red'), set('blue'), set('green'), end()],
      ['start>red', 'red>green', 'green>blue', 'blue>end'],
    ),
    ends: completed({}),
    completes: ['blue', 'green', 'red'],
  },
  ...['red', 'green', 'blue'].map(
    (color): ConformanceCase => ({
      name: `switch: ${color} matches`,
      document: switchOf(false),
      input: { color },
      ends: completed({ colors: [color] }),
      completes: [
        ...(color === 'red'
          ? ['is_red']
          : color === 'green'
            ? ['is_green', 'is_red']
            : ['is_blue', 'is_green', 'is_red']),
        `set_${color}`,
      ],
    }),
  ),
  {
    name: 'switch: nothing matches',
    document: switchOf(false),
    input: { color: 'yellow' },
    ends: completed({ color: 'yellow' }),
    completes: ['is_blue', 'is_green', 'is_red'],
  },
  {
    name: 'switch: an explicit default',
    document: switchOf(true),
    input: { color: 'yellow' },
    ends: completed({ color: 'yellow' }),
    completes: ['is_blue', 'is_green', 'is_red', 'set_other'],
  },
  {
    name: 'for: items and indexes',
    document: workflow(
      [
        start,
        node('each', 'loop', { items: '{{ input.colors }}' }),
        inside('each', set('mark', { color: '{{ item }}', index: '{{ index }}' })),
        end({ marks: '{{ nodes.each.output.results }}' }),
      ],
      ['start>each', 'each>end'],
    ),
    input: { colors: ['red', 'green'] },
    ends: completed({
      marks: [
        { color: 'red', index: 0 },
        { color: 'green', index: 1 },
      ],
    }),
    completes: ['each', 'mark#0', 'mark#1'],
  },
  {
    name: 'do: tasks inside of a task',
    document: workflow(
      [start, node('all', 'try'), inside('all', set('red')), inside('all', set('green')), end()],
      ['start>all', 'red>green', 'all>end'],
    ),
    ends: completed({}),
    completes: ['all', 'green#0', 'red#0'],
  },
  {
    name: 'fork: all branches',
    document: workflow(
      [start, branches('a', 'b'), probe('left'), probe('right'), joinOf('all'), end()],
      ['start>fork', 'fork:a>left', 'fork:b>right', 'left>join', 'right>join', 'join>end'],
    ),
    ends: completed({}),
    completes: ['fork', 'join', 'left', 'right'],
  },
  {
    name: 'fork: branches that compete',
    document: workflow(
      [start, branches('a', 'b'), probe('quick'), node('slow', 'approval', { title: 'Never' }), joinOf('any'), end()],
      ['start>fork', 'fork:a>quick', 'fork:b>slow', 'quick>join', 'slow:approve>join', 'join>end'],
    ),
    choices: { slow: null },
    ends: completed({}),
    completes: ['fork', 'join', 'quick'],
  },
  {
    name: 'try: an error that is caught',
    document: workflow(
      [
        start,
        node('all', 'try'),
        inside('all', failing('get')),
        set('caught', { code: '{{ nodes.all.output.code }}' }),
        end(),
      ],
      ['start>all', 'all:failed>caught', 'caught>end'],
    ),
    ends: completed({}),
    completes: ['all', 'caught'],
  },
  {
    name: 'try: retries before it fails',
    document: chain(start, probe('get', { failures: 2 }, { retry: TWICE }), end()),
    ends: completed({}),
    completes: ['get'],
  },
  {
    name: 'raise: an error that nothing catches',
    document: chain(start, failing('raise'), end()),
    ends: failed('NODE_PARAMS_INVALID'),
    completes: [],
  },
  {
    name: 'wait: a duration',
    document: chain(start, node('pause', 'delay', { duration: '200ms' }), end()),
    ends: completed({}),
    completes: ['pause'],
  },
  {
    name: 'listen: one event',
    document: chain(start, node('paid', 'wait-for-event', { eventName: 'paid', key: '{{ run.id }}' }), end()),
    ends: completed({}),
    completes: ['paid'],
  },
  {
    name: 'run: another workflow',
    document: chain(start, node('call', 'child', { workflow: 'below', input: { n: 1 } }), end()),
    below: chain(start, probe('work'), end({ done: true })),
    ends: completed({}),
    completes: ['call'],
  },
  {
    name: 'run: another workflow that fails',
    document: chain(start, node('call', 'child', { workflow: 'below' }), end()),
    below: chain(start, failing('work'), end()),
    ends: failed('CHILD_FAILED'),
    completes: [],
  },
]

/** Joins of three branches, of which one never ends by itself. */
const FANS: readonly ConformanceCase[] = (
  [
    ['all', 'all', probe('c'), ['a', 'b', 'c', 'fork', 'join']],
    ['all, one continues after its failure', 'all', failing('c', { onError: 'continue' }), ['a', 'b', 'fork', 'join']],
    ['two of three', { count: 2 }, node('c', 'approval', { title: 'Never' }), ['a', 'b', 'fork', 'join']],
  ] as const
).map(([title, join, other, completes]): ConformanceCase => {
  const port = other.type === 'approval' ? ':approve' : ''
  return {
    name: `join: ${title}`,
    document: workflow(
      [start, branches('a', 'b', 'c'), probe('a'), probe('b'), other, joinOf(join), end()],
      ['start>fork', 'fork:a>a', 'fork:b>b', 'fork:c>c', 'a>join', 'b>join', `c${port}>join`, 'join>end'],
    ),
    choices: { c: null },
    ends: completed({}),
    completes,
  }
})

/** Loops: failures of items, and ways to leave them. */
const LOOPS: readonly ConformanceCase[] = [
  ...([1, 3] as const).flatMap((concurrency): readonly ConformanceCase[] => {
    const loop = (onFailure: string, each: WorkflowNode) =>
      workflow(
        [start, node('each', 'loop', { items: [1, 2, 3], concurrency, onFailure }), inside('each', each), end()],
        [...['start>each', 'each>end']],
      )
    const ids = ['work#0', 'work#1', 'work#2']
    return [
      {
        name: `loop, ${concurrency} at a time: bodies`,
        document: loop('fail', probe('work')),
        ends: completed({}),
        completes: ['each', ...ids],
      },
      {
        name: `loop, ${concurrency} at a time: pure nodes`,
        document: loop('fail', set('work')),
        ends: completed({}),
        completes: ['each', ...ids],
      },
      {
        name: `loop, ${concurrency} at a time: collected failures`,
        document: loop('collect', failing('work')),
        ends: completed({}),
        completes: ['each'],
      },
      {
        name: `loop, ${concurrency} at a time: ignored failures`,
        document: loop('ignore', failing('work')),
        ends: completed({}),
        completes: ['each'],
      },
      {
        name: `loop, ${concurrency} at a time: waits`,
        document: loop('fail', node('work', 'delay', { duration: '100ms' })),
        ends: completed({}),
        completes: ['each', ...ids],
      },
      {
        name: `loop, ${concurrency} at a time: approvals`,
        document: loop('fail', node('work', 'approval', { title: 'Go on?' })),
        ends: completed({}),
        completes: ['each', ...ids],
      },
      {
        name: `loop, ${concurrency} at a time: retries`,
        document: loop('fail', probe('work', { failures: 1 }, { retry: TWICE })),
        ends: completed({}),
        completes: ['each', ...ids],
      },
    ]
  }),
  {
    name: 'loop: no items',
    document: workflow(
      [start, node('each', 'loop', { items: [] }), inside('each', set('work')), end()],
      ['start>each', 'each>end'],
    ),
    ends: completed({}),
    completes: ['each'],
  },
  {
    name: 'loop: in a loop',
    document: workflow(
      [
        start,
        node('outer', 'loop', { items: [1, 2] }),
        inside('outer', node('inner', 'loop', { items: [1, 2] })),
        inside('inner', set('work')),
        end(),
      ],
      ['start>outer', 'outer>end'],
    ),
    ends: completed({}),
    completes: ['inner#0', 'inner#1', 'outer', 'work#0.0', 'work#0.1', 'work#1.0', 'work#1.1'],
  },
  {
    name: 'loop: fails with its first item',
    document: workflow(
      [start, node('each', 'loop', { items: [1, 2] }), inside('each', failing('work')), end()],
      ['start>each', 'each>end'],
    ),
    ends: failed('ITERATION_FAILED'),
    completes: [],
  },
  {
    name: 'loop: a break',
    document: workflow(
      [
        start,
        node('each', 'loop', { items: [1, 2, 3] }),
        inside('each', set('work')),
        inside('each', node('stop', 'break')),
        end(),
      ],
      ['start>each', 'work>stop', 'each>end'],
    ),
    ends: completed({}),
    completes: ['each', 'stop#0', 'work#0'],
  },
]

const POLICIES: readonly ConformanceCase[] = [
  {
    name: 'failure: continues',
    document: chain(start, failing('work', { onError: 'continue' }), probe('next'), end()),
    ends: completed({}),
    completes: ['next'],
  },
  {
    name: 'failure: takes the error port',
    document: workflow(
      [start, failing('work', { onError: 'route' }), set('sorry'), end()],
      ['start>work', 'work:error>sorry', 'sorry>end'],
    ),
    ends: completed({}),
    completes: ['sorry'],
  },
  ...(['skip', 'fail'] as const).map(
    (kind): ConformanceCase => ({
      name: `failure: parked, then ${kind}`,
      document: chain(start, failing('work', { onError: 'park' }), set('next'), end()),
      resolution: { kind },
      ends: kind === 'fail' ? failed('NODE_PARAMS_INVALID') : completed({}),
      completes: kind === 'fail' ? [] : ['next'],
    }),
  ),
  {
    name: 'failure: parked, then completed by a person',
    document: chain(
      start,
      failing('work', { onError: 'park' }),
      set('next', { read: '{{ nodes.work.output.by }}' }),
      end(),
    ),
    resolution: { kind: 'complete', output: { by: 'ann' } },
    ends: completed({}),
    completes: ['next'],
  },
  {
    name: 'failure: parked, then run again with other params',
    document: chain(start, failing('work', { onError: 'park' }), set('next'), end()),
    resolution: { kind: 'retry_with_params', params: {} },
    ends: completed({}),
    completes: ['next', 'work'],
  },
  {
    name: 'attempts: used up',
    document: chain(start, probe('work', { failures: 9 }, { retry: TWICE }), end()),
    ends: failed('HTTP_FAILED'),
    completes: [],
  },
  {
    name: 'skip: by a condition',
    document: chain(start, probe('work', {}, { skipIf: '{{ true }}' }), set('next'), end()),
    ends: completed({}),
    completes: ['next'],
  },
  {
    name: 'undo: what was done, in reverse',
    document: workflow(
      [
        start,
        probe('a', {}, { compensation: 'undo_a' }),
        probe('undo_a'),
        probe('b', {}, { compensation: 'undo_b' }),
        probe('undo_b'),
        failing('c'),
      ],
      ['start>a', 'a>b', 'b>c'],
    ),
    ends: failed('NODE_PARAMS_INVALID'),
    completes: ['a', 'b', 'undo_a', 'undo_b'],
  },
]

const WAITS: readonly ConformanceCase[] = [
  {
    name: 'approval: approved',
    document: chain(start, node('ask', 'approval', { title: 'Go on?' }), probe('next'), end()),
    ends: completed({}),
    completes: ['ask', 'next'],
  },
  {
    name: 'approval: rejected',
    document: workflow(
      [start, node('ask', 'approval', { title: 'Go on?' }), set('no'), end()],
      ['start>ask', 'ask:reject>no', 'no>end'],
    ),
    choices: { ask: 'reject' },
    ends: completed({}),
    completes: ['ask', 'no'],
  },
  {
    name: 'approval: not in time',
    document: workflow(
      [start, node('ask', 'approval', { title: 'Go on?', timeout: '200ms' }), set('late'), end()],
      ['start>ask', 'ask:timeout>late', 'late>end'],
    ),
    choices: { ask: null },
    ends: completed({}),
    completes: ['ask', 'late'],
  },
  {
    name: 'callback: in time',
    document: chain(start, node('answer', 'wait-for-callback'), end()),
    ends: completed({}),
    completes: ['answer'],
  },
  {
    name: 'event: not in time',
    document: workflow(
      [
        start,
        node('paid', 'wait-for-event', { eventName: 'paid', key: '{{ run.id }}', timeout: '200ms' }),
        set('late'),
        end(),
      ],
      ['start>paid', 'paid:timeout>late', 'late>end'],
    ),
    choices: { paid: null },
    ends: completed({}),
    completes: ['late', 'paid'],
  },
  {
    name: 'wait: of a body',
    document: chain(start, probe('work', { waitMs: 100 }), end()),
    ends: completed({}),
    completes: ['work'],
  },
  ...['approval', 'wait-for-callback'].map(
    (type): ConformanceCase => ({
      name: `cancel: at a node of the type ${type}`,
      document: workflow(
        [start, node('ask', type, type === 'approval' ? { title: 'Go on?' } : {}), set('next')],
        [`start>ask`, `ask:${type === 'approval' ? 'approve' : 'success'}>next`],
      ),
      cancelAt: 'ask',
      ends: CANCELED,
      completes: [],
    }),
  ),
  {
    name: 'cancel: undoes what was done',
    document: workflow(
      [
        start,
        probe('a', {}, { compensation: 'undo_a' }),
        probe('undo_a'),
        node('ask', 'approval', { title: 'Go on?' }),
        set('next'),
      ],
      ['start>a', 'a>ask', 'ask:approve>next'],
    ),
    cancelAt: 'ask',
    ends: CANCELED,
    completes: ['a', 'undo_a'],
  },
]

/** Nodes that call others in rounds. */
const CALLS: readonly ConformanceCase[] = (
  [
    ['one call', [{ calls: [{ callId: 'a' }] }], ['agent', 'agent.1-a']],
    [
      'three calls at once',
      [{ calls: [{ callId: 'a' }, { callId: 'b' }, { callId: 'c' }] }],
      ['agent', 'agent.1-a', 'agent.1-b', 'agent.1-c'],
    ],
    ['two rounds', [{ calls: [{ callId: 'a' }] }, { calls: [{ callId: 'a' }] }], ['agent', 'agent.1-a', 'agent.2-a']],
    [
      'a call that fails',
      [{ calls: [{ callId: 'a', params: { failures: 9, failure: 'final' } }, { callId: 'b' }] }],
      ['agent', 'agent.1-b'],
    ],
    ['a call that is approved', [{ calls: [{ callId: 'a', isApproved: true }] }], ['agent', 'agent.1-a']],
    [
      'a call that calls',
      [{ calls: [{ callId: 'a', nodeType: 'caller', params: { rounds: [{ calls: [{ callId: 'x' }] }] } }] }],
      ['agent', 'agent.1-a', 'agent.1-a.1-x'],
    ],
  ] as const
).map(([title, rounds, completes]): ConformanceCase => {
  const params = JSON.parse(JSON.stringify({ rounds })) as JsonObject
  return {
    name: `calls: ${title}`,
    document: chain(start, node('agent', 'caller', params), end()),
    ends: completed({}),
    completes,
  }
})

/** Chains of pure nodes and bodies of several lengths, and values of several sizes. */
const SHAPES: readonly ConformanceCase[] = [
  ...([1, 5, 20] as const).flatMap((length): readonly ConformanceCase[] => {
    const ids = Array.from({ length }, (_, index) => `n${index + 10}`)
    return [
      {
        name: `chain: ${length} pure nodes`,
        document: chain(start, ...ids.map((id) => set(id)), end()),
        ends: completed({}),
        completes: ids,
      },
      {
        name: `chain: ${length} bodies`,
        document: chain(start, ...ids.map((id) => probe(id)), end()),
        ends: completed({}),
        completes: ids,
      },
    ]
  }),
  ...([100, 20_000] as const).map(
    (size): ConformanceCase => ({
      name: `values: a text of ${size} characters`,
      document: chain(
        start,
        probe('work', { output: { text: 'x'.repeat(size) } }),
        set('read', { text: '{{ nodes.work.output.text }}' }),
        end(),
      ),
      ends: completed({}),
      completes: ['read', 'work'],
    }),
  ),
  {
    name: 'strict: each pure node is stored',
    document: { ...chain(start, set('a'), set('b'), end()), settings: { durability: 'strict' } },
    ends: completed({}),
    completes: ['a', 'b'],
  },
  {
    name: 'input: passed on',
    document: chain(start, end({ got: '{{ input.n }}' })),
    input: { n: 7 },
    ends: completed({ got: 7 }),
    completes: [],
  },
]

/** All cases. */
export const CASES: readonly ConformanceCase[] = [
  ...OPEN_WORKFLOW,
  ...FANS,
  ...LOOPS,
  ...POLICIES,
  ...WAITS,
  ...CALLS,
  ...SHAPES,
]
