import type { Json } from '@tenon/core/document'
import { useState } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { TextArea } from '../../ui/text-input.tsx'

interface JsonTextProps {
  readonly value: Json | undefined
  readonly onChange: (value: Json) => void
  readonly isReadOnly: boolean
  readonly label: string
}

/** Any value as JSON; taken over when it can be read, on leaving the field. */
export function JsonText({ value, onChange, isReadOnly, label }: JsonTextProps) {
  const t = useTranslate()
  const [draft, setDraft] = useState<string | null>(null)
  const text = draft ?? (value === undefined ? '' : JSON.stringify(value, null, 2))
  const isFaulty = draft !== null && parse(draft) === undefined
  const commit = () => {
    const next = draft === null ? undefined : parse(draft)
    if (next === undefined) return
    onChange(next)
    setDraft(null)
  }
  return (
    <>
      <TextArea
        value={text}
        onChange={setDraft}
        onBlur={commit}
        rows={Math.min(16, Math.max(4, text.split('\n').length))}
        mono
        spellCheck={false}
        aria-label={label}
        aria-invalid={isFaulty || undefined}
        disabled={isReadOnly}
      />
      {isFaulty && (
        <p className="tn-field-note" data-error>
          {t('control.notJson')}
        </p>
      )}
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
