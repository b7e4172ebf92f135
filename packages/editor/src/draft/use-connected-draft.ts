import { CLOSE_CODES } from '@tenon/core/collab'
import type { DocumentOperation } from '@tenon/core/document'
import { useEffect, useRef, useState } from 'react'
import type { ConnectedEditorProps } from '../editor-props.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { writeClipboard } from '../instance/place.ts'
import { startLiveProblems } from '../problems/live-problems.ts'
import type { EditorSession } from '../session/editor-session.ts'
import { useAnnouncer } from '../ui/live-region.tsx'
import { connectDraft } from './connect-draft.ts'
import { type ConnectablePresence, createPresence } from './presence.ts'
import { showVersion } from './show-version.ts'

interface ConnectedDraftOptions {
  readonly session: EditorSession
  readonly props: ConnectedEditorProps
  readonly carried: readonly DocumentOperation[]
  readonly onRebased: (unsaved: readonly DocumentOperation[]) => void
}

/** Connects a session to its draft, or to one published version, for as long as the editor is mounted. */
export function useConnectedDraft(options: ConnectedDraftOptions): {
  readonly presence: ConnectablePresence
  /** Tries again after a failure. */
  readonly retry: () => void
} {
  const { session, props } = options
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const [presence] = useState(() => createPresence(session.store))
  const [attempt, setAttempt] = useState(0)
  const latest = useRef({ ...options, t, toast })
  latest.current = { ...options, t, toast }
  const { workflowId, version } = props
  useEffect(() => session.start(), [session])
  useEffect(() => startLiveProblems(session.store), [session])
  useEffect(() => {
    if (props.readOnly === true) session.store.setState({ isReadOnly: true })
  }, [session, props.readOnly])
  // biome-ignore lint/correctness/useExhaustiveDependencies: an attempt is what a retry counts up
  useEffect(() => {
    const client = () => latest.current.props.client
    const onFailed = (error: unknown) => {
      session.store.setState({ phase: { kind: 'failed', error } })
      latest.current.props.onEvent?.({ type: 'failed', error })
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
      onRebased: (unsaved) => latest.current.onRebased(unsaved),
      onExpelled: (code, unsaved) => {
        const { t: say, toast: show } = latest.current
        const text = code === CLOSE_CODES.forbidden ? say('sync.roleLost') : say('sync.closedHint')
        const copy = () => writeClipboard(JSON.stringify(unsaved, null, 2))
        show(text, {
          tone: 'failed',
          ...(unsaved.length === 0 ? {} : { action: { label: say('sync.copyUnsaved'), onClick: copy } }),
        })
      },
    })
  }, [session, presence, workflowId, version, attempt])
  useEffect(
    () => session.onChange(({ operations }) => latest.current.props.onEvent?.({ type: 'changed', operations })),
    [session],
  )
  const retry = () => {
    session.store.setState({ phase: { kind: 'loading' } })
    setAttempt((count) => count + 1)
  }
  return { presence, retry }
}
