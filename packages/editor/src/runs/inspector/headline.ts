import {
  type ApprovalView,
  type NodeRunId,
  type NodeRunView,
  nodeRunDurationMs,
  type RunView,
  type SkipReason,
  type WaitView,
} from '@tenon/core/run'
import { failureTexts } from '../../messages/coded-texts.ts'
import type { Translate } from '../../messages/format.ts'
import type { BadgeTone } from '../../ui/badge.tsx'
import { formatDuration } from '../format/duration.ts'
import { portPhrase } from '../format/port-words.ts'
import { waitTitle } from '../format/wait-words.ts'
import type { NodeInfo } from '../store/node-directory.ts'
import { paramFault } from './faulty-field.ts'

/** Summary of a node run: one sentence and a detail. */
export interface Headline {
  readonly tone: BadgeTone
  readonly title: string
  readonly detail: string
}

export interface HeadlineInput {
  readonly nodeRun: NodeRunView
  readonly node: NodeInfo
  /** Name of the node run that it undoes; `null` if it undoes none. */
  readonly undoes: string | null
  readonly skipReason: SkipReason | null
  /** Way in which the approval of the node ended; `null` while it is open, and for a node without one. */
  readonly closed: ApprovalView['closed']
  /** Last wait of the node run for a time, an event or a callback; `null` without one. */
  readonly wait: WaitView | null
  /** True if the run is paused. */
  readonly isPaused: boolean
  /** Selected moment, in ms since the epoch. */
  readonly moment: number
  readonly t: Translate
  readonly locale: string
}

/** Returns the way in which the last approval of a node run ended; `null` while it is open, and without one. */
export function closedApprovalOf({ approvals }: RunView, nodeRunId: NodeRunId): ApprovalView['closed'] {
  return [...approvals.values()].findLast((approval) => approval.nodeRunId === nodeRunId)?.closed ?? null
}

/** Returns the last wait of a node run for a time, an event or a callback; `null` without one. */
export function lastWaitOf({ waits }: RunView, nodeRunId: NodeRunId): WaitView | null {
  return [...waits.values()].findLast((wait) => wait.nodeRunId === nodeRunId) ?? null
}

/** Returns the number of attempts of the last pass that count: those that were held have not called the node. */
export function countedAttempts({ attempt, attempts }: NodeRunView): number {
  const pass = attempts.at(-1)?.pass
  return attempt - attempts.filter((each) => each.pass === pass && each.isHeld === true).length
}

