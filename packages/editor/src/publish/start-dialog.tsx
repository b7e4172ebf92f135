import type { TenonClient } from '@tenon/core/client'
import type { Json, NodeId, RunId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { loadPart } from '../instance/load-part.ts'
import { startPoints } from '../runs/form/start-schema.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Field } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { whenSaved } from './when-saved.ts'

// The form comes with the run views, which an editor does without until somebody starts a run.
const RunForm = lazy(() =>
  loadPart(() => import('../runs/form/run-form.tsx')).then(({ RunForm: form }) => ({ default: form })),
)

export type RunMode = 'test' | 'live'

interface StartDialogProps {
  readonly client: TenonClient
  readonly workflowId: string
  readonly onStarted: (runId: RunId, mode: RunMode) => void
}

/** Asks for the input of a run and starts it: the draft to try it, or the latest version. */
export function StartDialog(props: StartDialogProps) {
  const { store } = useSession()
  const panel = useEditorStore((state) => state.openPanel)
  if (panel !== 'try' && panel !== 'run') return null
  return (
    <OpenStartDialog
      {...props}
      mode={panel === 'try' ? 'test' : 'live'}
      onClose={() => store.setState({ openPanel: null })}
    />
  )
}

function OpenStartDialog({
  client,
  workflowId,
  mode,
  onStarted,
  onClose,
}: StartDialogProps & { readonly mode: RunMode; readonly onClose: () => void }) {
  const t = useTranslate()
  const { store } = useSession()
  const document = useEditorStore((state) => state.document)
  const manifest = useEditorStore((state) => state.manifest)
  const triggers = useMemo(() => startPoints(document, manifest.manifest), [document, manifest])
  const [chosen, setChosen] = useState<NodeId | null>(null)
  const trigger = triggers.find(({ nodeId }) => nodeId === chosen) ?? triggers[0]
  const start = async (input: Json) => {
    if (mode === 'test' && !(await whenSaved(store))) throw new TenonError('UNAVAILABLE', t('publish.notSaved'))
    const body = trigger === undefined ? { input } : { input, trigger: trigger.nodeId }
    const started =
      mode === 'test' ? await client.drafts.try(workflowId, body) : await client.runs.start(workflowId, body)
    onClose()
    onStarted(started.runId, mode)
  }
  const verb = mode === 'test' ? t('topbar.try') : t('topbar.run')
  return (
    <Dialog
      open
      onClose={onClose}
      title={mode === 'test' ? t('start.tryTitle') : t('start.runTitle')}
      description={mode === 'test' ? t('start.tryText') : t('start.runText')}
    >
      {trigger === undefined ? (
        <EmptyState icon="play" title={t('start.noTrigger')} description={t('start.noTriggerText')} />
      ) : (
        <div className="tn-start">
          {triggers.length > 1 && (
            <Field label={t('start.trigger')}>
              <Select
                value={trigger.nodeId}
                options={triggers.map(({ nodeId, name }) => ({ value: nodeId, label: name }))}
                onChange={setChosen}
              />
            </Field>
          )}
          <Suspense fallback={<Skeleton lines={3} height={34} />}>
            <RunForm
              key={trigger.nodeId}
              schema={trigger.schema}
              onSubmit={start}
              onCancel={onClose}
              submitLabel={verb}
            />
          </Suspense>
        </div>
      )}
    </Dialog>
  )
}
