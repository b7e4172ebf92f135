import { describe, expect, test } from 'vitest'
import { type RunRef, runKey } from '../../store/run-ref.ts'
import { type ClaimedRun, claimedRun } from './pass-runner.ts'
import { runsToVerify } from './runs-to-verify.ts'

const ref = (runId: string): RunRef => ({ tenantId: 'acme', runId })

function verified(
  claimed: readonly (Partial<ClaimedRun> & { readonly runId: string })[],
  { wasValid = true, owned = [] as readonly string[], forgotten = {} as Readonly<Record<string, number>> },
): readonly string[] {
  const renewal = { wasValid, owned: owned.map(ref), askedAt: 100, ownedDispatches: [], workers: 1 }
  const runs = claimed.map((run) => ({ ...claimedRun(ref(run.runId)), ...run }))
  const left = Object.entries(forgotten).map(([runId, at]): [string, number] => [runKey(ref(runId)), at])
  return runsToVerify(renewal, new Map(runs.map((run) => [runKey(run), run])), new Map(left)).map(({ runId }) => runId)
}

describe('runsToVerify', () => {
  test('verifies no run that worker and database know', () => {
    expect(verified([{ runId: 'a', ownedAt: 50 }], { owned: ['a'] })).toEqual([])
  })

  test('verifies a run that the database no longer knows, but not one that has begun since the request', () => {
    const claimed = [
      { runId: 'taken', ownedAt: 99 },
      { runId: 'begun', ownedAt: 100 },
      { runId: 'starting', ownedAt: null },
    ]
    expect(verified(claimed, {})).toEqual(['taken'])
  })

  test('verifies every owned run after the lease had expired', () => {
    const claimed = [
      { runId: 'old', ownedAt: 50 },
      { runId: 'begun', ownedAt: 150 },
      { runId: 'starting', ownedAt: null },
    ]
    expect(verified(claimed, { wasValid: false, owned: ['old'] })).toEqual(['old', 'begun'])
  })

  test('comes back to a run that could not be driven without a lease', () => {
    expect(verified([{ runId: 'a', ownedAt: 50, isWoken: true }], { owned: ['a'] })).toEqual(['a'])
  })

  test('verifies an owned run that the worker does not drive, but not one that it has ended since the request', () => {
    const forgotten = { ended: 100, before: 99 }
    expect(verified([], { owned: ['lost', 'ended', 'before'], forgotten })).toEqual(['lost', 'before'])
  })
})
