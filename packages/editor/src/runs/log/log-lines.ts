import type { Json } from '@tenon/core/document'
import type { LogLevel } from '@tenon/core/node'
import { type LogEntry, type NodeRunId, nodeIdOf, nodeRunDurationMs, type RunView } from '@tenon/core/run'
import { failureTexts } from '../../messages/coded-texts.ts'
import type { Translate } from '../../messages/format.ts'
import { choiceLabel } from '../approval/approval-words.ts'
import { formatDuration } from '../format/duration.ts'
import { calledName, nodeRunName } from '../format/node-run-name.ts'
import { portPhrase } from '../format/port-words.ts'
import { waitTitle } from '../format/wait-words.ts'
import { readableData } from '../json/readable-data.ts'
import type { NodeDirectory } from '../store/node-directory.ts'

/** One event of the run log as a displayed line. */
export interface LogLine {
  readonly seq: number
  readonly at: number
  readonly level: LogLevel
  readonly type: LogEntry['type']
  readonly nodeId: string | null
  /** Run of the node, which has several in a loop. */
  readonly nodeRunId: NodeRunId | null
  /** Name of the node, with the item of its loop. */
  readonly nodeName: string
  readonly text: string
  /** All data of the event. */
  readonly data: Json
}

interface Said {
  readonly level: LogLevel
  readonly text: string
}

export interface LogWords {
  readonly nodes: NodeDirectory
  readonly t: Translate
  readonly locale: string
  /** Known node runs, for the names of waits, and for durations like those of the other views. */
  readonly nodeRuns: RunView['nodeRuns']
}

/** Converts one event to a line. */
export function logLine(entry: LogEntry, words: LogWords): LogLine {
  const nodeRunId = nodeRunOf(entry, words.nodeRuns)
  const nodeId = nodeRunId === null ? null : nodeIdOf(nodeRunId)
  const said = nodeId === null ? sayOfRun(entry, words) : (sayOfNode(entry, words) ?? sayOfRun(entry, words))
  return {
    seq: entry.seq,
    at: entry.at,
    type: entry.type,
    nodeId,
    nodeRunId,
    nodeName:
      nodeId === null || nodeRunId === null
        ? ''
        : calledName(words.nodes, words.nodeRuns.get(nodeRunId) ?? nodeRunId, words.t),
    // Events come from JSON, so their data is JSON.
    data: readableData(entry.data as Json),
    ...said,
  }
}

/** Returns the node run of an event; `null` for an event of the run. */
function nodeRunOf(entry: LogEntry, nodeRuns: RunView['nodeRuns']): NodeRunId | null {
  if ('nodeRunId' in entry && entry.nodeRunId !== undefined) return entry.nodeRunId
  const waitId =
    entry.type === 'approval_decided' || entry.type === 'parked_resolved' || entry.type === 'event_received'
      ? entry.data.waitId
      : entry.type === 'timer_fired' || entry.type === 'timer_cleared'
        ? entry.data.timerId
        : ''
  // The id of a wait, and of its timer, is its node run, pass and number: `review/1/0`.
  const nodeRunId = waitId.replace(/\/\d+\/\d+$/, '') as NodeRunId
  return nodeRuns.has(nodeRunId) ? nodeRunId : null
}

function failedText({ error, noRetry }: Extract<LogEntry, { type: 'node_failed' }>['data'], t: Translate): string {
  const failed = t('runs.event.node_failed', { message: failureTexts(error, t).why })
  // The message says it itself: the condition is not false, it has no value.
  return noRetry === undefined || error.code === 'RETRY_CONDITION_FAILED'
    ? failed
    : `${failed.replace(/\.$/, '')}. ${t(`runs.event.noRetry.${noRetry}`)}`
}

