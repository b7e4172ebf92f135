import type { TenonClient, Workflow } from '@tenon/core/client'
import { CLOSE_CODES, diffDocuments, genesisOf } from '@tenon/core/collab'
import type { DocumentOperation, WorkflowDocument } from '@tenon/core/document'
import { isOnline, onNetworkChange } from '../instance/place.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import type { EditorSession } from '../session/editor-session.ts'
import type { SyncState } from '../store/editor-state.ts'
import { shareStructure } from '../store/share-structure.ts'
import type { CollabConnection } from './collab-provider.ts'
import type { ConnectablePresence } from './presence.ts'
import { dragsOf, markPeers, readPeers } from './read-peers.ts'

export interface DraftLinkOptions {
  readonly session: EditorSession
  readonly client: () => TenonClient
  readonly workflowId: string
  readonly presence: ConnectablePresence
  /** Changes made on an older life of this draft, to be repeated on the new one. */
  readonly carried: readonly DocumentOperation[]
  readonly isReadOnly: () => boolean
  readonly onFailed: (error: unknown) => void
  /** The server has rebased the draft: a new session has to take its place, with what was not yet stored. */
  readonly onRebased: (unsaved: readonly DocumentOperation[]) => void
  /** The role was taken away, or the session has ended; what was not stored is handed over. */
  readonly onExpelled: (code: number, unsaved: readonly DocumentOperation[]) => void
}

/**
 * Loads what an editor needs and joins the room of its draft.
 *
 * @returns How to leave again; the shared document stays as it is.
 */
export function connectDraft(options: DraftLinkOptions): () => void {
  const { session, client, workflowId, presence, onFailed, onRebased, onExpelled } = options
  const { store, doc } = session
  const abort = new AbortController()
  let connection: CollabConnection | null = null
  let detachPresence: (() => void) | null = null
  let isConnected = false
  let isPending = false
  let isClosed = false
  let stored: WorkflowDocument | null = null

  const syncState = (): SyncState => {
    if (isClosed) return 'closed'
    if (store.getState().phase.kind !== 'ready') return 'connecting'
    if (!isConnected || !isOnline()) return 'offline'
    return isPending ? 'saving' : 'saved'
  }
  const showSync = () => {
    const sync = syncState()
    if (store.getState().sync !== sync) store.setState({ sync })
  }
  const unsaved = () => (stored === null || !isPending ? [] : diffDocuments(stored, session.read()))
  const close = (code: number) => {
    // What is typed belongs to what was not stored.
    session.flush()
    if (code === CLOSE_CODES.rebased) {
      onRebased(unsaved())
      return
    }
    isClosed = true
    store.setState({ isReadOnly: true })
    showSync()
    onExpelled(code, unsaved())
  }

  const join = async () => {
    const { connectRoom } = await import('./collab-provider.ts')
    if (abort.signal.aborted) return
    connection = connectRoom({
      doc,
      url: client().sockets.collabUrl,
      workflowId,
      getTicket: async () => (await client().sockets.ticket({ abortSignal: abort.signal })).ticket,
      listener: {
        onSynced: () => {
          if (genesisOf(doc) === null && store.getState().phase.kind !== 'ready') return
          if (store.getState().phase.kind !== 'ready') begin()
          showSync()
        },
        onConnected: (next) => {
          isConnected = next
          showSync()
        },
        onLocalChange: () => {
          isPending = true
          showSync()
        },
        onSaved: (isComplete) => {
          if (!isComplete) return
          isPending = false
          stored = session.read()
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
        onClosed: close,
        onTicketRefused: () => close(CLOSE_CODES.unauthenticated),
      },
    })
    detachPresence = presence.attach(connection.awareness)
  }
  const begin = () => {
    store.setState({ phase: { kind: 'ready' } })
    stored = session.read()
    if (options.carried.length === 0) return
    const result = session.dispatch({ type: 'fix', operations: options.carried, title: '' })
    if (!result.ok) onExpelled(CLOSE_CODES.rebased, options.carried)
  }

  store.setState({ sync: 'connecting' })
  const stopListening = onNetworkChange(showSync)
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
    abort.abort()
    stopListening()
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
