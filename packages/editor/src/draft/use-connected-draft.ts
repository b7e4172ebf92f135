import type { TenonClient } from '@tenon/core/client'
import { CLOSE_CODES } from '@tenon/core/collab'
import type { DocumentOperation } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { ConnectedEditorProps } from '../editor-props.ts'
import { callHost } from '../instance/call-host.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { canRetry, retryLater } from '../instance/retry-later.ts'
import type { MessageKey } from '../messages/en/index.ts'
import { startLiveProblems } from '../problems/live-problems.ts'
import type { EditorSession } from '../session/session-types.ts'
import type { EditorStore } from '../store/editor-store.ts'
import { useAnnouncer } from '../ui/live-region.tsx'
import { connectDraft } from './connect-draft.ts'
import { loadSurroundings } from './load-surroundings.ts'
import { type ConnectablePresence, createPresence } from './presence.ts'
import type { UnsavedWork } from './unsaved-dialog.tsx'

const FIRST_PAUSE_MS = 2_000

const REASONS: ReadonlyMap<number, MessageKey> = new Map([
  [CLOSE_CODES.forbidden, 'sync.roleLost'],
  [CLOSE_CODES.rebased, 'sync.notCarried'],
  [CLOSE_CODES.notFound, 'editor.deleted'],
])

interface ConnectedDraftOptions {
  readonly session: EditorSession
  readonly props: ConnectedEditorProps
  readonly carried: readonly DocumentOperation[]
  readonly onRebased: (unsaved: readonly DocumentOperation[]) => void
}

/** Connects a session to its draft, or to one published version, while the editor is mounted. */
export function useConnectedDraft(options: ConnectedDraftOptions): {
  readonly presence: ConnectablePresence
  /** Tries again after a failure. */
  readonly retry: () => void
  /** Changes that would be lost, until they are discarded; `null` if none. */
  readonly unsaved: UnsavedWork | null
  readonly discardUnsaved: () => void
} {
  const { session, props } = options
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const [presence] = useState(() => createPresence(session.store))
  const [attempt, setAttempt] = useState(0)
  const [unsaved, setUnsaved] = useState<UnsavedWork | null>(null)
  const latest = useRef({ ...options, t, toast })
  latest.current = { ...options, t, toast }
  const { workflowId, version } = props
  useEffect(() => session.start(), [session])
  useEffect(() => startLiveProblems(session.store, session.translate), [session])
  useEffect(() => {
    if (props.readOnly === true) session.store.setState({ isReadOnly: true })
  }, [session, props.readOnly])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a retry increases the attempt
  useEffect(() => {
    const client = () => latest.current.props.client
    const onFailed = (error: unknown, how?: { readonly isDeleted: true }) => {
      const { phase } = session.store.getState()
      session.store.setState({ phase: { kind: 'failed', error, ...how } })
      // An automatic retry with the same failure is not reported again.
      const isKnown = phase.kind === 'failed' && isSameFault(phase.error, error)
      if (!isKnown) callHost(latest.current.props.onEvent, { type: 'failed', error })
    }
    if (version !== undefined) return showVersion({ session, client, workflowId, version, onFailed })
    return connectDraft({
      session,
      client,
      workflowId,
      presence,
      carried: latest.current.carried,
      isReadOnly: () => latest.current.props.readOnly === true,
      onFailed,
      onTransport: (transport, error) => {
        callHost(latest.current.props.onEvent, { type: 'connection', transport, error })
        // biome-ignore lint/suspicious/noConsole: without it the developer of a host does not see the cause
        if (error !== null) console.warn(`${error.message}. ${error.remedy}`)
      },
      onWaiting: (isWaiting) => callHost(latest.current.props.onEvent, { type: 'unsaved', isWaiting }),
      onLost: (error, operations) => callHost(latest.current.props.onEvent, { type: 'lost', operations, error }),
      onRebased: (unsaved) => latest.current.onRebased(unsaved),
      onExpelled: (code, operations) => {
        const { t: say, toast: show } = latest.current
        const reason = say(REASONS.get(code) ?? 'sync.closedHint')
        if (operations.length > 0) setUnsaved({ reason, operations })
        // The page of a deleted workflow shows the reason itself.
        else if (code !== CLOSE_CODES.notFound) show(reason, { tone: 'failed' })
      },
    })
  }, [session, presence, workflowId, version, attempt])
  useEffect(
    () => session.onChange(({ operations }) => callHost(latest.current.props.onEvent, { type: 'changed', operations })),
    [session],
  )
  const retry = () => {
    session.store.setState({ phase: { kind: 'loading' } })
    setAttempt((count) => count + 1)
  }
  useRetries(session.store, () => setAttempt((count) => count + 1))
  return { presence, retry, unsaved, discardUnsaved: () => setUnsaved(null) }
}

interface ShowVersionOptions {
  readonly session: EditorSession
  readonly client: () => TenonClient
  readonly workflowId: string
  readonly version: string
  readonly onFailed: (error: unknown) => void
}

/** Shows one published version, read-only. Returns a function that cancels the loading. */
function showVersion({ session, client, workflowId, version, onFailed }: ShowVersionOptions): () => void {
  const abort = new AbortController()
  const { signal: abortSignal } = abort
  session.store.setState({ isReadOnly: true })
  Promise.all([
    loadSurroundings(client, workflowId, abortSignal),
    (async () => client().versions.get(workflowId, version, { abortSignal }))(),
  ])
    .then(([surroundings, { document }]) => {
      if (abortSignal.aborted) return
      session.store.setState(surroundings)
      session.adopt(document)
      session.store.setState({ phase: { kind: 'ready' }, sync: 'local' })
    })
    .catch((error: unknown) => {
      if (!abortSignal.aborted) onFailed(error)
    })
  return () => abort.abort()
}

/**
 * Loads again while the draft could not be loaded for a reason that may pass, such as a server that restarts. The
 * pauses double from 2 s to 15 s, and end when the network is back. The error stays visible meanwhile.
 */
function useRetries(store: EditorStore, load: () => void): void {
  const failure = useStore(store, ({ phase }) => (phase.kind === 'failed' ? phase : null))
  const isReady = useStore(store, ({ phase }) => phase.kind === 'ready')
  const failures = useRef(0)
  const latest = useRef(load)
  latest.current = load
  useEffect(() => {
    if (isReady) failures.current = 0
  }, [isReady])
  useEffect(() => {
    if (failure === null || !canRetry(failure.error)) return
    failures.current += 1
    const options = { failures: failures.current, firstPauseMs: FIRST_PAUSE_MS, onlyVisible: true }
    return retryLater(() => latest.current(), options)
  }, [failure])
}

/** Checks whether two failures have the same reason. */
function isSameFault(one: unknown, other: unknown): boolean {
  return one instanceof TenonError && other instanceof TenonError && one.code === other.code
}
