import { TenonError } from '@tenon/core/errors'
import { expect, test } from 'vitest'
import type { NodeDispatch } from '../../store/node-dispatches.ts'
import { createDispatchRunner } from './dispatch-runner.ts'
import type { WorkerDeps } from './worker-deps.ts'

const NOW = 1_800_000_000_000
const QUEUED = { tenantId: 'acme', runId: 'r', nodeRunId: 'a', pass: 1, isExpired: false, waitedMs: 0 } as NodeDispatch

/** Executes a queued node of a run that a later version has written to; returns what the worker does, in order. */
async function leave(releaseToReaders: () => Promise<void>) {
  const done: string[] = []
  const newer = new TenonError('RUN_LOG_NEWER', 'newer', { details: { type: 'run_migrated' } })
  let onBegun = (): void => undefined
  const begun = new Promise<void>((resolve) => {
    onBegun = resolve
  })
  const runner = createDispatchRunner({
    workerId: 'w',
    committer: {
      commitDecision: () => {
        onBegun()
        return Promise.reject(newer)
      },
    },
    dispatch: {
      releaseDispatchToReaders: async (_: unknown, factType: string) => {
        done.push(`release to readers of ${factType}`)
        await releaseToReaders()
      },
      releaseDispatch: async (_: unknown, notBefore: number) => void done.push(`release in ${notBefore - NOW} ms`),
    },
    lease: { isValid: () => true },
    slots: { acquire: async () => ({ release: () => undefined }) },
    now: () => NOW,
    log: (_: string, message: string) => void done.push(message),
    wakeAt: () => undefined,
    wakeWorkers: () => undefined,
  } as unknown as WorkerDeps)
  runner.execute([QUEUED])
  await begun
  await runner.drain(60_000)
  return done
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
  ])
})
