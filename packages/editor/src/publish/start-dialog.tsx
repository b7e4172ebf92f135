import type { TenonClient } from '@tenon/core/client'
import type { RunId } from '@tenon/core/document'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'
import { LaterDialog } from './later-dialog.tsx'

export type RunMode = 'test' | 'live'

export interface StartDialogProps {
  readonly client: TenonClient
  readonly workflowId: string
  readonly onStarted: (runId: RunId, mode: RunMode) => void
  readonly onOpenProblem: (problem: EditorProblem) => void
}

/** Dialog that starts a run with an input: a test run of the draft, or a run of the live version. */
export function StartDialog(props: StartDialogProps) {
  const t = useTranslate()
  const { store } = useSession()
  const panel = useEditorStore((state) => state.openPanel)
  const version = useEditorStore((state) => state.workflow?.liveVersion ?? null)
  const onClose = () => store.setState({ openPanel: null })
  if (panel === 'try') {
    return (
      <LaterDialog title={t('start.tryTitle')} onClose={onClose}>
        {({ TryDialog }) => <TryDialog {...props} onClose={onClose} />}
      </LaterDialog>
    )
  }
  if (panel === 'run' && version !== null) {
    return (
      <LaterDialog title={t('start.runTitle')} onClose={onClose}>
        {({ RunDialog }) => <RunDialog {...props} version={version} onClose={onClose} />}
      </LaterDialog>
    )
  }
  return null
}
