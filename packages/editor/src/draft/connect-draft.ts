import type { TenonClient } from '@tenon/core/client'
import { CLOSE_CODES, genesisOf } from '@tenon/core/collab'
import type { DocumentOperation } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { guardPageClose, isOnline, onNetworkChange, onPageLeave } from '../instance/browser.ts'
import type { EditorSession } from '../session/session-types.ts'
import type { SyncState } from '../store/editor-state.ts'
import type { CollabConnection } from './collab-provider.ts'
import type { HttpSync } from './http-sync.ts'
import { loadSurroundings } from './load-surroundings.ts'
import type { ConnectablePresence } from './presence.ts'
import { readPeers, showPeers } from './read-peers.ts'
import { closeCodeOf, socketClosed, socketRefused, workflowDeleted } from './socket-faults.ts'
import { createUnsavedChanges } from './unsaved-changes.ts'

export interface DraftLinkOptions {
  readonly session: EditorSession
  readonly client: () => TenonClient
  readonly workflowId: string
  readonly presence: ConnectablePresence
  /** Changes of the draft before it was replaced, to apply to the new one. */
  readonly carried: readonly DocumentOperation[]
  readonly isReadOnly: () => boolean
  /** Called when the draft cannot be shown; with `isDeleted` if the workflow can be restored. */
  readonly onFailed: (error: unknown, how?: { readonly isDeleted: true }) => void
  /** The socket cannot be opened and HTTP requests replace it (with the reason), or the socket is used again. */
  readonly onTransport: (transport: 'socket' | 'http', error: TenonError | null) => void
  /** Called when the server has replaced the draft: a new session must replace this one, with the unsaved changes. */
  readonly onRebased: (unsaved: readonly DocumentOperation[]) => void
  /** Called when the role was revoked or the session has ended, with the unsaved changes. */
  readonly onExpelled: (code: number, unsaved: readonly DocumentOperation[]) => void
  /** Called when changes begin or cease to wait for a lost connection, also after leaving. */
  readonly onWaiting: (isWaiting: boolean) => void
  /** Called when the server refuses the changes that were sent after leaving. */
  readonly onLost: (error: unknown, unsaved: readonly DocumentOperation[]) => void
  /**
   * Time in milliseconds after which a socket that has not delivered the draft counts as failed. With the default, the
   * editor opens in less than 5 s, loading included.
   *
   * @defaultValue 3500
   */
  readonly socketPatienceMs?: number
}

/**
 * Loads the data of an editor and joins the room of its draft. While no socket can be opened, the draft is synced by
 * requests.
 *
 * @returns A function that leaves the room and keeps the shared document. Unsaved changes are sent until the server
 * stores or refuses them, while the page is open.
 */
