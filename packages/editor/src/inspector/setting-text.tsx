import { type TypedTextField, useTypedText } from '../session/use-typed-text.ts'
import { TextArea } from '../ui/text-input.tsx'

interface SettingTextProps {
  readonly field: TypedTextField
  readonly value: string
  readonly isReadOnly: boolean
  readonly onChange: (value: string) => void
}

/** Field for a text that is stored as one value while the user types. */
export function SettingText({ field, value, isReadOnly, onChange }: SettingTextProps) {
  const typed = useTypedText({ field, value, onCommit: onChange, isSame: isSameText })
  return (
    <TextArea
      value={typed.text}
      rows={3}
      maxLength={20_000}
      disabled={isReadOnly}
      onChange={typed.onChange}
      onBlur={typed.onBlur}
    />
  )
}

function isSameText(text: string, value: string): boolean {
  return text === value
}
