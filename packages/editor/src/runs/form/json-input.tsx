import type { Json } from '@tenon/core/document'
import { useState } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { TextArea } from '../../ui/text-input.tsx'
import { useTypingPause } from '../../ui/use-typing-pause.ts'
import { jsonFaultText, parseJson } from './parse-json.ts'

export interface JsonInputProps {
  readonly value: Json | undefined
  /** Called with each valid value; not called for invalid JSON. */
  readonly onChange: (value: Json | undefined) => void
}

/** Field for a value as JSON text, for schemas without another control. */
export function JsonInput({ value, onChange }: JsonInputProps) {
  const t = useTranslate()
  const [draft, setDraft] = useState<string | null>(null)
  const { isTyping, typed, paused } = useTypingPause()
  const text = draft ?? (value === undefined ? '' : JSON.stringify(value, null, 2))
  const parsed = parseJson(text)
  const isUnreadable = !parsed.ok && text.trim() !== ''
  const change = (next: string) => {
    setDraft(next)
    typed()
    const result = parseJson(next)
    if (next.trim() === '') onChange(undefined)
    else if (result.ok) onChange(result.json)
  }
  return (
    <>
      <TextArea
        mono
        value={text}
        onChange={change}
        rows={4}
        spellCheck={false}
        {...(isUnreadable ? { 'data-unreadable': '' } : {})}
        {...(isUnreadable && !isTyping ? { 'aria-invalid': true } : {})}
        onBlur={() => {
          paused()
          if (parsed.ok) setDraft(null)
        }}
      />
      {isUnreadable && !isTyping && (
        <p className="tn-field-note" data-error>
          {jsonFaultText(t, parsed.fault)}
        </p>
      )}
    </>
  )
}
