import { maskCredentials } from '@tenon/core/mask'
import type { RunEventFrame, RunReadingFrame, RunViewFrame } from '@tenon/core/run'
import type { StoredRun } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { VIEW_EVERY } from '../runs/view-part.ts'
import { type FollowContext, followRunLog } from './follow-run-log.ts'
import { presentEvent } from './present-event.ts'

/** Beginning of a run stream, and the signal that ends it. */
export interface RunFramesOptions {
  /** Last `seq` already known. */
  readonly after: number
  /** True for a client that accepts a view in place of the beginning of a long log. */
  readonly acceptsView: boolean
  readonly abortSignal: AbortSignal
}

/** Parts of a server that run streams need. */
export type RunFramesContext = Omit<FollowContext, 'reader'> & {
  readonly reader: Pick<ServerContext['reader'], 'readEvents' | 'advanceView' | 'readView'>
}

/** Events from which on a log begins with its view: fewer cost less than a view. */
const LONG_LOG = 1_000

/**
 * Follows a run in the form of its stream, with credentials masked. A long log begins with its view if the client accepts
 * it: the view that is stored, with what has happened since then folded into it and stored again.
 *
 * @returns Batches of one or more frames; `null` as a heartbeat. At the end, whether the run is over.
 */
export async function* runFrames(
  server: RunFramesContext,
  { tenantId, runId, nextSeq }: Pick<StoredRun, 'tenantId' | 'runId' | 'nextSeq'>,
  { after, acceptsView, abortSignal }: RunFramesOptions,
): AsyncGenerator<readonly (RunEventFrame | RunReadingFrame | RunViewFrame)[] | null, boolean, void> {
  let from = after
  if (acceptsView && after === 0 && nextSeq > LONG_LOG) {
    for (;;) {
      const folded = await server.reader.advanceView(tenantId, runId, VIEW_EVERY)
      if (folded === null) break
      if (abortSignal.aborted || server.closing.aborted) return false
      // The first view of a log takes a while: the client learns how far it is, and that the connection is alive.
      yield [{ seq: 0, type: 'reading', read: folded.seq, total: nextSeq - 1 }]
    }
    const view = await server.reader.readView(tenantId, runId)
    if (view !== null) {
      from = view.head.seq
      yield [{ seq: from, type: 'view', view: maskCredentials(view) }]
    }
  }
  const events = followRunLog(server, { tenantId, runId, after: from, abortSignal })
  try {
    for (;;) {
      const next = await events.next()
      if (next.done === true) return next.value
      yield next.value?.map(presentEvent) ?? null
    }
  } finally {
    await events.return(false)
  }
}
