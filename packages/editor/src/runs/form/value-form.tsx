import { isJsonObject, type Json, type JsonSchema } from '@tenon/core/document'
import { type FormEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { callHost } from '../../instance/call-host.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { describeError } from '../../ui/error-state.tsx'
import { Field } from '../../ui/field.tsx'
import { SegmentedControl } from '../../ui/segmented-control.tsx'
import { TextArea } from '../../ui/text-input.tsx'
import { useTypingPause } from '../../ui/use-typing-pause.ts'
import { type RunFormDraft, startDraft } from './form-draft.ts'
import { checkForm, type FormErrors, serverErrors } from './form-errors.ts'
import { FormFieldView } from './form-field-view.tsx'
import { type FormField, formFields, isShown } from './form-model.ts'
import { type FormPath, pathKey, writeValue } from './form-values.ts'
import { jsonFaultText, parseJson } from './parse-json.ts'

/** Texts of a {@link ValueForm} that depend on what the value is for. */
export interface ValueFormTexts {
  /** Label of the JSON field. */
  readonly json: string
  readonly jsonHelp?: string
  /** Text for a schema without fields. */
  readonly noFields: string
  /** Title of an unknown failure. */
  readonly failed: string
  /** A verb. */
  readonly submit: string
}

export interface ValueFormProps {
  /** JSON Schema of the value. */
  readonly schema: JsonSchema
  readonly texts: ValueFormTexts
  /** Sends the value; faults that it throws are shown at their fields, and the form keeps its values. */
  readonly onSubmit: (value: Json) => Promise<unknown>
  readonly onCancel?: () => void
  /**
   * Finds faults that the schema does not describe, before the value is sent. `fields` is `null` for a value that is
   * entered as JSON.
   */
  readonly check?: (value: Json, fields: readonly FormField[] | null) => FormErrors
  /** Entries at first. Read once, on mount. */
  readonly draft?: RunFormDraft
  readonly onDraft?: (draft: RunFormDraft) => void
  /** Reason why the value can no longer be sent, in place of the button that sends it; the entries stay. */
  readonly closed?: ReactNode
  /** True for params of a node, whose choices have the labels of the inspector. @defaultValue false */
  readonly isParams?: boolean
}

const NO_ERRORS: FormErrors = new Map()

/** Form for a JSON value, built from its schema: fields, or the whole value as JSON. */
export function ValueForm(props: ValueFormProps) {
  const { schema, texts, onSubmit, onCancel, check, draft, onDraft, closed, isParams = false } = props
  const { t } = useInstance()
  const form = useRef<HTMLFormElement>(null)
  const fields = useMemo(() => formFields(schema, { isParams }), [schema, isParams])
  const [start] = useState(() => startDraft(draft, fields))
  const [mode, setMode] = useState(start.mode)
  const [values, setValues] = useState(start.values)
  const [text, setText] = useState(start.text)
  const keep = useRef(onDraft)
  keep.current = onDraft
  useEffect(() => {
    callHost(keep.current, { mode, values, text, names: fields?.map(({ name }) => name) ?? [] })
  }, [mode, values, text, fields])
  const [errors, setErrors] = useState<FormErrors>(NO_ERRORS)
  const [isSending, setIsSending] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const parsed = parseJson(text)
  const { isTyping, typed, paused } = useTypingPause()

  const change = (path: FormPath, value: Json | undefined) => {
    setValues((before) => writeValue(before, path, value))
    setErrors((before) => without(before, pathKey(path)))
  }
  const switchMode = (next: 'form' | 'json') => {
    if (next === 'json') setText(JSON.stringify(values, null, 2))
    else if (parsed.ok && isJsonObject(parsed.json)) setValues(parsed.json)
    setMode(next)
    setErrors(NO_ERRORS)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (isSending || closed !== undefined) return
    const input = mode === 'form' ? values : parsed.ok ? parsed.json : undefined
    if (input === undefined) return
    const shown = mode === 'form' ? fields : null
    const invalid = shown === null ? NO_ERRORS : checkForm(shown, values, t)
    const found = invalid.size > 0 ? invalid : (check?.(input, shown) ?? NO_ERRORS)
    setErrors(found)
    setFailure(null)
    // An unreadable number or JSON text is not in the values and must be reported.
    if (found.size > 0 || (mode === 'form' && form.current?.querySelector('[data-unreadable]') != null)) {
      focusFirstFault(form.current)
      return
    }
    setIsSending(true)
    try {
      await onSubmit(input)
    } catch (thrown) {
      setErrors(serverErrors(thrown, fields ?? []))
      setFailure(thrown)
      focusFirstFault(form.current)
    } finally {
      setIsSending(false)
    }
  }
  const jsonError = parsed.ok ? null : jsonFaultText(t, parsed.fault)
  const fault = failure === null ? null : describeError(failure, t)
  const unshown = mode === 'form' ? listOf(ofNoField(errors, fields ?? [])) : undefined
  return (
    <form ref={form} className="tn-form" noValidate onSubmit={(event) => void submit(event)}>
      {fields !== null && (
        <div className="tn-form-mode">
          <SegmentedControl
            label={t('runs.form.mode')}
            size="s"
            value={mode}
            onChange={switchMode}
            options={[
              { value: 'form', label: t('runs.form.asForm'), disabled: mode === 'json' && jsonError !== null },
              { value: 'json', label: t('runs.form.asJson') },
            ]}
          />
        </div>
      )}
      {mode === 'form' && fields?.length === 0 && <p className="tn-muted">{texts.noFields}</p>}
      {mode === 'form' &&
        fields
          ?.filter((field) => isShown(field, values))
          .map((field) => (
            <FormFieldView
              key={field.name}
              field={field}
              path={[field.name]}
              value={values[field.name]}
              errors={errors}
              onChange={change}
            />
          ))}
      {mode === 'json' && (
        <Field label={texts.json} help={texts.jsonHelp} error={(isTyping ? null : jsonError) ?? listOf(errors)}>
          <TextArea
            mono
            value={text}
            onChange={(next) => {
              setText(next)
              typed()
            }}
            onBlur={paused}
            rows={12}
            spellCheck={false}
          />
        </Field>
      )}
      {fault !== null && (
        <div role="alert">
          <Callout tone="failed" title={fault.why === '' ? texts.failed : fault.why}>
            {unshown === undefined && fault.remedy === '' ? undefined : (
              <>
                {unshown !== undefined && <p>{unshown}</p>}
                {fault.remedy}
              </>
            )}
          </Callout>
        </div>
      )}
      {closed}
      <div className="tn-form-foot">
        {onCancel !== undefined && (
          <Button disabled={isSending} onClick={onCancel}>
            {t(closed === undefined ? 'ui.cancel' : 'ui.close')}
          </Button>
        )}
        {closed === undefined && (
          <Button type="submit" variant="primary" busy={isSending} disabled={mode === 'json' && !parsed.ok}>
            {texts.submit}
          </Button>
        )}
      </div>
    </form>
  )
}

function without(errors: FormErrors, key: string): FormErrors {
  if (!errors.has(key)) return errors
  const rest = new Map(errors)
  rest.delete(key)
  return rest
}

/** Returns the faults that no field shows. */
function ofNoField(errors: FormErrors, fields: readonly FormField[]): FormErrors {
  const names = new Set(fields.map(({ name }) => pathKey([name])))
  return new Map([...errors].filter(([path]) => !names.has(path.split('/', 1)[0] ?? '')))
}

/** Formats faults with their paths, for a form without fields. */
function listOf(errors: FormErrors): string | undefined {
  if (errors.size === 0) return undefined
  return [...errors].map(([path, message]) => (path === '' ? message : `${path}: ${message}`)).join(' ')
}

/** Focuses the first field with a fault, after the faults are rendered. */
function focusFirstFault(form: HTMLFormElement | null): void {
  setTimeout(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), 0)
}
