import { type Json, jsonEqual } from '@tenon/core/document'
import { useTranslate } from '../../instance/instance-context.ts'
import { jsonFaultText, parseJson } from '../../runs/form/parse-json.ts'
import { type TypedTextField, useTypedText } from '../../session/use-typed-text.ts'
import { FieldNote } from '../../ui/field.tsx'
import { TextArea } from '../../ui/text-input.tsx'

interface JsonTextProps {
  readonly field: TypedTextField
  readonly value: Json | undefined
  /** Called with the value; `undefined` for an empty text. */
  readonly onChange: (value: Json | undefined) => void
  /** True if an empty text means no value and is not a fault. @defaultValue false */
  readonly isOptional?: boolean
  /** True if the order of keys is stored, so that another order is a change. @defaultValue false */
  readonly hasKeyOrder?: boolean
  /** Converts a typed value to its stored form. @defaultValue unchanged */
  readonly toStored?: (value: Json) => Json
  readonly isReadOnly: boolean
}

/** Field for any value as JSON; stored while the user types, if the text is valid. */
export function JsonText(props: JsonTextProps) {
  const { field, value, onChange, isReadOnly, isOptional = false, hasKeyOrder = false, toStored = asTyped } = props
  const t = useTranslate()
  const valueIn = (text: string): Json | undefined => {
    const parsed = isEmpty(text) ? null : parseJson(text)
    return parsed?.ok === true ? toStored(parsed.json) : undefined
  }
  const isEmpty = (text: string) => isOptional && text.trim() === ''
  const typed = useTypedText({
    field,
    value: value === undefined ? '' : JSON.stringify(value, null, 2),
    check: (text) => {
      const parsed = isEmpty(text) ? null : parseJson(text)
      if (parsed === null || parsed.ok) return null
      return parsed.fault.kind === 'syntax' ? t('control.notJson') : jsonFaultText(t, parsed.fault)
    },
    isSame: (text) => {
      const typedValue = valueIn(text)
      return hasKeyOrder ? JSON.stringify(typedValue) === JSON.stringify(value) : jsonEqual(typedValue, value)
    },
    onCommit: (text) => onChange(valueIn(text)),
  })
  return (
    <>
      <TextArea
        value={typed.text}
        onChange={typed.onChange}
        onBlur={typed.onBlur}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || typed.isStorable) return
          // The next Escape leaves the panel.
          event.stopPropagation()
          typed.cancel()
        }}
        rows={Math.min(16, Math.max(4, typed.text.split('\n').length))}
        mono
        spellCheck={false}
        aria-label={field.label}
        aria-invalid={typed.error !== null || undefined}
        disabled={isReadOnly}
      />
      <FieldNote error={typed.error} />
    </>
  )
}

function asTyped(value: Json): Json {
  return value
}
