import { useState } from 'react'
import { TextArea } from '../ui/text-input.tsx'

interface SettingTextProps {
  readonly value: string
  readonly isReadOnly: boolean
  readonly onChange: (value: string) => void
}

/** A text that is kept as one value; taken over when the field is left. */
export function SettingText({ value, isReadOnly, onChange }: SettingTextProps) {
  const [draft, setDraft] = useState<string | null>(null)
  return (
    <TextArea
      value={draft ?? value}
      rows={3}
      maxLength={20_000}
      disabled={isReadOnly}
      onChange={setDraft}
      onBlur={() => {
        if (draft !== null && draft !== value) onChange(draft)
        setDraft(null)
      }}
    />
  )
}
