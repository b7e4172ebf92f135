import type { TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { fromBase64, toBase64 } from 'lib0/buffer'
import * as Y from 'yjs'

type SyncBody = Parameters<TenonClient['drafts']['sync']>[1]
type SyncAnswer = Awaited<ReturnType<TenonClient['drafts']['sync']>>

interface HttpSyncOptions {
  readonly doc: Y.Doc
  readonly send: (body: SyncBody, keepalive: boolean) => Promise<SyncAnswer>
  /** State vector of what the server is known to have; `null` when nothing is known. */
  readonly known: Uint8Array | null
  /** The document has changes that the server may not have. */
  readonly hasUnsaved: boolean
  readonly listener: HttpSyncListener
}

/** Callbacks of the HTTP sync of a draft. */
export interface HttpSyncListener {
  /** An answer has come and is part of the document; `isSaved` when the server has all of ours. */
  readonly onSynced: (isSaved: boolean) => void
  /** No answer came; it is tried again. */
  readonly onUnreachable: () => void
  /** The server refuses, and would again; nothing more is sent. */
  readonly onRefused: (error: unknown) => void
}

export interface HttpSync {
  /** Something was changed here. */
  readonly touch: () => void
  readonly stop: () => void
}

/** Interval between reads of changes by others. */
const POLL_MS = 2_000
/** Characters that are typed together are sent together. */
const CHANGE_MS = 250
const LONGEST_RETRY_MS = 15_000

/** Origin of the transactions that bring what the server has answered. */
export const HTTP_ORIGIN = Object.freeze({ editor: 'http' })

/** Exchanges a draft with its server by requests, where no socket can be opened. One request is under way at a time. */
export function createHttpSync({ doc, send, known, hasUnsaved, listener }: HttpSyncOptions): HttpSync {
  let server = known
  let isDirty = hasUnsaved
  let isTouched = false
  let isSending = false
  let isStopped = false
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | null = null

  const schedule = (delayMs: number) => {
    if (timer !== null) clearTimeout(timer)
    timer = isStopped ? null : setTimeout(() => void exchange(), delayMs)
  }
  const exchange = async () => {
    if (isSending || isStopped) return
    isSending = true
    const wasDirty = isDirty
    isDirty = false
    isTouched = false
    try {
      const answer = await send(bodyFor(doc, server, wasDirty), false)
      if (isStopped) return
      failures = 0
      server = fromBase64(answer.stateVector)
      Y.applyUpdate(doc, fromBase64(answer.update), HTTP_ORIGIN)
      if ((wasDirty && !answer.saved) || isAhead(doc, server)) isDirty = true
      listener.onSynced(!isDirty)
    } catch (error) {
      if (isStopped) return
      isDirty ||= wasDirty
      if (error instanceof TenonError && !error.retryable) {
        isStopped = true
        listener.onRefused(error)
        return
      }
      failures += 1
      listener.onUnreachable()
    } finally {
      isSending = false
      const retryMs = Math.min(LONGEST_RETRY_MS, POLL_MS * 2 ** Math.max(0, failures - 1))
      schedule(failures === 0 && isTouched ? CHANGE_MS : retryMs)
    }
  }
  void exchange()
  return {
    touch: () => {
      isDirty = true
      isTouched = true
      if (!isSending && failures === 0) schedule(CHANGE_MS)
    },
    stop: () => {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
    },
  }
}

interface RestOptions extends Pick<HttpSyncOptions, 'doc' | 'send' | 'known'> {
  readonly listener: Pick<HttpSyncListener, 'onUnreachable' | 'onRefused'> & {
    /** The server has everything; nothing more is sent. */
    readonly onStored: () => void
  }
}

/**
 * Sends what an editor left behind until the server stores or refuses it. The first request outlives the page; the
 * later ones do not, since browsers allow only 64 KiB in requests that do.
 */
export function sendRest({ doc, send, known, listener }: RestOptions): void {
  let isFirst = true
  const sync = createHttpSync({
    doc,
    send: (body) => {
      const keepalive = isFirst
      isFirst = false
      return send(body, keepalive)
    },
    known,
    hasUnsaved: true,
    listener: {
      ...listener,
      onSynced: (isSaved) => {
        if (!isSaved) return
        sync.stop()
        listener.onStored()
      },
    },
  })
}

/** Checks whether a document holds something that the server lacks, such as work from before the connection. */
function isAhead(doc: Y.Doc, server: Uint8Array): boolean {
  const known = Y.decodeStateVector(server)
  return [...Y.decodeStateVector(Y.encodeStateVector(doc))].some(([client, clock]) => clock > (known.get(client) ?? 0))
}

/**
 * The request that brings the server what it lacks.
 *
 * @param server - State vector of what it is known to have.
 */
export function bodyFor(doc: Y.Doc, server: Uint8Array | null, isDirty: boolean): SyncBody {
  const stateVector = toBase64(Y.encodeStateVector(doc))
  if (!isDirty) return { stateVector }
  return { stateVector, update: toBase64(Y.encodeStateAsUpdate(doc, server ?? undefined)) }
}
