import { describe, expect, test } from 'vitest'
import { foldRunEvents } from './fold.ts'
import type { RunHead } from './fold-state.ts'
import type { LogEntry } from './frame.ts'
import { createPartialFold } from './partial-fold.ts'
import {
  APPROVAL,
  begun,
  closed,
  completed,
  ERROR,
  type Event,
  failed,
  iterating,
  iterationBegun,
  iterationEnded,
  logOf,
  needed,
  OUTPUT,
  scheduled,
  started,
  suspended,
  voted,
} from './testing/log-of.ts'
import type { RunView } from './view.ts'
import {
  foldViewParts,
  OUTER_PART,
  partsOfEntries,
  type RunViewSnapshot,
  type ViewPart,
  viewPartOf,
} from './view-parts.ts'

const ITEMS = 70

/** A wait for a time, which ends. */
const pauseOf = (nodeRunId: string): readonly Event[] => [
  { type: 'wait_opened', nodeRunId, data: { waitId: `${nodeRunId}/1/1`, waitFor: { kind: 'time', dueAt: 5 } } },
  { type: 'wait_closed', nodeRunId, data: { waitId: `${nodeRunId}/1/1`, how: 'resolved' } },
]

/** A loop whose items run one after the other: each tenth waits for a person, each seventh fails and is parked. */
function item(index: number): readonly Event[] {
  const id = `charge#${index}`
  const parkedWait = `${id}/1/0`
  const outcome: readonly Event[] =
    index % 10 === 3
      ? [
          suspended(id),
          needed(id),
          voted(id, 'approve'),
          closed(id, 'resolved'),
          scheduled(id, 'dispatch', 2),
          completed(id, 1, 2),
        ]
      : index % 7 === 5
        ? [
            failed(id),
            {
              type: 'node_parked',
              nodeRunId: id,
              data: { pass: 1, waitId: parkedWait, error: ERROR, fingerprint: 'f', resolutions: ['fail' as const] },
            },
            closed(id, 'resolved'),
          ]
        : [completed(id)]
  return [
    iterationBegun('each', index),
    scheduled(id),
    begun(id),
    ...(index % 10 === 6 ? pauseOf(id) : []),
    ...outcome,
    { type: 'nodes_skipped', data: { nodeRunIds: [`no#${index}`, `never#${index}`], reason: 'dead_path' } },
    iterationEnded('each', index),
  ]
}

const EVENTS: readonly Event[] = [
  started,
  scheduled('first'),
  begun('first'),
  completed('first'),
  scheduled('each', 'inline'),
  ...iterating('each', ITEMS),
  ...Array.from({ length: ITEMS }, (_, index) => item(index)).flat(),
  scheduled('later'),
  { type: 'wait_opened', nodeRunId: 'later', data: { waitId: 'later/1/0', waitFor: { kind: 'time', dueAt: 5 } } },
  closed('later', 'canceled'),
  {
    type: 'join_fired',
    nodeRunId: 'join',
    data: { mode: 'any', arrived: ['first'], losers: ['first'], cancel: [] },
  } as unknown as Event,
  {
    type: 'compensation_started',
    data: { because: 'failed', count: 1, reason: null } as never,
  },
  { type: 'node_compensated', nodeRunId: 'charge#2', data: { how: 'undone' } as never },
  { type: 'tool_call', nodeRunId: 'charge#40', data: {} as never },
  { type: 'run_canceled', data: { reason: null, error: ERROR } as never },
]

const LOG = logOf(...EVENTS)

interface Stored {
  readonly head: RunHead
  readonly stored: ReadonlyMap<string, ViewPart>
  readonly open: ReadonlySet<string>
}

/** Folds a log batch by batch as a store does, which reads only the parts that it must; returns what is stored after each. */
function storesOf(log: readonly LogEntry[], batch: number): readonly Stored[] {
  const stores: Stored[] = []
  for (let at = 0; at < log.length; at += batch) {
    const { head = null, stored = new Map<string, ViewPart>(), open = new Set<string>() } = stores.at(-1) ?? {}
    const entries = log.slice(at, at + batch)
    const wanted = new Set([...partsOfEntries(entries), ...open])
    const folded = foldViewParts({ head, parts: new Map([...stored].filter(([key]) => wanted.has(key))) }, entries)
    const changed = [...folded.parts].filter(([key]) => folded.changed.has(key))
    stores.push({ head: folded.head, stored: new Map([...stored, ...changed]), open: folded.open })
  }
  return stores
}

function storeOf(log: readonly LogEntry[], batch: number): Stored {
  const last = storesOf(log, batch).at(-1)
  if (last === undefined) throw new Error('An empty log has no view')
  return last
}

function snapshotOf({ head, stored, open }: Stored): RunViewSnapshot {
  return { head, parts: [...stored].filter(([key]) => key === OUTER_PART || open.has(key)) }
}

/** The view as JSON, in its order and without values, which snapshots lack. */
function plain(view: RunView): unknown {
  const { nodeRuns, approvals, parked, waits, ...head } = view
  const lists = [nodeRuns, approvals, parked, waits].map((map) => [...map])
  return JSON.parse(JSON.stringify([head, lists], (key, value) => (key === 'inline' ? undefined : value)))
}

