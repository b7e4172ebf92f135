import type { TenonClient } from '@tenon/core/client'
import type { EditorEvent } from '../editor-props.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'
import { LaterDialog } from './later-dialog.tsx'

export interface PublishDialogProps {
  readonly client: TenonClient
  readonly workflowId: string
  readonly onOpenProblem: (problem: EditorProblem) => void
  readonly onEvent: ((event: EditorEvent) => void) | undefined
}

/** Dialog that publishes the draft as a version. */
export function PublishDialog(props: PublishDialogProps) {
  const t = useTranslate()
  const { store } = useSession()
  const isOpen = useEditorStore((state) => state.openPanel === 'publish')
  if (!isOpen) return null
  const onClose = () => store.setState({ openPanel: null, suggestedNotes: '' })
  return (
    <LaterDialog title={t('publish.title')} onClose={onClose}>
      {({ PublishForm }) => <PublishForm {...props} onClose={onClose} />}
    </LaterDialog>
  )
}
