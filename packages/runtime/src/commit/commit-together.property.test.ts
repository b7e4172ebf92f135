import type { Fact } from '@tenon/core/run'
import { makeValueRef } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { compile } from '../interpreter/compile.ts'
import { parameters } from '../interpreter/testing/arbitrary-play.ts'
import type { Append, AppendResult } from '../store/append.ts'
import type { Appender } from '../store/appender.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { inMemoryBus } from '../testing/in-memory-bus.ts'
import { createTestNodes } from '../testing/test-nodes.ts'
import type { CommitResult, Committer, CommitWork } from './commit-types.ts'
import { createCommitter } from './committer.ts'
import { nodeTypesOf } from './node-types.ts'

const { registry } = createTestNodes()
const NOW = Date.UTC(2026, 0, 5)

/** A fork with a race, values that inline nodes compute, and a loop of which four iterations run at once. */
const PLAN = compile(
  workflow(
    [
      node('start', 'start'),
      ...['a', 'b', 'c'].map((id) => node(id, 'probe')),
      node('after-a', 'set', { fields: { from: '{{input}}' } }),
      node('next', 'probe', { output: '{{input}}' }),
      node('each', 'loop', { items: [1, 2, 3, 4, 5, 6], concurrency: 4, onFailure: 'collect' }),
      node('item', 'probe', {}, { parentId: 'each' }),
      node('join', 'join'),
      node('last', 'probe'),
      node('end', 'end'),
    ],
    [
      ...['start>a', 'start>b', 'start>c', 'start>each', 'a>after-a', 'after-a>next'],
      ...['next>join', 'b>join', 'c>join', 'each>join', 'join>last', 'last>end'],
    ],
  ),
  registry.manifest,
)

/** Stores appends in memory, one turn of the event loop later, by the rules of the functions of the database. */
function memoryAppender(): Appender {
  let turn = 0
  let seq = 1
  const store = ({ kind, expectTurn, expectSeq, turns, events }: Append): AppendResult => {
    const isExpected = kind === 'observe' || (expectTurn === turn && (expectSeq ?? seq) === seq)
    if (!isExpected) return { outcome: 'conflict' }
    const stored = { outcome: 'ok', firstSeq: seq, turnBefore: turn } as const
    turn += turns
    seq += events.length
    return stored
  }
  return {
    append: async (append) => {
      await new Promise((resolve) => setImmediate(resolve))
      return store(append)
    },
    drain: async () => undefined,
  }
}

const OPERATIONS = [
  'complete',
  'complete',
  'complete',
  'log',
  'fail',
  'repeat',
  'impossible',
  'only log',
  'begin',
  'cancel',
] as const

interface Operation {
  readonly kind: (typeof OPERATIONS)[number]
  readonly pick: number
}

const operation: fc.Arbitrary<Operation> = fc.record({ kind: fc.constantFrom(...OPERATIONS), pick: fc.nat(20) })

/** Work of an operation on one of the open node runs; `index` is unique in the run. */
function workOf({ kind, pick }: Operation, open: readonly string[], index: number): CommitWork {
  const nodeRunId = open[pick % open.length] ?? 'a'
  const output = makeValueRef({ index })
  const data = { pass: 1, attempt: 1, port: 'success', output, durationMs: 1 }
  const fact: Fact = { type: 'node_completed', nodeRunId, data }
  const line = { timestamp: new Date(NOW).toISOString(), level: 'info', message: `${index}` } as const
  const log = { observation: { type: 'node_log', nodeRunId, data: line }, pass: 1, attempt: 1, index, at: NOW } as const
  const error = { code: 'NODE_FAILED', message: 'no', details: { nodeRunId } }
  const common = {
    worker: 'me',
    acquireSlot: ({ nodeRunId: id }: { readonly nodeRunId: string }) =>
      id === 'last' ? null : { release: () => undefined },
  }
  switch (kind) {
    case 'complete':
      return { ...common, facts: [{ fact }], operations: [{ op: 'timer_clear', timerId: nodeRunId }] }
    case 'log':
      return { ...common, facts: [{ fact }], observations: [log] }
    case 'repeat':
      return { ...common, facts: [{ fact }, { fact }] }
    case 'fail':
      return {
        facts: [{ fact: { type: 'node_failed', nodeRunId, data: { pass: 1, attempt: 1, error, durationMs: 1 } } }],
      }
    case 'impossible':
      return { facts: [{ fact: { ...fact, nodeRunId: 'elsewhere' } }] }
    case 'only log':
    case 'begin':
      return { facts: [], observations: [log] }
    case 'cancel':
      return {
        facts: pick === 0 ? [{ fact: { type: 'cancel_requested', data: { reason: 'user', actor: null } } }] : [],
      }
  }
}