/** Returns the summary of a node run; `null` if its status is sufficient. */
export function headlineOf(input: HeadlineInput): Headline | null {
  const { nodeRun, node, skipReason, moment, t, locale } = input
  const lastFailure = nodeRun.attempts.findLast(
    // Once an attempt runs, the reason why earlier ones could not start is over.
    ({ how, isHeld }) => (how === 'failed' || how === 'lost') && !(isHeld === true && nodeRun.status === 'running'),
  )
  const fault = nodeRun.error == null ? null : faultTexts(nodeRun.error, node, t)
  const failed =
    lastFailure === undefined
      ? ''
      : lastFailure.error === null
        ? t('runs.headline.lost', { attempt: lastFailure.attempt })
        : t(lastFailure.isHeld === true ? 'runs.headline.held' : 'runs.headline.attemptFailed', {
            attempt: lastFailure.attempt,
            message: failureTexts(lastFailure.error, t).why,
          })
  if (nodeRun.isReused) return reusedHeadline(nodeRun, fault, t)
  const left = Math.max(0, node.maximumAttempts - countedAttempts(nodeRun))
  switch (nodeRun.status) {
    case 'retry': {
      const next = nodeRun.nextAt === null ? 0 : nodeRun.nextAt - moment
      const detail = [
        next > 0 ? t('runs.headline.nextIn', { time: formatDuration(next, t, locale) }) : '',
        t('runs.headline.left', { count: left }),
      ]
      return { tone: 'retry', title: failed, detail: sentences(detail) }
    }
    case 'running': {
      if (lastFailure === undefined) return null
      const pause = pauseAfter(nodeRun, lastFailure.attempt)
      const detail = [
        pause === null ? '' : t('runs.headline.retriedAfter', { time: formatDuration(pause, t, locale) }),
        t('runs.headline.left', { count: left }),
      ]
      return { tone: 'waiting', title: failed, detail: sentences(detail) }
    }
    case 'failed':
      return {
        tone: 'failed',
        title: t('runs.headline.failed', { message: fault?.why ?? '' }),
        detail: sentences([
          fault?.remedy ?? '',
          ...attemptTexts(nodeRun, t),
          nodeRun.port === null
            ? ''
            : input.undoes === null
              ? t('runs.headline.handled', { port: nodeRun.port })
              : `${t('runs.undo.stays', { name: input.undoes })}.`,
        ]),
      }
    case 'waiting':
      if (nodeRun.parkedWaitId !== null) {
        return {
          tone: 'parked',
          title: t('runs.headline.failed', { message: fault?.why ?? '' }),
          detail: sentences([fault?.remedy ?? '', ...attemptTexts(nodeRun, t)]),
        }
      }
      if (nodeRun.iterations !== null) {
        const { ended, count } = nodeRun.iterations
        return {
          tone: 'running',
          title: t('runs.headline.items', { kind: node.loop ?? 'list', ended, count }),
          detail: '',
        }
      }
      if (nodeRun.calls?.isOpen === true) {
        const { ended, count } = nodeRun.calls
        return { tone: 'running', title: t('runs.calls.progress', { ended, count }), detail: '' }
      }
      // A paused run completes the node only when it is resumed.
      if (input.closed !== null) {
        const detail = input.isPaused ? t('runs.headline.continuesWhenResumed') : ''
        return { tone: 'waiting', title: t(`runs.approval.status.${input.closed}`), detail }
      }
      if (input.wait !== null && input.wait.event !== null) {
        const detail = input.isPaused ? t('runs.headline.continuesWhenResumed') : ''
        return { tone: 'waiting', title: t('runs.wait.received', { kind: input.wait.waitFor.kind }), detail }
      }
      return {
        tone: 'waiting',
        title: (input.wait === null ? null : waitTitle(input.wait.waitFor, t, locale)) ?? t('runs.headline.waiting'),
        detail: t('runs.headline.waitingSince', {
          time: formatDuration(moment - (nodeRun.attempts.at(-1)?.endedAt ?? moment), t, locale),
        }),
      }
    case 'success': {
      const time = formatDuration(nodeRunDurationMs(nodeRun) ?? 0, t, locale)
      const port = portPhrase(nodeRun.port, t)
      return {
        tone: 'success',
        title: port === '' ? t('runs.headline.success', { time }) : t('runs.headline.successBy', { time, port }),
        detail: failed,
      }
    }
    case 'skipped':
      return { tone: 'neutral', title: t(`runs.headline.skipped_${skipReason ?? 'dead_path'}`), detail: '' }
    case 'canceled':
      return { tone: 'neutral', title: t(nodeRun.isLoser ? 'runs.node.loser' : 'runs.headline.canceled'), detail: '' }
    case 'idle':
      return { tone: 'neutral', title: t('runs.headline.idle'), detail: '' }
    case 'compensated':
      return { tone: 'neutral', title: t('runs.headline.compensated'), detail: '' }
  }
}

/** Returns the summary of a node that has not run, since its outcome is that of an earlier run. */
function reusedHeadline({ status, port }: NodeRunView, fault: { readonly why: string } | null, t: Translate): Headline {
  const detail = sentences([
    fault === null ? '' : t('runs.headline.failed', { message: fault.why }),
    fault === null || port === null ? '' : t('runs.headline.handled', { port }),
  ])
  return { tone: status === 'success' ? 'success' : 'neutral', title: t('runs.node.reused'), detail }
}

/** Returns the texts of a failure; of invalid params, the field and its fault, which make the remedy plain. */
function faultTexts(error: NonNullable<NodeRunView['error']>, { params }: NodeInfo, t: Translate) {
  const message = paramFault(error, params)
  return failureTexts(message === null ? error : { ...error, message, remedy: '' }, t)
}

/** Returns how many attempts failed, and why there was no other one; a condition that failed says so itself. */
function attemptTexts(nodeRun: NodeRunView, t: Translate): readonly string[] {
  const { attempts, error } = nodeRun
  const attempt = countedAttempts(nodeRun)
  const noRetry = attempts.at(-1)?.noRetry
  return [
    attempt > 1 ? t('runs.headline.afterAttempts', { count: attempt }) : '',
    noRetry === undefined || error?.code === 'RETRY_CONDITION_FAILED' ? '' : t(`runs.event.noRetry.${noRetry}`),
  ]
}

function sentences(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ')
}

/** Returns the milliseconds between the end of an attempt and the start of the next; `null` if not known. */
function pauseAfter(nodeRun: NodeRunView, attempt: number): number | null {
  const index = nodeRun.attempts.findLastIndex((other) => other.attempt === attempt)
  const ended = nodeRun.attempts[index]?.endedAt ?? null
  const next = nodeRun.attempts[index + 1]
  return ended === null || next === undefined ? null : Math.max(0, next.startedAt - ended)
}
