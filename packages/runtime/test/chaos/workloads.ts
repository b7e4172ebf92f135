import type { WorkflowDocument } from '@tenon/core/document'
import { node, withPolicy, workflow } from '@tenon/core/testing'

const retry = { initialInterval: '100ms', backoffCoefficient: 1, maximumAttempts: 20 } as const

/** One write to a database beside that of the engine. */
export const storing = (url: string): WorkflowDocument =>
  workflow(
    [node('start', 'start'), withPolicy(node('store', 'store', { url, ms: 60 }), { retry }), node('end', 'end')],
    ['start>store', 'store>end'],
  )

/** Two bodies with a pure node and a wait between them; the first body fails once. */
export const chain: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    withPolicy(node('a', 'effect', { ms: 20, failures: 1 }), { retry }),
    node('s', 'set', { fields: { s: 1 } }),
    node('w', 'delay', { duration: '200ms' }),
    withPolicy(node('b', 'effect', { ms: 20 }), { retry }),
    node('end', 'end'),
  ],
  ['start>a', 'a>s', 's>w', 'w>b', 'b>end'],
)

/** Two branches of bodies that meet in one: several bodies of a run are in flight at a time. */
export const diamond: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    ...['a', 'b', 'c', 'd', 'e', 'f'].flatMap((id) => [
      withPolicy(node(id, 'effect', { ms: 100 }), { retry }),
      node(`p${id}`, 'set', { fields: { [`p${id}`]: 1 } }),
    ]),
  ],
  [
    ...['start>a', 'start>d', 'a>pa', 'pa>b', 'b>pb', 'pb>c', 'c>pc'],
    ...['d>pd', 'pd>e', 'e>pe', 'pc>f', 'pe>f', 'f>pf'],
  ],
)

/**
 * Six items, three at a time: bodies and pure nodes in a loop, then a body after it. Two runs of a tenant are in progress
 * at once; the others wait to start.
 */
const looped: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    node('each', 'loop', { items: [1, 2, 3, 4, 5, 6], concurrency: 3 }),
    withPolicy(node('a', 'effect', { ms: 20 }, { parentId: 'each' }), { retry }),
    node('s', 'set', { fields: { at: '{{index}}' } }, { parentId: 'each' }),
    withPolicy(node('b', 'effect', { ms: 20 }), { retry }),
  ],
  ['start>each', 'a>s', 'each>b'],
  { settings: { concurrency: { limit: 2 } } },
)

/** A node that calls others in three passes, one of them after an approval. */
export const agent: WorkflowDocument = workflow(
  [node('start', 'start'), withPolicy(node('agent', 'agent'), { retry }), node('end', 'end')],
  ['start>agent', 'agent>end'],
)

/** Workflow that {@link calling} runs, a chain. */
export const CALLED = 'chain'

/** Three children, two at a time, then a body after them. */
const calling: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    node('each', 'loop', { items: [1, 2, 3], concurrency: 2 }),
    node('call', 'child', { workflow: CALLED }, { parentId: 'each' }),
    withPolicy(node('b', 'effect', { ms: 20 }), { retry }),
  ],
  ['start>each', 'each>b'],
)

const ONCE = { maximumAttempts: 1 } as const

/**
 * A run that books in a loop of three, two at a time, then twice more, and then fails for good: everything is undone, the
 * first try of each step fails.
 */
export const saga: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    node('each', 'loop', { items: [1, 2, 3], concurrency: 2 }),
    withPolicy(node('book', 'effect', { ms: 10 }, { parentId: 'each' }), { retry, compensation: 'unbook' }),
    withPolicy(node('unbook', 'effect', { ms: 20, failures: 1 }, { parentId: 'each' }), { retry }),
    ...['a', 'b'].flatMap((id) => [
      withPolicy(node(id, 'effect', { ms: 10 }), { retry, compensation: `undo_${id}` }),
      withPolicy(node(`undo_${id}`, 'effect', { ms: 20 }), { retry }),
    ]),
    withPolicy(node('last', 'effect', { failures: 99 }), { retry: ONCE }),
  ],
  ['start>each', 'each>a', 'a>b', 'b>last'],
)

