import { type RunRef, runKey } from '../../store/run-ref.ts'
import type { LeaseRenewal } from './lease.ts'
import type { ClaimedRun } from './pass-runner.ts'

/**
 * Returns the runs whose owner a worker has to verify after a renewal of its lease: those that it drives and the database
 * does not know as its own, and those that the database knows as its own and it does not drive.
 *
 * Changes since the renewal was requested are left to the next one: the response need not contain them. A busy
 * worker starts and ends runs all the time, and would verify each that falls into a renewal.
 *
 * @param claimed - Runs that the worker drives, by their keys.
 * @param forgotten - Runs that it has ended or released since the last renewal, with the time of the lease.
 */
export function runsToVerify(
  { wasValid, owned, askedAt }: LeaseRenewal,
  claimed: ReadonlyMap<string, ClaimedRun>,
  forgotten: ReadonlyMap<string, number>,
): readonly RunRef[] {
  const names = new Set(owned.map(runKey))
  const isLost = ({ ownedAt }: ClaimedRun, name: string): boolean =>
    ownedAt !== null && (!wasValid || (ownedAt < askedAt && !names.has(name)))
  const known = [...claimed].filter(([name, run]) => run.isWoken || isLost(run, name)).map(([, run]) => run)
  const unknown = owned.filter((run) => {
    const name = runKey(run)
    return !claimed.has(name) && (forgotten.get(name) ?? Number.NEGATIVE_INFINITY) < askedAt
  })
  return [...known, ...unknown]
}
