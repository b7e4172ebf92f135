import type { WaitingRun } from '@tenon/core/client'
import type { NodeId } from '@tenon/core/document'
import { ALL_PORTS, isNodeRunOpen, isRunOver, type NodeRunView, nodeRunDurationMs, type RunView } from '@tenon/core/run'
import { createElement } from 'react'
import type { EdgeRunDisplay, NodeRunDisplay, NodeRunPresenter } from '../../canvas/node-status.ts'
import type { LoopKind } from '../../graph/containers.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import type { Translate } from '../../messages/format.ts'
import type { WaitingBelow } from '../calls/use-waiting-below.ts'
import { formatDuration, formatGrowing } from '../format/duration.ts'
import { waitNote } from '../format/wait-words.ts'
import { ItemStepper } from '../loop/item-stepper.tsx'
import { displayStatus } from './display-status.ts'
import type { NodeDirectory } from './node-directory.ts'
import { momentOf, type RunStore } from './run-store.ts'
import { shownNodeRunId } from './shown-items.ts'

const TICK_MS = 200

export interface RunPresenterOptions {
  readonly store: RunStore
  readonly nodes: NodeDirectory
  /** Returns the runs below this one that wait for people now; read again while the run is in progress. */
  readonly below?: () => WaitingBelow
  readonly t: Translate
  readonly locale: string
}

/** Creates the display of a run on the cards and edges of a canvas. Updates times only while there is a listener. */
export function createRunPresenter({ store, nodes, below, t, locale }: RunPresenterOptions): NodeRunPresenter {
  const listeners = new Set<() => void>()
  const displays = new Map<NodeId, { readonly of: NodeRunView; readonly display: NodeRunDisplay }>()
  let moment = momentOf(store, store.snapshot())

  function refresh(): void {
    moment = momentOf(store, store.snapshot())
    for (const listener of listeners) listener()
  }

  function tick(): void {
    const { cursor, view } = store.snapshot()
    if (cursor === null && view.status !== 'queued' && !isRunOver(view.status)) refresh()
  }

  let stop: (() => void) | null = null
  function listen(): () => void {
    const unsubscribe = store.subscribe(refresh)
    const timer = setInterval(tick, TICK_MS)
    moment = momentOf(store, store.snapshot())
    return () => {
      unsubscribe()
      clearInterval(timer)
    }
  }

  function runOf(nodeId: NodeId): NodeRunView | undefined {
    const nodeRunId = shownNodeRunId(store.snapshot(), nodes, nodeId)
    if (nodeRunId === null) return undefined
    const nodeRun = store.snapshot().view.nodeRuns.get(nodeRunId)
    if (nodeRun === undefined) store.loadPartOf(nodeRunId)
    return nodeRun
  }

  function passedPort(nodeId: NodeId): string | null {
    const reason = runOf(nodeId)?.skipReason
    return reason === 'disabled' || reason === 'skip_if' ? nodes.get(nodeId).firstPort : null
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      stop ??= listen()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stop?.()
        stop = null
      }
    },
    node(nodeId) {
      const nodeRun = runOf(nodeId)
      if (nodeRun === undefined || nodeRun.status === 'idle') return null
      const before = displays.get(nodeId)
      if (before?.of === nodeRun && !isNodeRunOpen(nodeRun)) return before.display
      const [waiting] = below?.().get(nodeRun.nodeRunId) ?? []
      const own: NodeRunDisplay = {
        ...displayOf(nodeRun, nodes.get(nodeId).loop, moment, t, locale),
        ...noteOf(nodeRun, store.snapshot().view, t, locale),
      }
      const display = waiting?.kind === 'parked' ? needsFix(own, waiting, t) : own
      const isSame =
        before?.display.label === display.label &&
        before.display.reason === display.reason &&
        before.display.note === display.note
      if (before?.display.status === display.status && isSame) {
        displays.set(nodeId, { of: nodeRun, display: before.display })
        return before.display
      }
      displays.set(nodeId, { of: nodeRun, display })
      return display
    },
    edge: ({ source, sourceHandle, target }) =>
      edgeState(sourceHandle, runOf(source), runOf(target), passedPort(source)),
    loopBar(nodeId) {
      const loop = runOf(nodeId)
      if (loop === undefined || loop.iterations === null) return null
      const { name, loop: kind } = nodes.get(nodeId)
      if (kind === 'once') return null
      return createElement(ItemStepper, { store, loopRunId: loop.nodeRunId, name, kind: kind ?? 'list' })
    },
  }
}

