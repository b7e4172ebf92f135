import { CLOSE_CODES } from '@tenon/core/collab'
import type { DocumentOperation } from '@tenon/core/document'
import { useEffect, useRef, useState } from 'react'
import type { ConnectedEditorProps } from '../editor-props.ts'
import { callHost } from '../instance/call-host.ts'
import { useTranslate } from '../instance/instance-context.ts'
import type { MessageKey } from '../messages/en/index.ts'
import { startLiveProblems } from '../problems/live-problems.ts'
import type { EditorSession } from '../session/session-types.ts'
import { useAnnouncer } from '../ui/live-region.tsx'
import { connectDraft } from './connect-draft.ts'
import { type ConnectablePresence, createPresence } from './presence.ts'
import { showVersion } from './show-version.ts'
import type { UnsavedWork } from './unsaved-dialog.tsx'
import { isSameFault, useRetries } from './use-retries.ts'

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
