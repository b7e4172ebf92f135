import { TenonError } from '@tenon/core/errors'
import { useRef, useState } from 'react'
import { useSending } from '../client/use-sending.ts'
import { callHost } from '../instance/call-host.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { ProblemList } from '../problems/problem-list.tsx'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'
import { Button } from '../ui/button.tsx'
import { Callout } from '../ui/callout.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { describeError } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'
import { TextArea } from '../ui/text-input.tsx'
import { BlockedDialog, useBlockers } from './blocked-dialog.tsx'
import type { PublishDialogProps } from './publish-dialog.tsx'
import { RefusedInputNote } from './refused-input-note.tsx'
import { type RolloutChoice, RolloutFields, RolloutSummary } from './rollout-fields.tsx'
import { whenSaved } from './when-saved.ts'

interface PublishFormProps extends PublishDialogProps {
  readonly onClose: () => void
}

/** Publishes the draft as a version with release notes; lists errors instead if there are any. */
export function PublishForm(props: PublishFormProps) {
  const { client, workflowId, onOpenProblem, onEvent, onClose } = props
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const session = useSession()
  const { store } = session
  const problems = useEditorStore((state) => state.problems)
  const [notes, setNotes] = useState(() => store.getState().suggestedNotes)
  const hasVersion = useEditorStore((state) => (state.workflow?.version ?? null) !== null)
  const [rollout, setRollout] = useState<RolloutChoice>({})
  const { isSending, failure, send } = useSending()
  const blockers = useBlockers(failure?.error ?? null)
  const fields = useRef<HTMLDivElement>(null)
  const publish = async () => {
    // A field keeps its last valid value, so that of the screen is not the one that would be sent.
    const unreadable = fields.current?.querySelector<HTMLElement>('[data-unreadable]') ?? null
    if (unreadable !== null) {
      unreadable.focus()
      return
    }
    await send(async () => {
      if (!(await whenSaved(session))) throw new TenonError('UNAVAILABLE', t('publish.notSaved'))
      const { version } = await client.versions.publish(workflowId, {
        ...(notes.trim() === '' ? {} : { notes: notes.trim() }),
        ...rollout,
      })
      // A failure from here on must not offer to publish again.
      const { workflow } = store.getState()
      if (workflow !== null) {
        const liveVersion = rollout.canary === undefined ? version : workflow.liveVersion
        store.setState({ workflow: { ...workflow, version, liveVersion, hasUnpublishedChanges: false } })
      }
      toast(t('publish.done', { version }), { tone: 'success' })
      callHost(onEvent, { type: 'published', version })
      onClose()
    })
  }
  const openProblem = (problem: EditorProblem) => {
    // The dialog opens with the same notes again.
    store.setState({ openPanel: null, suggestedNotes: notes })
    onOpenProblem(problem)
  }
  if (blockers !== null) {
    return (
      <BlockedDialog
        problems={blockers}
        description={t('publish.blockedText')}
        onOpenProblem={onOpenProblem}
        onClose={onClose}
      />
    )
  }
  const isPlain = rollout.runs === undefined && rollout.canary === undefined
  const fault = failure === null ? null : describeError(failure.error, t)
  return (
    <Dialog
      open
      busy={isSending}
      onClose={onClose}
      title={t('publish.title')}
      description={isPlain ? t('publish.text') : <RolloutSummary choice={rollout} />}
      footer={
        <>
          <Button disabled={isSending} onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button variant="primary" busy={isSending} onClick={() => void publish()}>
            {t('topbar.publish')}
          </Button>
        </>
      }
    >
      <div ref={fields} className="tn-start">
        {fault !== null && (
          <div role="alert">
            <Callout tone="failed" title={fault.why === '' ? t('publish.failed') : fault.why}>
              {fault.remedy}
            </Callout>
          </div>
        )}
        <RefusedInputNote />
        {problems.length > 0 && (
          <>
            <Callout tone="waiting" title={t('publish.warnings', { count: problems.length })}>
              {t('publish.warningsText')}
            </Callout>
            <ProblemList problems={problems} onOpen={openProblem} />
          </>
        )}
        <Field label={t('publish.notes')} help={t('publish.notesHelp')}>
          <TextArea value={notes} onChange={setNotes} rows={3} maxLength={2_000} />
        </Field>
        {hasVersion && <RolloutFields client={client} workflowId={workflowId} choice={rollout} onChange={setRollout} />}
      </div>
    </Dialog>
  )
}
