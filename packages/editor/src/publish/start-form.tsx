import type { TenonClient } from '@tenon/core/client'
import { isJsonObject, type Json, type JsonSchema, type NodeId, type WorkflowDocument } from '@tenon/core/document'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useResource } from '../client/use-resource.ts'
import { useTranslate } from '../instance/instance-context.ts'
import type { RunFormDraft } from '../runs/form/form-draft.ts'
import { inputOfSettings, startPoints } from '../runs/form/start-schema.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { focusFirst } from '../ui/dialog.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Field } from '../ui/field.tsx'
import { LaterPart } from '../ui/later-part.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

// The form is loaded with the run views, which an editor does not need before a run is started.
const loadRunForm = () => import('../runs/form/run-form.tsx')

/** Trigger and input of a new run. */
export interface RunStart {
  readonly input: Json
  readonly trigger: NodeId
}

interface StartFormProps {
  readonly client: TenonClient
  readonly mode: 'test' | 'live'
  /** Document that the run executes. */
  readonly document: WorkflowDocument
  readonly submitLabel: string
  readonly onSubmit: (start: RunStart) => Promise<void>
  readonly onCancel: () => void
}

/** Form for the trigger and the input of a run. */
export function StartForm(props: StartFormProps) {
  return (
    <LaterPart load={loadRunForm} waiting={(trouble) => trouble ?? <FormSkeleton />}>
      {({ RunForm }) => <TriggerForm {...props} form={RunForm} />}
    </LaterPart>
  )
}

interface TriggerFormProps extends StartFormProps {
  readonly form: typeof import('../runs/form/run-form.tsx').RunForm
}

function TriggerForm({ client, mode, document, submitLabel, onSubmit, onCancel, form: RunForm }: TriggerFormProps) {
  const t = useTranslate()
  const element = useRef<HTMLDivElement>(null)
  // The dialog opened before its fields were loaded.
  useLayoutEffect(() => {
    if (element.current !== null) focusFirst(element.current)
  }, [])
  const manifest = useEditorStore((state) => state.manifest)
  const triggers = useMemo(() => startPoints(document, manifest.manifest), [document, manifest])
  const { starts } = useSession()
  const [chosen, setChosen] = useState<NodeId | null>(starts.triggers.get(mode) ?? null)
  const trigger = triggers.find(({ nodeId }) => nodeId === chosen) ?? triggers[0]
  const example = useEventExample(client, trigger?.eventType ?? null)
  if (trigger === undefined) {
    const all = document.nodes.flatMap((node) => {
      const entry = manifest.entryOf(node)
      return entry?.control === 'trigger' ? [{ isDisabled: node.disabled === true }] : []
    })
    if (all.length === 0) {
      return <EmptyState icon="play" title={t('start.noTrigger')} description={t('start.noTriggerText')} />
    }
    return all.every(({ isDisabled }) => isDisabled) ? (
      <EmptyState icon="pause" title={t('start.allDisabled')} description={t('start.allDisabledText')} />
    ) : (
      <EmptyState icon="link" title={t('start.byTrigger')} description={t('start.byTriggerText')} />
    )
  }
  const memory = `${mode}/${trigger.nodeId}`
  const text = inputOfSettings(document, trigger.schema)
  const first = text === null ? undefined : ({ mode: 'json', values: {}, text, names: [] } as const)
  const kept = starts.drafts.get(memory) ?? first ?? example.draft ?? undefined
  // Without fields of its own, such an input is entered as JSON only.
  const schema = text !== null && !hasFields(trigger.schema) ? {} : trigger.schema
  return (
    <div ref={element} className="tn-start">
      {triggers.length > 1 && (
        <Field label={t('start.trigger')}>
          <Select
            value={trigger.nodeId}
            options={triggers.map(({ nodeId, name }) => ({ value: nodeId, label: name }))}
            onChange={(nodeId) => {
              starts.triggers.set(mode, nodeId)
              setChosen(nodeId)
            }}
          />
        </Field>
      )}
      {kept === undefined && example.isLoading ? (
        <FormSkeleton />
      ) : (
        <RunForm
          key={trigger.nodeId}
          {...(kept === undefined ? {} : { draft: kept })}
          onDraft={(draft) => starts.drafts.set(memory, draft)}
          schema={schema}
          onSubmit={(input) => onSubmit({ input, trigger: trigger.nodeId })}
          onCancel={onCancel}
          submitLabel={submitLabel}
        />
      )}
    </div>
  )
}

function hasFields(schema: JsonSchema): boolean {
  return isJsonObject(schema) && isJsonObject(schema['properties']) && Object.keys(schema['properties']).length > 0
}

/** Placeholder of a form that is being loaded. */
export function FormSkeleton() {
  return <Skeleton lines={3} height={34} />
}

/** Entries that a form begins with. `isLoading` lasts until they are known, or cannot be read. */
interface EventExample {
  readonly isLoading: boolean
  /** Example of the declared type of an event; `null` for a type without one. */
  readonly draft: RunFormDraft | null
}

/** @param eventType - Type of the events that start the workflow; `null` for another trigger, which loads nothing. */
function useEventExample(client: TenonClient, eventType: string | null): EventExample {
  const load = useMemo(
    () => (eventType === null ? null : (abortSignal: AbortSignal) => client.events.types({ abortSignal })),
    [client, eventType],
  )
  const { value, error } = useResource(load)
  const example = value?.items.find(({ type }) => type === eventType)?.example ?? null
  // Without the example, a person can enter the data.
  const isLoading = load !== null && value === null && error === null
  const draft = useMemo(
    () =>
      example === null
        ? null
        : ({ mode: 'json', values: {}, text: JSON.stringify({ data: example }, null, 2), names: [] } as const),
    [example],
  )
  return { isLoading, draft }
}