/** Marks the card of a node whose run, or one below that, needs a fix. */
function needsFix(display: NodeRunDisplay, { workflowName }: WaitingRun, t: Translate): NodeRunDisplay {
  const reason = t('runs.below.reason', { workflow: workflowName })
  return { ...display, status: 'parked', statusLabel: t('runs.node.parked'), reason }
}

/** Returns the note that a node run was reused, or about what it waits for; empty without either. */
function noteOf(
  { nodeRunId, status, isReused }: NodeRunView,
  { waits }: RunView,
  t: Translate,
  locale: string,
): Pick<NodeRunDisplay, 'note'> {
  if (isReused) return { note: t('runs.node.reused') }
  if (status !== 'waiting') return {}
  for (const { nodeRunId: waiting, waitFor, closed } of waits.values()) {
    if (waiting === nodeRunId && closed === null) return { note: waitNote(waitFor, t, locale) }
  }
  return {}
}

/**
 * Returns the display of a node run on its card: the items or rounds of a loop, the open calls, its duration, and an attempt
 * after the first.
 */
function displayOf(
  nodeRun: NodeRunView,
  loop: LoopKind | null,
  moment: number,
  t: Translate,
  locale: string,
): NodeRunDisplay {
  const { attempt } = nodeRun
  const status = displayStatus(nodeRun)
  const statusLabel = t(`runs.node.${status}`)
  if (status === 'skipped') return { status, label: '', statusLabel }
  const durationMs = nodeRunDurationMs(nodeRun, moment)
  const format = isNodeRunOpen(nodeRun) ? formatGrowing : formatDuration
  const { iterations, calls } = nodeRun
  const parts = [
    iterations === null || loop === 'once'
      ? ''
      : t('runs.loop.progress', { kind: loop ?? 'list', ended: iterations.ended, count: iterations.count }),
    calls?.isOpen === true ? t('runs.calls.progress', { ended: calls.ended, count: calls.count }) : '',
    durationMs === null ? '' : format(durationMs, t, locale),
    attempt > 1 ? t('runs.attempt', { attempt }) : '',
  ]
  const hasFailed = status === 'failed' || status === 'parked'
  const reason = hasFailed && nodeRun.error !== null ? failureTexts(nodeRun.error, t).why : undefined
  const label = parts.filter((part) => part !== '').join(' · ')
  return { status, label, statusLabel, ...(reason === undefined ? {} : { reason }) }
}

/**
 * Returns the state of one edge in a run.
 *
 * @param source - Run of its source; `undefined` before it.
 * @param target - Run of its target; `undefined` before it.
 * @param passedPort - Port that the run took at a node that was disabled or skipped by its condition; else `null`.
 */
function edgeState(
  sourceHandle: string,
  source: NodeRunView | undefined,
  target: NodeRunView | undefined,
  passedPort: string | null,
): EdgeRunDisplay {
  if (source === undefined) return 'none'
  const port = source.status === 'skipped' ? passedPort : source.port
  if (port === null) return isOver(source) ? 'dead' : 'none'
  if (port !== sourceHandle && port !== ALL_PORTS) return 'dead'
  return target?.status === 'running' || target?.status === 'retry' ? 'live' : 'taken'
}

function isOver(nodeRun: NodeRunView): boolean {
  return nodeRun.endedAt !== null || nodeRun.status === 'skipped'
}
