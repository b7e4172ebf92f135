import type { JsonObject } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { CANCELED, chain, completed, end, failed, failing, probe, set, start, TWICE } from './case-parts.ts'
import type { ConformanceCase } from './conformance-case.ts'

/** Failures and what follows from them. */
export const POLICIES: readonly ConformanceCase[] = [
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

/** Waits, and cancelations of runs that wait. */
export const WAITS: readonly ConformanceCase[] = [
  {
    name: 'approval: approved',
    document: chain(start, node('ask', 'approval', { title: 'Continue?' }), probe('next'), end()),
    ends: completed({}),
    completes: ['ask', 'next'],
  },
  {
    name: 'approval: rejected',
    document: workflow(
      [start, node('ask', 'approval', { title: 'Continue?' }), set('no'), end()],
      ['start>ask', 'ask:reject>no', 'no>end'],
    ),
    choices: { ask: 'reject' },
    ends: completed({}),
    completes: ['ask', 'no'],
  },
  {
    name: 'approval: not in time',
    document: workflow(
      [start, node('ask', 'approval', { title: 'Continue?', timeout: '200ms' }), set('late'), end()],
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
        [start, node('ask', type, type === 'approval' ? { title: 'Continue?' } : {}), set('next')],
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
        node('ask', 'approval', { title: 'Continue?' }),
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
export const CALLS: readonly ConformanceCase[] = (
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
export const SHAPES: readonly ConformanceCase[] = [
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
