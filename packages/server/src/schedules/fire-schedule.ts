import type { PollDeps } from '../polls/ask-service.ts'
import { firePoll } from '../polls/fire-poll.ts'
import { planFirings } from '../schedule-rules/plan-firings.ts'
import { type ClaimedSchedule, ClaimLost, releaseSchedule } from '../tables/schedule-repository.ts'
import { findTrigger } from '../tables/trigger-repository.ts'
import { decideTime } from './decide-time.ts'
import type { FireDeps } from './fire-time.ts'
import { type Claiming, createFiring, type Firing, progressOf } from './firing.ts'
import { noteMissed } from './note-missed.ts'

/** Shortest and longest pause between two looks at the run that a time waits for. */
const WAITING_MS = { least: 1_000, most: 60_000 }

/**
 * Starts the runs of the times of a claimed schedule that have passed, and stores its next time. Every transaction checks
 * that the claim is not lost, and stores how far the work is: a process that is killed at any moment leaves one time that is
 * begun, and the next process finishes it.
 *
 * @throws {@link TenonError} if a run could not be started for a fault of the server, such as of its database.
 */
export async function fireSchedule(
  deps: FireDeps & PollDeps,
  claimed: ClaimedSchedule,
  claiming: Claiming,
): Promise<void> {
  const trigger = await deps.database.withTenant(claimed.tenantId, (tx) => findTrigger(tx, claimed))
  // Paused or unpublished in this moment: the revision has changed, and there is nothing to store.
  if (trigger === null || trigger.version === null || trigger.paused_at !== null) return
  try {
    await (trigger.kind === 'poll'
      ? firePoll(deps, claimed, trigger, claiming)
      : fireTimes(createFiring(deps, claimed, trigger, claiming)))
  } catch (error) {
    // It is the work of another process now.
    if (!(error instanceof ClaimLost)) throw error
  }
}

async function fireTimes(firing: Firing): Promise<void> {
  await fireWaiting(firing)
  await firePassed(firing)
  await release(firing)
}
/** Decides about the time that waits, by the policy that is published now. */
async function fireWaiting(firing: Firing): Promise<void> {
  const { waitingAt } = firing.state
  if (waitingAt === null) return
  firing.state.waitingAt = await decideTime(firing, waitingAt, { hasWaited: true })
}

async function firePassed(firing: Firing): Promise<void> {
  const { params, times, state, claimed, now } = firing
  const { dueAt } = state
  if (dueAt === null || dueAt > now) return
  // Times for which the server has failed to start runs count as those of an outage.
  const failing = claimed.failingFrom === null ? [] : [{ fromAt: claimed.failingFrom, untilAt: now }]
  const plan = planFirings(times, params, { dueAt, now, outages: [...firing.outages, ...failing] })
  if (plan.missed !== null) {
    const nextAt = plan.fire[0] ?? plan.nextAt
    await noteMissed(firing, plan.missed, nextAt)
    state.dueAt = nextAt
  }
  for (const [index, at] of plan.fire.entries()) {
    if (firing.isClosing()) return
    state.waitingAt = await decideTime(firing, at, { hasWaited: false })
    state.dueAt = plan.fire[index + 1] ?? plan.nextAt
  }
}

async function release({ deps, claimed, state, now }: Firing): Promise<void> {
  const { dueAt, waitingAt } = state
  const { least, most } = WAITING_MS
  // The longer a run lasts already, the less it matters to know of its end at once.
  const waitMs = waitingAt === null ? least : Math.min(most, Math.max(least, (now - waitingAt) / 10))
  const wakes = [dueAt, waitingAt === null ? null : now + Math.round(waitMs)].filter((at) => at !== null)
  const wakeAt = wakes.length === 0 ? null : Math.min(...wakes)
  await deps.database.withTenant(claimed.tenantId, (tx) => releaseSchedule(tx, claimed, progressOf(state), wakeAt))
}
