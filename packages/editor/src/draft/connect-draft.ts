import type { TenonClient, Workflow } from '@tenon/core/client'
import { CLOSE_CODES, diffDocuments, genesisOf } from '@tenon/core/collab'
import type { DocumentOperation, WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import * as Y from 'yjs'
import { isOnline, onNetworkChange, onPageLeave } from '../instance/place.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import type { EditorSession } from '../session/editor-session.ts'
import type { SyncState } from '../store/editor-state.ts'
import { shareStructure } from '../store/share-structure.ts'
import type { CollabConnection } from './collab-provider.ts'
import type { HttpSync } from './http-sync.ts'
import type { ConnectablePresence } from './presence.ts'
import { dragsOf, markPeers, readPeers } from './read-peers.ts'
import { closeCodeOf, socketClosed, socketRefused } from './socket-faults.ts'

export interface DraftLinkOptions {
  readonly session: EditorSession
  readonly client: () => TenonClient
  readonly workflowId: string
  readonly presence: ConnectablePresence
  /** Changes made on an older life of this draft, to be repeated on the new one. */
  readonly carried: readonly DocumentOperation[]
  readonly isReadOnly: () => boolean
  readonly onFailed: (error: unknown) => void
  /** The socket cannot be opened and HTTP requests replace it (with the reason), or the socket is used again. */
  readonly onTransport: (transport: 'socket' | 'http', error: TenonError | null) => void
  /** The server has rebased the draft: a new session has to take its place, with what was not yet stored. */
  readonly onRebased: (unsaved: readonly DocumentOperation[]) => void
  /** The role was taken away, or the session has ended; what was not stored is handed over. */
  readonly onExpelled: (code: number, unsaved: readonly DocumentOperation[]) => void
}

/** A socket that has not brought the draft by then cannot be relied on; with loading this stays below 5 s. */
const SOCKET_PATIENCE_MS = 3_500

/**
 * Loads what an editor needs and joins the room of its draft. Where no socket can be opened, the draft is exchanged by
 * requests until one can.
 *
 * @returns How to leave again; the shared document stays as it is.
 */
export function connectDraft(options: DraftLinkOptions): () => void {
  const { session, client, workflowId, presence, onFailed, onTransport, onRebased, onExpelled } = options
  const { store, doc } = session
  const abort = new AbortController()
  let connection: CollabConnection | null = null
  let detachPresence: (() => void) | null = null
  let http: HttpSync | null = null
  let patience: ReturnType<typeof setTimeout> | null = null
  let isSocketLive = false
  let isHttpLive = false
  let isPending = false
  let isClosed = false
  /** Reason why HTTP requests replace the socket. */
  let refusal: TenonError | null = null
  let stored: { readonly document: WorkflowDocument; readonly vector: Uint8Array } | null = null

  const syncState = (): SyncState => {
    if (isClosed) return 'closed'
    if (store.getState().phase.kind !== 'ready') return 'connecting'
    if (!(isSocketLive || isHttpLive) || !isOnline()) return 'offline'
    return isPending ? 'saving' : 'saved'
  }
  const showSync = () => {
    const sync = syncState()
    if (store.getState().sync !== sync) store.setState({ sync })
  }
  const unsaved = () => (stored === null || !isPending ? [] : diffDocuments(stored.document, session.read()))
  const keepStored = () => {
    isPending = false
    stored = { document: session.read(), vector: Y.encodeStateVector(doc) }
  }
  const close = (code: number) => {
    // Typed text counts as unsaved.
    session.flush()
    stopHttp()
    if (code === CLOSE_CODES.rebased) {
      onRebased(unsaved())
      return
    }
    isClosed = true
    store.setState({ isReadOnly: true })
    showSync()
    onExpelled(code, unsaved())
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
    } else if (http === null && !isClosed) patience ??= setTimeout(() => void startHttp(), SOCKET_PATIENCE_MS)
    showSync()
  }
  const startHttp = async () => {
    if (patience !== null) clearTimeout(patience)
    patience = null
    const { createHttpSync } = await part
    if (abort.signal.aborted || isClosed || isSocketLive || http !== null) return
    http = createHttpSync({
      doc,
      send: sendByHttp,
      known: stored?.vector ?? null,
      hasUnsaved: isPending,
      listener: {
        onSynced: (isSaved) => {
          isHttpLive = true
          showTransport('http', refusal ?? socketClosed(client()))
          begin()
          if (isSaved) keepStored()
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
  // A socket may be refused for its origin or by a proxy while the person may well change the draft.
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

  const part = import('./http-sync.ts')
  part.catch(() => {})
  const join = async () => {
    patience = setTimeout(() => void startHttp(), SOCKET_PATIENCE_MS)
    const [{ connectRoom }, { HTTP_ORIGIN }] = await Promise.all([import('./collab-provider.ts'), part])
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
          isPending = true
          http?.touch()
          showSync()
        },
        onSaved: (isComplete) => {
          if (!isComplete) return
          keepStored()
          showSync()
        },
        onAwareness: (states, ownClientId) => {
          const before = store.getState()
          const peers = shareStructure(before.peers, readPeers(states, ownClientId))
          if (peers === before.peers) return
          store.setState({
            peers,
            peerMarks: markPeers(peers, before.peerMarks),
            peerDrags: dragsOf(peers, before.peerDrags),
          })
        },
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
    stored = { document: session.read(), vector: Y.encodeStateVector(doc) }
    if (options.carried.length === 0) return
    const result = session.dispatch({ type: 'fix', operations: options.carried, title: '' })
    if (!result.ok) onExpelled(CLOSE_CODES.rebased, options.carried)
  }
  // The last characters may not get out by the socket before it goes with its page.
  const saveOnLeave = async () => {
    if (!isPending || isClosed || stored === null) return
    const { vector } = stored
    try {
      const { bodyFor } = await part
      await sendByHttp(bodyFor(doc, vector, true), true)
    } catch {
      // The socket may have delivered it; the caller is gone, so there is no one to notify.
    }
  }

  store.setState({ sync: 'connecting', transport: 'socket' })
  const stopListening = onNetworkChange(showSync)
  const stopWatching = onPageLeave(() => void saveOnLeave())
  loadSurroundings(client, workflowId, abort.signal)
    .then(({ workflow, role, manifest }) => {
      if (abort.signal.aborted) return
      store.setState({ workflow, role, manifest, isReadOnly: role === 'viewer' || options.isReadOnly() })
      return join()
    })
    .catch((error: unknown) => {
      if (!abort.signal.aborted) onFailed(error)
    })
  return () => {
    session.flush()
    void saveOnLeave()
    abort.abort()
    stopHttp()
    stopListening()
    stopWatching()
    detachPresence?.()
    connection?.stop()
    store.setState({ peers: [], peerMarks: new Map(), peerDrags: new Map() })
  }
}

/** Who I am, which node types there are, and what the workflow is called; asked for at once. */
export async function loadSurroundings(clientNow: () => TenonClient, workflowId: string, abortSignal: AbortSignal) {
  const client = clientNow()
  const [me, manifest, workflow] = await Promise.all([
    client.me({ abortSignal }),
    client.nodeManifest({ abortSignal }),
    client.workflows.get(workflowId, { abortSignal }),
  ])
  return { role: me.role, manifest: createManifestIndex(manifest), workflow: workflow satisfies Workflow }
}
