import type { Json, JsonSchema } from '@tenon/core/document'
import { useTranslate } from '../../instance/instance-context.ts'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import type { InstanceProps } from '../../shell/instance-root.tsx'
import type { RunFormDraft } from './form-draft.ts'
import { ValueForm } from './value-form.tsx'

/** Props of the form that a run's input is entered with. */
export interface RunFormProps extends InstanceProps {
  /** JSON Schema of the input, from the start node. */
  readonly schema: JsonSchema
  /** Starts the run; faults that it throws are shown at their fields, and the form keeps its values. */
  readonly onSubmit: (input: Json) => Promise<unknown>
  /** Called by the button "Cancel", which is hidden without it, and disabled while `onSubmit` is in progress. */
  readonly onCancel?: () => void
  /** A verb: "Run", "Try". @defaultValue 'Run' */
  readonly submitLabel?: string
  /** Entries from the last time the form was shown. Read once, on mount. */
  readonly draft?: RunFormDraft
  /** Called with the entries after each change, to keep them for the next use. */
  readonly onDraft?: (draft: RunFormDraft) => void
}

/** Form for the input of a run, built from its schema. The host keeps the entries between two uses. */
export function RunForm({ schema, onSubmit, onCancel, submitLabel, draft, onDraft, ...instance }: RunFormProps) {
  return (
    <EnsureInstance {...instance}>
      <InputForm
        schema={schema}
        onSubmit={onSubmit}
        {...(onCancel === undefined ? {} : { onCancel })}
        {...(submitLabel === undefined ? {} : { submitLabel })}
        {...(draft === undefined ? {} : { draft })}
        {...(onDraft === undefined ? {} : { onDraft })}
      />
    </EnsureInstance>
  )
}

function InputForm({ submitLabel, ...form }: Omit<RunFormProps, keyof InstanceProps>) {
  const t = useTranslate()
  const texts = {
    json: t('runs.form.json'),
    jsonHelp: t('runs.form.jsonHelp'),
    noFields: t('runs.form.noFields'),
    failed: t('runs.form.failed'),
    submit: submitLabel ?? t('runs.form.run'),
  }
  return <ValueForm {...form} texts={texts} />
}