export function connectDraft(options: DraftLinkOptions): () => void {
  const { session, client, workflowId, presence, onFailed, onTransport, onRebased, onExpelled, onWaiting, onLost } =
    options
  const { socketPatienceMs = 3_500 } = options
  const { store, doc } = session
  const abort = new AbortController()
  let connection: CollabConnection | null = null
  let detachPresence: (() => void) | null = null
  let http: HttpSync | null = null
  let patience: ReturnType<typeof setTimeout> | null = null
  let isSocketLive = false
  let isHttpLive = false
  const unsaved = createUnsavedChanges(session)
  let isWaiting = false
  let isClosed = false
  /** Reason for using HTTP requests instead of the socket. */
  let refusal: TenonError | null = null

  const syncState = (): SyncState => {
    if (isClosed) return 'closed'
    if (store.getState().phase.kind !== 'ready') return 'connecting'
    if (!(isSocketLive || isHttpLive) || !isOnline()) return unsaved.isPending() ? 'unsent' : 'offline'
    return unsaved.isPending() ? 'saving' : 'saved'
  }
  const showSync = () => {
    const sync = syncState()
    if (store.getState().sync !== sync) store.setState({ sync })
    showWaiting(sync === 'unsent')
  }
  const showWaiting = (next: boolean) => {
    if (next === isWaiting) return
    isWaiting = next
    onWaiting(next)
  }
  const close = (code: number) => {
    // The socket and a request may both report the same end.
    if (isClosed) return
    // Typed text counts as unsaved.
    session.flush()
    stopHttp()
    if (code === CLOSE_CODES.rebased) {
      const carried = unsaved.operations()
      unsaved.forget()
      showWaiting(false)
      onRebased(carried)
      return
    }
    isClosed = true
    store.setState({ isReadOnly: true })
    if (code === CLOSE_CODES.notFound) {
      store.setState({ phase: { kind: 'failed', error: workflowDeleted(), isDeleted: true } })
    }
    showSync()
    onExpelled(code, unsaved.operations())
  }
  const sendByHttp = (body: Parameters<TenonClient['drafts']['sync']>[1], keepalive: boolean) =>
    client().drafts.sync(workflowId, body, keepalive ? { keepalive } : { abortSignal: abort.signal })

  const showTransport = (transport: 'socket' | 'http', error: TenonError | null) => {
    if (store.getState().transport === transport) return
    store.setState({ transport })
    onTransport(transport, error)
  }
  const stopHttp = () => {
    http?.stop()
    http = null
    isHttpLive = false
    if (patience !== null) clearTimeout(patience)
    patience = null
  }
  const watchSocket = () => {
    if (isSocketLive) {
      stopHttp()
      refusal = null
      showTransport('socket', null)
    } else if (http === null && !isClosed) patience ??= setTimeout(() => void startHttp(), socketPatienceMs)
    showSync()
  }
  const startHttp = async () => {
    if (patience !== null) clearTimeout(patience)
    patience = null
    // Only the room reports local changes: without it, an edit would be shown as saved before it is sent. `join`
    // reports a part that cannot be loaded.
    const parts = await Promise.all([part, room]).catch(() => null)
    if (parts === null || abort.signal.aborted || isClosed || isSocketLive || http !== null) return
    const [{ createHttpSync }] = parts
    http = createHttpSync({
      doc,
      send: sendByHttp,
      known: unsaved.storedVector(),
      hasUnsaved: unsaved.isPending(),
      listener: {
        onSynced: (isSaved) => {
          isHttpLive = true
          showTransport('http', refusal ?? socketClosed(client()))
          begin()
          if (isSaved) unsaved.keepStored()
          showSync()
        },
        onUnreachable: () => {
          isHttpLive = false
          showSync()
        },
        onRefused: (error) => refuse(error),
      },
    })
  }
  const refuse = (error: unknown) => {
    const code = closeCodeOf(error)
    if (store.getState().phase.kind === 'ready' || code === CLOSE_CODES.rebased) {
      close(code ?? CLOSE_CODES.badFrame)
      return
    }
    stopHttp()
    onFailed(error)
  }
  // A socket may be refused for its origin or by a proxy although the person may change the draft.
  const onSocketClosed = (code: number) => {
    isSocketLive = false
    if (code !== CLOSE_CODES.forbidden) {
      close(code)
      return
    }
    client()
      .me({ abortSignal: abort.signal })
      .then(({ role }) => {
        if (abort.signal.aborted) return
        if (role === 'viewer' && store.getState().role !== role) {
          close(code)
          return
        }
        store.setState({ role })
        refusal = socketRefused(client())
        void startHttp()
      })
      .catch(() => {
        if (!abort.signal.aborted) close(code)
      })
  }

  const part = asPart(import('./http-sync.ts'))
  const room = asPart(import('./collab-provider.ts'))
  const join = async () => {
    patience = setTimeout(() => void startHttp(), socketPatienceMs)
    const [{ connectRoom }, { HTTP_ORIGIN }] = await Promise.all([room, part])
    if (abort.signal.aborted) return
    connection = connectRoom({
      doc,
      url: client().sockets.collabUrl,
      workflowId,
      isForeign: (origin) => origin === HTTP_ORIGIN,
      getTicket: async () => (await client().sockets.ticket({ abortSignal: abort.signal })).ticket,
      listener: {
        onSynced: () => {
          if (genesisOf(doc) === null && store.getState().phase.kind !== 'ready') return
          isSocketLive = true
          begin()
          watchSocket()
        },
        onConnected: (next) => {
          if (!next) isSocketLive = false
          if (!next) watchSocket()
        },
        onLocalChange: () => {
          unsaved.touch()
          http?.touch()
          showSync()
        },
        onSaved: (isComplete) => {
          if (!isComplete) return
          unsaved.keepStored()
          showSync()
        },
        onAwareness: (states, ownClientId) => showPeers(store, readPeers(states, ownClientId)),
        onClosed: onSocketClosed,
        onTicketRefused: (error) => {
          const isExpelled = error instanceof TenonError && error.code === 'UNAUTHENTICATED'
          if (isExpelled) close(CLOSE_CODES.unauthenticated)
          else void startHttp()
        },
      },
    })
    detachPresence = presence.attach(connection.awareness)
  }
  const begin = () => {
    if (store.getState().phase.kind === 'ready') return
    store.setState({ phase: { kind: 'ready' } })
    unsaved.begin()
    if (options.carried.length === 0) return
    const result = session.dispatch({ type: 'fix', operations: options.carried, title: '' })
    if (!result.ok) onExpelled(CLOSE_CODES.rebased, options.carried)
  }
  // The socket may close with its page before the last characters are sent.
  const saveOnLeave = async () => {
    const vector = unsaved.storedVector()
    if (!unsaved.isPending() || isClosed || vector === null) return
    try {
      const { bodyFor } = await part
      await sendByHttp(bodyFor(doc, vector, true), true)
    } catch {
      // The socket may have delivered it; the caller is gone, so there is no one to notify.
    }
  }
  const sendAfterLeaving = (known: Uint8Array) => {
    const finish = () => {
      stopGuarding()
      showWaiting(false)
    }
    const onRefused = (error: unknown) => {
      const operations = unsaved.operations()
      finish()
      onLost(error, operations)
    }
    const send = (...[body, keepalive]: Parameters<typeof sendByHttp>) =>
      client().drafts.sync(workflowId, body, { keepalive })
    const listener = { onStored: finish, onUnreachable: () => showWaiting(true), onRefused }
    part.then(({ sendRest }) => sendRest({ doc, send, known, listener }), onRefused)
  }

  store.setState({ sync: 'connecting', transport: 'socket' })
  const stopListening = onNetworkChange(showSync)
  const stopWatching = onPageLeave(() => void saveOnLeave())
  const stopGuarding = guardPageClose(() => {
    const { input } = store.getState()
    if (isWaiting || input.refused.length > 0) return true
    if (isClosed) return false
    // Typed text is sent when the page closes, unless there is no connection.
    if (input.isTyping && syncState() === 'offline') return true
    return unsaved.isLate()
  })
  loadSurroundings(client, workflowId, abort.signal)
    .then(({ workflow, role, manifest }) => {
      if (abort.signal.aborted) return
      store.setState({ workflow, role, manifest, isReadOnly: role === 'viewer' || options.isReadOnly() })
      // The room of a deleted workflow would refuse the connection, as that of a workflow that does not exist.
      return workflow.deletedAt === null ? join() : onFailed(workflowDeleted(), { isDeleted: true })
    })
    .catch((error: unknown) => {
      if (!abort.signal.aborted) onFailed(error)
    })
  return () => {
    session.flush()
    const vector = unsaved.storedVector()
    if (!unsaved.isPending() || isClosed || vector === null) stopGuarding()
    else sendAfterLeaving(vector)
    abort.abort()
    stopHttp()
    stopListening()
    stopWatching()
    detachPresence?.()
    connection?.stop()
    showPeers(store, [])
  }
}

/** Reports a module that cannot be loaded like a request without an answer, so that it is loaded again. */
function asPart<Part>(loading: Promise<Part>): Promise<Part> {
  const part = loading.catch((cause: unknown) => {
    throw new TenonError('UNAVAILABLE', 'A part of the editor could not be loaded', { cause })
  })
  // It fails while no caller waits for it, if the workflow cannot be loaded either.
  part.catch(() => {})
  return part
}
