import type { TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { fromBase64, toBase64 } from 'lib0/buffer'
import * as Y from 'yjs'

type SyncBody = Parameters<TenonClient['drafts']['sync']>[1]
type SyncAnswer = Awaited<ReturnType<TenonClient['drafts']['sync']>>

interface HttpSyncOptions {
  readonly doc: Y.Doc
  readonly send: (body: SyncBody, keepalive: boolean) => Promise<SyncAnswer>
  /** State vector of the known state of the server; `null` if unknown. */
  readonly known: Uint8Array | null
  /** True if the document has changes that the server may lack. */
  readonly hasUnsaved: boolean
  readonly listener: HttpSyncListener
}

/** Callbacks of the HTTP sync of a draft. */
export interface HttpSyncListener {
  /** Called when a response was applied to the document; `isSaved` if the server has all local changes. */
  readonly onSynced: (isSaved: boolean) => void
  /** Called when there was no response; the request is retried. */
  readonly onUnreachable: () => void
  /** Called when the server refuses for good; nothing more is sent. */
  readonly onRefused: (error: unknown) => void
}

export interface HttpSync {
  /** Reports a local change. */
  readonly touch: () => void
  readonly stop: () => void
}

/** Interval between reads of changes by others. */
const POLL_MS = 2_000
/** Delay in milliseconds for which typed characters are collected. */
const CHANGE_MS = 250
const LONGEST_RETRY_MS = 15_000

/** Origin of the transactions that apply responses of the server. */
export const HTTP_ORIGIN = Object.freeze({ editor: 'http' })

/** Syncs a draft by requests while no socket can be opened, one request at a time. */
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
    /** Called when the server has everything; nothing more is sent. */
    readonly onStored: () => void
  }
}

/**
 * Sends the unsaved changes of a closed editor until the server stores or refuses them. The first request outlives the
 * page; later ones do not, since browsers limit such requests to 64 KiB in all.
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

/** Checks whether a document has changes that the server lacks, such as those from before the connection. */
function isAhead(doc: Y.Doc, server: Uint8Array): boolean {
  const known = Y.decodeStateVector(server)
  return [...Y.decodeStateVector(Y.encodeStateVector(doc))].some(([client, clock]) => clock > (known.get(client) ?? 0))
}

/**
 * Creates the request with the changes that the server lacks.
 *
 * @param server - State vector of the known state of the server.
 */
export function bodyFor(doc: Y.Doc, server: Uint8Array | null, isDirty: boolean): SyncBody {
  const stateVector = toBase64(Y.encodeStateVector(doc))
  if (!isDirty) return { stateVector }
  return { stateVector, update: toBase64(Y.encodeStateAsUpdate(doc, server ?? undefined)) }
}