describe('viewPartOf', () => {
  test.each([
    ['charge', ''],
    ['charge#3', '0'],
    ['charge#32', '1'],
    ['charge#3.40', '3.1'],
    ['agent#33.2-c1', '1'],
    ['charge#x', ''],
  ])('%s is in "%s"', (nodeRunId, key) => expect(viewPartOf(nodeRunId)).toBe(key))
})

describe('foldViewParts', () => {
  test('refuses a log with a gap', () => {
    expect(() => foldViewParts({ head: null, parts: new Map() }, LOG.slice(1))).toThrow(
      expect.objectContaining({ code: 'RUN_LOG_GAP' }),
    )
  })

  test('keeps no values', () => {
    expect(JSON.stringify([...storeOf(LOG, 50).stored])).not.toContain('"inline"')
    expect(JSON.stringify(OUTPUT)).toContain('"inline"')
  })

  test('keeps no params of a call that people approve, nor those that a person has given with a vote', () => {
    const { type, data } = voted('charge', 'approve') as Extract<Event, { type: 'approval_decided' }>
    const edited: Event = { type, data: { ...data, vote: { ...data.vote, params: OUTPUT } } }
    const call = {
      callId: 'c',
      nodeType: 'work',
      typeVersion: 1,
      title: 'Charge',
      params: OUTPUT,
      evidence: {},
    } as never
    const asked = needed('charge') as Extract<Event, { type: 'approval_needed' }>
    const ofCall: Event = { ...asked, data: { ...asked.data, waitFor: { ...asked.data.waitFor, call } } }
    const log = logOf(started, scheduled('charge'), begun('charge'), suspended('charge'), ofCall, edited)
    const stored = JSON.stringify([...storeOf(log, 50).stored])
    expect(stored).toContain(OUTPUT.hash)
    expect(stored).not.toContain('"inline"')
  })

  test('loads few of the parts for the next entries', () => {
    const near = LOG.filter((entry) => 'nodeRunId' in entry && entry.nodeRunId === 'charge#69')
    expect([...partsOfEntries(near)]).toEqual(['', '2'])
  })
})

describe('createPartialFold', () => {
  const whole = plain(foldRunEvents(LOG))

  test.each([7, 50, LOG.length])('gives the whole view with all parts, after any number of batches of %i', (batch) => {
    for (const store of storesOf(LOG, batch)) {
      const cut = store.head.seq
      const fold = createPartialFold(snapshotOf(store))
      for (const entry of LOG.slice(cut)) fold.apply(entry)
      for (const [key, part] of store.stored) if (!fold.hasPart(key)) fold.addPart(key, part, cut)
      // Compared as a whole at few cuts, since that costs most.
      if (cut % 7 === 0 || cut > LOG.length - 20) expect(plain(fold.view()), `cut at ${cut}`).toEqual(whole)
      else expect(fold.view().status).toBe('canceled')
    }
  })

  test('adds a part of a later event when it comes to that event', () => {
    const early = storeOf(LOG.slice(0, 300), 50)
    const late = storeOf(LOG.slice(0, LOG.length - 1), 50)
    const fold = createPartialFold(snapshotOf(early))
    expect(fold.hasPart('0')).toBe(false)
    for (const key of ['0', '1', '2']) {
      const part = late.stored.get(key)
      if (part !== undefined) fold.addPart(key, part, LOG.length - 1)
    }
    expect(fold.hasPart('0')).toBe(true)
    expect(fold.view().nodeRuns.has('charge#2')).toBe(false)
    for (const entry of LOG.slice(299)) fold.apply(entry)
    expect(fold.seq).toBe(LOG.length)
    expect(plain(fold.view())).toEqual(whole)
  })

  test('keeps its view until something changes, and lacks no open node run', () => {
    const cut = LOG.findIndex((entry) => entry.type === 'node_suspended' && entry.nodeRunId === 'charge#33') + 2
    const fold = createPartialFold(snapshotOf(storeOf(LOG.slice(0, cut), 50)))
    expect(fold.view()).toBe(fold.view())
    expect(fold.view().status).toBe('waiting')
    expect(fold.view().approvals.get('charge#33/1/0')?.waitFor).toEqual(APPROVAL)
    expect(fold.view().nodeRuns.has('charge#2')).toBe(false)
  })

  test('does not add a node run that it lacks for an event about its past', () => {
    const cut = LOG.findIndex((entry) => entry.type === 'compensation_started')
    const fold = createPartialFold(snapshotOf(storeOf(LOG.slice(0, cut), 50)))
    for (const entry of LOG.slice(cut)) fold.apply(entry)
    expect(fold.view().nodeRuns.has('charge#2')).toBe(false)
    expect(fold.view().compensation?.undone).toBe(1)
  })

  test('ignores a part from before its snapshot', () => {
    const fold = createPartialFold(snapshotOf(storeOf(LOG.slice(0, 300), 50)))
    const part = storeOf(LOG.slice(0, 200), 50).stored.get('0')
    if (part !== undefined) fold.addPart('0', part, 200)
    expect(fold.hasPart('0')).toBe(false)
  })

  test('refuses a log with a gap', () => {
    const fold = createPartialFold(snapshotOf(storeOf(LOG.slice(0, 10), 10)))
    expect(() => fold.apply(LOG[11] as LogEntry)).toThrow(expect.objectContaining({ code: 'RUN_LOG_GAP' }))
  })
})
