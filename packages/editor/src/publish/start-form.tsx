import type { Json, NodeId, WorkflowDocument } from '@tenon/core/document'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { loadPart } from '../instance/load-part.ts'
import { startPoints } from '../runs/form/start-schema.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Field } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

// The form comes with the run views, which an editor does without until somebody starts a run.
const RunForm = lazy(() =>
  loadPart(() => import('../runs/form/run-form.tsx')).then(({ RunForm: form }) => ({ default: form })),
)

/** Where a run begins, and with what. */
export interface RunStart {
  readonly input: Json
  readonly trigger: NodeId
}

interface StartFormProps {
  /** What the run will run. */
  readonly document: WorkflowDocument
  readonly submitLabel: string
  readonly onSubmit: (start: RunStart) => Promise<void>
  readonly onCancel: () => void
}

/** Asks for one of the triggers of a workflow and for the input there. */
export function StartForm({ document, submitLabel, onSubmit, onCancel }: StartFormProps) {
  const t = useTranslate()
  const manifest = useEditorStore((state) => state.manifest)
  const triggers = useMemo(() => startPoints(document, manifest.manifest), [document, manifest])
  const [chosen, setChosen] = useState<NodeId | null>(null)
  const trigger = triggers.find(({ nodeId }) => nodeId === chosen) ?? triggers[0]
  if (trigger === undefined) {
    return <EmptyState icon="play" title={t('start.noTrigger')} description={t('start.noTriggerText')} />
  }
  return (
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
      <Suspense fallback={<FormSkeleton />}>
        <RunForm
          key={trigger.nodeId}
          schema={trigger.schema}
          onSubmit={(input) => onSubmit({ input, trigger: trigger.nodeId })}
          onCancel={onCancel}
          submitLabel={submitLabel}
        />
      </Suspense>
    </div>
  )
}

/** Stands in the place of a form that is on its way. */
export function FormSkeleton() {
  return <Skeleton lines={3} height={34} />
}
