import { type Json, jsonEqual } from '@tenon/core/document'
import { useTranslate } from '../../instance/instance-context.ts'
import { type TypedTextField, useTypedText } from '../../session/use-typed-text.ts'
import { FieldNote } from '../../ui/field.tsx'
import { TextArea } from '../../ui/text-input.tsx'

interface JsonTextProps {
  readonly field: TypedTextField
  readonly value: Json | undefined
  /** `undefined` for an empty text. */
  readonly onChange: (value: Json | undefined) => void
  /** An empty text is no value, and not a fault. @defaultValue false */
  readonly isOptional?: boolean
  readonly isReadOnly: boolean
}

/** Any value as JSON; stored while somebody types, whenever the text is JSON. */
export function JsonText({ field, value, onChange, isReadOnly, isOptional = false }: JsonTextProps) {
  const t = useTranslate()
  const isEmpty = (text: string) => isOptional && text.trim() === ''
  const typed = useTypedText({
    field,
    value: value === undefined ? '' : JSON.stringify(value, null, 2),
    check: (text) => (isEmpty(text) || parse(text) !== undefined ? null : t('control.notJson')),
    isSame: (text) => jsonEqual(isEmpty(text) ? undefined : parse(text), value),
    onCommit: (text) => onChange(isEmpty(text) ? undefined : parse(text)),
  })
  return (
    <>
      <TextArea
        value={typed.text}
        onChange={typed.onChange}
        onBlur={typed.onBlur}
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

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