let opened: TestDatabase

beforeAll(async () => {
  opened = await openTestDatabase('PGlite')
  // A slice also ends after 50 ms, which a busy machine exceeds.
  vi.spyOn(performance, 'now').mockReturnValue(0)
})
afterAll(async () => {
  vi.restoreAllMocks()
  await opened.close()
})

/** Plays batches of operations, each commit of a batch by `commitAll`, and returns what the callers and the log got. */
async function playBatches(
  batches: readonly (readonly Operation[])[],
  commitAll: (commits: readonly (() => Promise<unknown>)[]) => Promise<readonly PromiseSettledResult<unknown>[]>,
) {
  const appends: Append[] = []
  const memory = memoryAppender()
  const appender = {
    ...memory,
    append: (append: Append) => {
      appends.push(append)
      return memory.append(append)
    },
  }
  const by: Committer = createCommitter({
    ...{ database: opened.database, appender, findType: nodeTypesOf(registry), bus: inMemoryBus() },
    ...{ log: () => undefined, now: () => NOW },
  })
  const run = { tenantId: 'acme', runId: 'the-run' }
  const start = { workflowId: 'w', version: '1', mode: 'live', engine: 'embedded', trigger: 'start' } as const
  await by.create({ ...run, ...start, input: {}, actor: null }, PLAN)
  const results: unknown[] = []
  let index = 0
  for (const batch of batches) {
    const open = await by.withSession(run, ({ machine }) =>
      machine.openNodeRuns().flatMap(({ nodeRunId, mode }) => (mode === 'dispatch' ? [nodeRunId] : [])),
    )
    if (open === null || open.length === 0) break
    const commits = batch.map((each) => {
      index += 1
      const work = workOf(each, open, index)
      return each.kind === 'begin'
        ? () =>
            by.commitDecision(run, async ({ machine }) => ({ value: machine.turn, work: pickWork(machine.turn, work) }))
        : () => by.commit({ ...run, ...work })
    })
    results.push(...(await commitAll(commits)).map(outcomeOf))
  }
  // The first append creates the run, with a random seed.
  const events = appends.slice(1).flatMap((append) => append.events.map(({ id, body }) => ({ id, body })))
  // Those of a commit without effect are in no append of its own.
  const operations = appends.flatMap((append) => append.operations.filter(({ op }) => op !== 'timer_clear'))
  return { results, events, operations, appends: appends.length }
}

/** A decision that depends on the state of the run: for nothing at every third turn. */
function pickWork(turn: number, work: CommitWork): CommitWork | null {
  return turn % 3 === 0 ? null : work
}

function outcomeOf(answer: PromiseSettledResult<unknown>): unknown {
  if (answer.status === 'rejected') return answer.reason
  const result = answer.value as CommitResult | null
  return result !== null && 'started' in result
    ? { ...result, started: result.started.map(({ nodeRunId }) => nodeRunId) }
    : result
}

async function inSequence(commits: readonly (() => Promise<unknown>)[]) {
  const answers: PromiseSettledResult<unknown>[] = []
  for (const commit of commits) answers.push(...(await Promise.allSettled([commit()])))
  return answers
}

test('commits that share appends give the log and the results of commits one after the other', async () => {
  const shared: number[] = []
  const batches = fc.array(fc.array(operation, { minLength: 1, maxLength: 8 }), { minLength: 4, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(batches, async (played) => {
      const apart = await playBatches(played, inSequence)
      const together = await playBatches(played, (commits) => Promise.allSettled(commits.map((commit) => commit())))
      expect(together.results).toEqual(apart.results)
      expect(together.events).toEqual(apart.events)
      expect(together.operations).toEqual(apart.operations)
      shared.push(apart.appends - together.appends)
    }),
    parameters(25),
  )
  expect(Math.max(...shared)).toBeGreaterThan(3)
  expect(Math.min(...shared)).toBeGreaterThanOrEqual(0)
})