function sayOfNode(entry: LogEntry, words: LogWords): Said | null {
  const { t, locale, nodeRuns } = words
  switch (entry.type) {
    case 'node_scheduled':
      return {
        level: 'debug',
        text:
          entry.data.undoes === undefined
            ? t('runs.event.node_scheduled')
            : t('runs.event.undo_scheduled', { name: nodeRunName(words.nodes, entry.data.undoes, t) }),
      }
    case 'node_started':
      return entry.data.attempt > 1
        ? { level: 'info', text: t('runs.event.node_started_again', { attempt: entry.data.attempt }) }
        : { level: 'info', text: t('runs.event.node_started') }
    case 'node_completed': {
      const nodeRun = nodeRuns.get(entry.nodeRunId)
      const durationMs = nodeRun?.endedAt === entry.at ? nodeRunDurationMs(nodeRun) : null
      const time = formatDuration(durationMs ?? entry.data.durationMs, t, locale)
      const port = portPhrase(entry.data.port, t)
      const text =
        port === '' ? t('runs.event.node_finished', { time }) : t('runs.event.node_completed', { time, port })
      return { level: 'info', text }
    }
    case 'node_error': {
      const { attempt, error, nextAt } = entry.data
      const failed = t('runs.event.node_error', { attempt, message: failureTexts(error, t).why })
      const next =
        nextAt === null ? '' : ` ${t('runs.event.next', { time: formatDuration(nextAt - entry.at, t, locale) })}`
      return { level: 'warn', text: `${failed}${next}` }
    }
    case 'attempt_lost':
      return { level: 'warn', text: t('runs.event.attempt_lost', { attempt: entry.data.attempt }) }
    case 'node_failed':
      return { level: 'error', text: failedText(entry.data, t) }
    case 'join_unsatisfied':
      return { level: 'error', text: t('runs.event.node_failed', { message: failureTexts(entry.data.error, t).why }) }
    case 'node_canceled':
      return { level: 'info', text: t('runs.event.node_canceled') }
    case 'node_suspended':
      return { level: 'debug', text: t('runs.event.node_suspended') }
    case 'node_reused':
      return { level: 'info', text: t('runs.node.reused') }
    case 'node_skipped':
      return { level: 'info', text: t('runs.event.node_skipped') }
    case 'join_waiting':
      return { level: 'debug', text: t('runs.event.join_waiting', entry.data) }
    case 'join_fired':
      return { level: 'debug', text: t('runs.event.join_fired', { arrived: entry.data.arrived }) }
    case 'iteration_started':
      return {
        level: 'debug',
        text: t('runs.event.iteration_started', {
          kind: loopKind(entry.nodeRunId, words),
          number: entry.data.index + 1,
        }),
      }
    case 'iteration_ended': {
      const { index, how, error, endedBy } = entry.data
      const message = error === null ? '' : failureTexts(error, t).why
      return {
        level: how === 'failed' ? 'warn' : 'debug',
        text: t(`runs.event.iteration_${endedBy ?? how}`, {
          kind: loopKind(entry.nodeRunId, words),
          number: index + 1,
          message,
        }),
      }
    }
    case 'call_ended': {
      const { how, error } = entry.data
      const message = error === null ? '' : failureTexts(error, t).why
      return { level: how === 'failed' ? 'warn' : 'debug', text: t(`runs.event.call_${how}`, { message }) }
    }
    case 'node_cancel_requested':
      return { level: 'debug', text: t('runs.event.node_cancel_requested') }
    case 'node_dropped':
      return { level: 'info', text: t('runs.event.node_dropped') }
    case 'failure_handled':
      return { level: 'warn', text: handledText(entry, words) }
    case 'node_parked':
      return { level: 'error', text: t('runs.parked.event.parked', { message: failureTexts(entry.data.error, t).why }) }
    case 'node_compensated':
      return {
        level: entry.data.how === 'undone' ? 'info' : 'warn',
        text: t('runs.undo.by', { how: entry.data.how, name: nodeRunName(words.nodes, entry.data.by, t) }),
      }
    case 'parked_resolved': {
      const person = entry.data.actor?.displayName ?? t('runs.event.system')
      return { level: 'info', text: t(`runs.parked.event.${entry.data.resolution.kind}`, { person }) }
    }
    case 'approval_needed':
      return { level: 'info', text: t('runs.event.approval_needed', { title: entry.data.waitFor.title }) }
    case 'wait_opened':
      if (entry.data.waitFor.kind === 'calls') {
        return { level: 'info', text: t('runs.event.calls_opened', { count: entry.data.waitFor.calls.length }) }
      }
      return { level: 'info', text: waitTitle(entry.data.waitFor, t, locale) ?? t('runs.event.wait_opened') }
    case 'event_received': {
      const { actor } = entry.data
      const sent = actor === null ? null : t('runs.event.event_sent', { person: actor.displayName })
      return { level: 'info', text: sent ?? t('runs.event.event_received') }
    }
    case 'wait_closed':
      return { level: 'debug', text: t(`runs.event.wait_${entry.data.how}`) }
    case 'tool_call': {
      const { tool, error, durationMs } = entry.data
      const time = formatDuration(durationMs, t, locale)
      const kind = tool === 'http' || tool === 'model' ? tool : 'tool'
      return error === undefined
        ? { level: 'info', text: t(`runs.event.${kind}_call`, { tool, time }) }
        : { level: 'warn', text: t(`runs.event.${kind}_failed`, { tool, message: failureTexts(error, t).why }) }
    }
    case 'node_log':
      return { level: entry.data.level, text: entry.data.message }
    default:
      return null
  }
}

function handledText(
  { nodeRunId, data: { how } }: Extract<LogEntry, { type: 'failure_handled' }>,
  { t, nodes, nodeRuns }: LogWords,
): string {
  const undoes = nodeRuns.get(nodeRunId)?.undoes ?? null
  // Nothing continues after a node that undoes another one.
  return undoes === null || how === 'supplied'
    ? t(`runs.event.failure_${how}`)
    : t('runs.undo.stays', { name: nodeRunName(nodes, undoes, t) })
}

