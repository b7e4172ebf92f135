import { TenonError } from '@tenon/core/errors'
import { expect, test } from 'vitest'
import type { NodeDispatch } from '../../store/node-dispatches.ts'
import { createDispatchRunner } from './dispatch-runner.ts'
import type { WorkerDeps } from './worker-deps.ts'

const NOW = 1_800_000_000_000
const QUEUED = { tenantId: 'acme', runId: 'r', nodeRunId: 'a', pass: 1, isExpired: false, waitedMs: 0 } as NodeDispatch

interface Answers {
  readonly commitDecision: () => Promise<unknown>
  readonly releaseToReaders?: () => Promise<void>
  readonly isStillPaused?: boolean
}

/** Executes a queued node; returns what the worker does, in order. */
async function execute({ commitDecision, releaseToReaders, isStillPaused = true }: Answers) {
  const done: string[] = []
  let onBegun = (): void => undefined
  const begun = new Promise<void>((resolve) => {
    onBegun = resolve
  })
  const runner = createDispatchRunner({
    workerId: 'w',
    committer: {
      commitDecision: () => {
        onBegun()
        return commitDecision()
      },
    },
    dispatch: {
      releaseDispatchToReaders: async (_: unknown, factType: string) => {
        done.push(`release to readers of ${factType}`)
        await releaseToReaders?.()
      },
      releaseDispatch: async (_: unknown, notBefore: number) => void done.push(`release in ${notBefore - NOW} ms`),
      releasePaused: async (_: unknown, notBefore: number) => {
        done.push(`release paused in ${notBefore - NOW} ms`)
        return isStillPaused
      },
    },
    lease: { isValid: () => true },
    slots: { acquire: async () => ({ release: () => undefined }) },
    now: () => NOW,
    log: (_: string, message: string) => void done.push(message),
    wakeAt: (at: number) => void done.push(`wake in ${at - NOW} ms`),
    wakeWorkers: () => void done.push('wake workers'),
  } as unknown as WorkerDeps)
  runner.execute([QUEUED])
  await begun
  await runner.drain(60_000)
  return done
}

/** Executes a queued node of a run that a later version has written to. */
function leave(releaseToReaders: () => Promise<void>) {
  const newer = new TenonError('RUN_LOG_NEWER', 'newer', { details: { type: 'run_migrated' } })
  return execute({ commitDecision: () => Promise.reject(newer), releaseToReaders })
}

test('says that it has released a node only once it has', async () => {
  expect(await leave(async () => undefined)).toEqual([
    'release to readers of run_migrated',
    'node_dispatch.released: a later version has written to the run',
  ])
})

test('retries a node that it could not release', async () => {
  expect(await leave(() => Promise.reject(new RangeError('away')))).toEqual([
    'release to readers of run_migrated',
    'node_dispatch.failed: retrying',
    'release in 1000 ms',
    'wake in 1000 ms',
  ])
})

test.each([
  [true, 'wake in 30000 ms'],
  [false, 'wake workers'],
])('releases a node of a paused run, which is still paused: %j', async (isStillPaused, woken) => {
  const paused = { value: { kind: 'paused' }, result: null }
  const done = await execute({ commitDecision: () => Promise.resolve(paused), isStillPaused })
  expect(done).toEqual(['release paused in 30000 ms', woken])
})
