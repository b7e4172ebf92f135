import type { RunState, StreamState, TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import {
  createPartialFold,
  createRunFold,
  fromFrame,
  isRunOver,
  type LogEntry,
  type NodeRunId,
  type PartialRunFold,
  type RunEventFrame,
  type RunView,
  viewPartOf,
} from '@tenon/core/run'
import { onNextFrame } from '../../instance/frame.ts'
import { createServerClock } from './server-clock.ts'

/** Snapshot of a run for the views; a new object with each change. */
export interface RunSnapshot {
  /** View of the run at the selected moment. */
  readonly view: RunView
  /** View of the run at the last event that has arrived. */
  readonly live: RunView
  /** Selected event; `null` follows the run. */
  readonly cursor: number | null
  /** Last event that has arrived; 0 before the first. */
  readonly lastSeq: number
  /** True while `entries` is empty, since the log is so long that it is loaded only when it is shown. */
  readonly isPartial: boolean
  /** Last event of the log that has arrived while the log of a partial view is loading; `null` while it is not. */
  readonly logSeq: number | null
  /** Progress of the server that reads a long log, before its first event arrives; `null` otherwise. */
  readonly reading: { readonly seq: number; readonly total: number } | null
  /** Items that the reader chose, by the id of the loop's run; other loops show the item that is most telling. */
  readonly chosenItems: ReadonlyMap<NodeRunId, number>
  /** State of the connection that delivers the run log. */
  readonly stream: StreamState
  /** Reason why the stream was closed for good; `null` without one. */
  readonly streamError: TenonError | null
}

/** One run, streamed and folded; several views of a page may share it. */
export interface RunStore {
  /** Run that the store follows. */
  readonly runId: string
  /** Starts the stream. Returns a function that stops it; the store may be started again. */
  readonly start: () => () => void
  /** Calls the listener after each new snapshot. Returns `unsubscribe`. */
  readonly subscribe: (listener: () => void) => () => void
  /** Returns the latest snapshot; the same object until something changes. */
  readonly snapshot: () => RunSnapshot
  /** Events 1 to `lastSeq`; `seq` n is at index n - 1. Empty while the snapshot is partial. The array grows in place. */
  readonly entries: readonly LogEntry[]
  /** Shows a run as its server knows it, without its nodes, until the first event arrives. */
  readonly showUntilRead: (run: RunState) => void
  /** Loads the part of a partial view that a node run belongs to; does nothing if it is there. */
  readonly loadPartOf: (nodeRunId: NodeRunId) => void
  /** Loads the log of a partial view; does nothing if it is there. */
  readonly loadLog: () => void
  /** Selects the event `seq`, once the log is loaded; `null` follows the run again. */
  readonly seek: (seq: number | null) => void
  /** Chooses the items of loops whose runs are shown: indexes from 0 by the id of the loop's run. Others stay chosen. */
  readonly chooseItems: (items: ReadonlyMap<NodeRunId, number>) => void
  /** Returns the current time of the server, in ms since the epoch. */
  readonly now: () => number
}

/** Options of a run store: the run, and the rate of updates. */
export interface RunStoreOptions {
  /** Client of the server that streams the run log. */
  readonly client: Pick<TenonClient, 'runs'>
  /** Run to follow. */
  readonly runId: string
  /** Schedules the callback and returns a function that cancels it. @defaultValue the next animation frame */
  readonly schedule?: (callback: () => void) => () => void
}

/** Time in milliseconds after connecting, after which arriving events are live and not from the backlog. */
const BACKLOG_MS = 2_000
/** Time in milliseconds after which a part that could not be loaded is requested again. */
const RETRY_MS = 5_000

/** Creates the store of one run. It does nothing until it is started. */
export function createRunStore({ client, runId, schedule = onNextFrame }: RunStoreOptions): RunStore {
  const clock = createServerClock()
  const listeners = new Set<() => void>()
  const entries: LogEntry[] = []
  let fold = createRunFold()
  /** View of a long log; `null` for others, and once the log is loaded. */
  let partial: PartialRunFold | null = null
  /** True while the log of a partial view is loading; `fold` takes its events then. */
  let isLoadingLog = false
  /** Event to select once the log is loaded. */
  let wantedSeq: number | null = null
  const requested = new Map<string, number>()
  let pending: RunEventFrame[] = []
  let liveSince: number | null = null
  let unschedule: (() => void) | null = null
  let stop: (() => void) | null = null
  let current: RunSnapshot = {
    view: fold.view(),
    live: fold.view(),
    cursor: null,
    lastSeq: 0,
    isPartial: false,
    logSeq: null,
    reading: null,
    chosenItems: new Map(),
    stream: 'connecting',
    streamError: null,
  }

  function publish(change: Partial<RunSnapshot>): void {
    current = { ...current, ...change }
    for (const listener of listeners) listener()
  }

  function take(frame: RunEventFrame): void {
    const entry = fromFrame(frame)
    clock.observe(entry.at, liveSince !== null && Date.now() - liveSince > BACKLOG_MS)
    if (partial !== null && !isLoadingLog) {
      partial.apply(entry)
      return
    }
    fold.apply(entry)
    if (entry.seq > entries.length) entries.push(entry)
  }

  function flush(): void {
    unschedule = null
    const frames = pending
    pending = []
    try {
      for (const frame of frames) take(frame)
    } catch (error) {
      if (!(error instanceof TenonError) || error.code !== 'RUN_LOG_GAP') throw error
      restart()
      return
    }
    if (isLoadingLog && fold.seq >= current.lastSeq) endLoading()
    // The view does not go back to its beginning while the log is loading.
    if (isLoadingLog) {
      publish({ logSeq: fold.seq })
      return
    }
    const live = (partial ?? fold).view()
    publish({
      live,
      lastSeq: live.seq,
      isPartial: partial !== null,
      logSeq: null,
      reading: null,
      view: current.cursor === null ? live : current.view,
    })
    if (wantedSeq !== null && partial === null) seek(wantedSeq)
  }

  function endLoading(): void {
    partial = null
    isLoadingLog = false
  }

  function showUntilRead({ status, startedAt, finishedAt, outcome, error }: RunState): void {
    if (current.lastSeq > 0) return
    const view: RunView = {
      ...fold.view(),
      ...{ status, outcome, error },
      startedAt: startedAt === null ? null : Date.parse(startedAt),
      finishedAt: finishedAt === null ? null : Date.parse(finishedAt),
    }
    publish({ view, live: view })
  }

  function loadLog(): void {
    if (partial === null || isLoadingLog) return
    isLoadingLog = true
    pending = []
    publish({ logSeq: fold.seq })
    if (stop === null) return
    stop()
    stop = open()
  }

  function loadPartOf(nodeRunId: NodeRunId): void {
    const key = viewPartOf(nodeRunId)
    const own = partial
    if (own === null || own.hasPart(key) || Date.now() < (requested.get(key) ?? 0)) return
    requested.set(key, Number.POSITIVE_INFINITY)
    client.runs.viewPart(runId, key).then(
      ({ seq, part }) => {
        own.addPart(key, part, seq)
        // One from before the view was not added: the server has begun the view anew, and is to be asked later.
        if (own.hasPart(key)) requested.delete(key)
        else requested.set(key, Date.now() + RETRY_MS)
        unschedule ??= schedule(flush)
      },
      () => requested.set(key, Date.now() + RETRY_MS),
    )
  }

  function seek(seq: number | null): void {
    wantedSeq = partial === null ? null : seq
    if (seq === null) publish({ cursor: null, view: current.live })
    else if (partial !== null) loadLog()
    else {
      const cursor = Math.min(Math.max(1, Math.round(seq)), Math.max(1, current.lastSeq))
      publish({ cursor, view: fold.viewAt(cursor) })
    }
  }

  /** Streams the log again from its start, since a part of it is missing. */
  function restart(): void {
    fold = createRunFold()
    endLoading()
    entries.length = 0
    stop?.()
    stop = open()
  }

  function open(): () => void {
    return client.runs.stream(runId, {
      after: partial === null || isLoadingLog ? fold.seq : partial.seq,
      ...(isLoadingLog
        ? {}
        : {
            onView: (snapshot) => {
              partial = createPartialFold(snapshot)
              unschedule ??= schedule(flush)
            },
            onReading: (seq: number, total: number) => publish({ reading: { seq, total } }),
          }),
      onEvents: (frames) => {
        pending.push(...frames)
        unschedule ??= schedule(flush)
      },
      onState: (stream, error = undefined) => {
        liveSince = stream === 'live' ? Date.now() : null
        publish({ stream, streamError: error ?? null })
      },
    })
  }

  return {
    runId,
    entries,
    start() {
      stop ??= open()
      return () => {
        stop?.()
        stop = null
        unschedule?.()
        unschedule = null
        pending = []
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    snapshot: () => current,
    showUntilRead,
    loadPartOf,
    loadLog,
    seek,
    chooseItems: (items) => publish({ chosenItems: new Map([...current.chosenItems, ...items]) }),
    now: () => clock.now(),
  }
}

/** Returns the end of open bars and counters: the selected event, the end of the run, or now. */
export function momentOf(store: Pick<RunStore, 'entries' | 'now'>, snapshot: RunSnapshot): number {
  const { cursor, view } = snapshot
  if (cursor !== null) return store.entries[cursor - 1]?.at ?? store.now()
  return isRunOver(view.status) && view.finishedAt !== null ? view.finishedAt : store.now()
}