/** A body that fails until a person gives it other params, and one after it. */
export const parked: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    withPolicy(node('a', 'effect', { failures: 99 }), { retry: ONCE, onError: 'park' }),
    withPolicy(node('b', 'effect', { ms: 20 }), { retry }),
  ],
  ['start>a', 'a>b'],
)

/** A wait for an event of the run, then a body. */
export const awaiting: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    node('paid', 'wait-for-event', { eventName: 'paid', key: '{{ input.runId }}' }),
    withPolicy(node('b', 'effect', { ms: 20 }), { retry }),
  ],
  ['start>paid', 'paid>b'],
)

/** {@link chain} with another body before its end, to which its runs can move. */
export const longerChain: WorkflowDocument = workflow(
  [...chain.nodes, withPolicy(node('c', 'effect', { ms: 20 }), { retry })],
  ['start>a', 'a>s', 's>w', 'w>b', 'b>c', 'c>end'],
)

/** A body in a task queue of its own whose output is stored beside the log, and one that reads it. */
export const queued: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    withPolicy(node('a', 'effect', { ms: 20, outputSize: 20_000 }), { retry, taskQueue: 'slow' }),
    withPolicy(node('b', 'effect', { output: { read: '{{ nodes.a.output }}' } }), { retry }),
  ],
  ['start>a', 'a>b'],
)

/** A wait of so many milliseconds, and nothing else. */
export function waiting(ms: number): WorkflowDocument {
  const wait = node('w', 'delay', { duration: `${ms}ms` })
  return workflow([node('start', 'start'), wait, node('end', 'end')], ['start>w', 'w>end'])
}

/** So many turns that snapshots of the run are stored. */
export const long: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    node('each', 'loop', { items: Array.from({ length: 300 }, (_, item) => item) }),
    node('s', 'set', { fields: { at: '{{index}}' } }, { parentId: 'each' }),
    withPolicy(node('b', 'effect', {}), { retry }),
  ],
  ['start>each', 'each>b'],
)

/** Starts by way of each limit: one at a time, few in an interval, and the same request once. */
export const limited: WorkflowDocument = workflow(
  [node('start', 'start'), withPolicy(node('a', 'effect', { ms: 20 }), { retry })],
  ['start>a'],
  {
    settings: {
      concurrency: { limit: 1, key: '{{ input.runId }}' },
      rate: { limit: 10_000, interval: '1s' },
      dedupe: { key: '{{ input.runId }}', window: '1h' },
    },
  },
)

/** Starts a second after its last request. */
export const merged: WorkflowDocument = workflow(
  [node('start', 'start'), withPolicy(node('a', 'effect', { ms: 20 }), { retry })],
  ['start>a'],
  { settings: { debounce: { delay: '1s', key: '{{ input.runId }}' } } },
)

const MIXED: readonly WorkflowDocument[] = [chain, diamond, looped, calling]
/** Returns the workflow of a run by its index: a chain, a diamond, a loop, or one that runs chains. */
export function mixed(index: number): WorkflowDocument {
  return MIXED[index % MIXED.length] ?? chain
}

/** Workflows of a storm: of {@link mixed}, some that need people or events to end, and one that fails and is undone. */
export const STORM: readonly WorkflowDocument[] = [...MIXED, ...MIXED, agent, parked, awaiting, queued, saga]

/** A body that ends when the test opens the gates, and another one after it. */
export const gated: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    withPolicy(node('a', 'effect', { isGated: true }), { retry, timeout: '10m' }),
    node('b', 'effect'),
  ],
  ['start>a', 'a>b'],
)

/** An approval with so many required votes, then a body. */
export function approval(required: number): WorkflowDocument {
  return workflow(
    [node('start', 'start'), node('review', 'approval', { title: 'Continue?', required }), node('b', 'effect')],
    ['start>review', 'review:approve>b'],
  )
}

/** One body with these params. */
export function single(params: Parameters<typeof node>[2], type = 'effect'): WorkflowDocument {
  return workflow(
    [
      node('start', 'start'),
      withPolicy(node('a', type, params), { retry: { maximumAttempts: 2, initialInterval: '50ms' } }),
    ],
    ['start>a'],
  )
}