function loopKind(nodeRunId: NodeRunId, { nodes }: LogWords): string {
  return nodes.get(nodeIdOf(nodeRunId)).loop ?? 'list'
}

/** Shortest wait in the queue that is worth a word, in ms. */
const LEAST_WAIT_MS = 1_000

function startText(
  { at, data: { requestedAt = at, actor, trigger } }: Extract<LogEntry, { type: 'run_started' }>,
  { t, locale, nodes }: LogWords,
): string {
  const by = actor === null ? 'none' : 'person'
  const names = { by, person: actor?.displayName ?? '', trigger: nodes.get(trigger).name }
  const start = t('runs.event.run_started', names)
  const waitedMs = at - requestedAt
  if (waitedMs < LEAST_WAIT_MS) return start
  return t('runs.event.run_started_late', { start, time: formatDuration(waitedMs, t, locale) })
}

function sayOfRun(entry: LogEntry, words: LogWords): Said {
  const { t, locale } = words
  switch (entry.type) {
    case 'run_started':
      return { level: 'info', text: startText(entry, words) }
    case 'outcomes_reused':
      return { level: 'info', text: t('runs.event.outcomes_reused', { count: entry.data.outcomes.length }) }
    case 'nodes_skipped':
      return {
        level: 'debug',
        text: t(`runs.event.skipped_${entry.data.reason}`, { count: entry.data.nodeRunIds.length }),
      }
    case 'timer_set':
      return {
        level: 'debug',
        text: t('runs.event.timer_set', { time: formatDuration(entry.data.dueAt - entry.at, t, locale) }),
      }
    case 'timer_cleared':
      return { level: 'debug', text: t('runs.event.timer_cleared') }
    case 'timer_fired':
      return { level: 'debug', text: t('runs.event.timer_fired') }
    case 'approval_decided': {
      const { actor, choice } = entry.data.vote
      const label = choiceLabel(choice, t)
      return { level: 'info', text: t('runs.event.approval_decided', { person: actor.displayName, choice: label }) }
    }
    case 'compensation_started':
      return { level: 'warn', text: t('runs.event.compensation_started', { count: entry.data.count }) }
    case 'compensation_ended':
      return { level: 'info', text: t('runs.event.compensation_ended', entry.data) }
    case 'cancel_requested':
    case 'compensation_skip_requested':
    case 'pause_requested':
    case 'resume_requested': {
      const person = entry.data.actor?.displayName ?? t('runs.event.system')
      const ends = entry.type === 'cancel_requested' || entry.type === 'compensation_skip_requested'
      return {
        level: ends ? 'warn' : 'info',
        text: t(`runs.event.${entry.type}`, { person }),
      }
    }
    case 'migrate_requested': {
      const person = entry.data.actor?.displayName ?? t('runs.event.system')
      return { level: 'info', text: t('runs.event.migrate_requested', { person, version: entry.data.version }) }
    }
    case 'migration_withdrawn': {
      const person = entry.data.actor?.displayName ?? t('runs.event.system')
      return { level: 'info', text: t('runs.event.migration_withdrawn', { person }) }
    }
    case 'run_migrated': {
      const { from, version } = entry.data
      return { level: 'info', text: t('runs.event.run_migrated', { from, version }) }
    }
    case 'migration_refused':
      return { level: 'warn', text: t('runs.event.migration_refused', { version: entry.data.version }) }
    case 'engine_change_requested': {
      const person = entry.data.actor?.displayName ?? t('runs.event.system')
      return { level: 'info', text: t('runs.event.engine_change_requested', { person, to: entry.data.to }) }
    }
    case 'engine_changed':
      return { level: 'info', text: t('runs.event.engine_changed', { from: entry.data.from, to: entry.data.to }) }
    case 'engine_change_refused':
      return { level: 'warn', text: t('runs.event.engine_change_refused', { to: entry.data.to }) }
    case 'run_paused':
      return { level: 'debug', text: t('runs.event.run_paused') }
    case 'run_resumed':
      return { level: 'debug', text: t('runs.event.run_resumed') }
    case 'run_completed':
      return { level: 'info', text: completedText(entry.data.outcome, t) }
    case 'run_error':
      return { level: 'error', text: t('runs.event.run_error', { message: failureTexts(entry.data.error, t).why }) }
    case 'run_canceled':
      return { level: 'warn', text: t('runs.event.run_canceled') }
    case 'node_journaled':
      return { level: 'debug', text: t('runs.event.node_journaled') }
    default:
      return { level: 'debug', text: t('runs.event.unknown') }
  }
}

// An end node without its own outcome completes the run as "completed", which the text would only repeat.
function completedText(outcome: string, t: Translate): string {
  return outcome === 'completed' ? t('runs.event.run_completed') : t('runs.event.run_completed_as', { outcome })
}
