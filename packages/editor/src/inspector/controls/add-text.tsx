import { useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { useDelayedChange } from '../../session/use-delayed-change.ts'
import { FieldNote } from '../../ui/field.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { useTypingPause } from '../../ui/use-typing-pause.ts'

interface AddTextProps {
  readonly label: string
  /** Returns the reason why a text cannot be added; `null` if it can. @defaultValue every text can */
  readonly check?: (text: string) => string | null
  /** Called with the trimmed text, never with an empty one. */
  readonly onAdd: (text: string) => void
}

/** Field that adds texts to a list with Enter and when it is left. */
export function AddText({ label, check = () => null, onAdd }: AddTextProps) {
  const { afterPress } = useInstance()
  const [draft, setDraft] = useState('')
  const { isTyping, typed, paused } = useTypingPause()
  const fault = draft.trim() === '' ? null : check(draft.trim())
  const error = isTyping ? null : fault
  const change = useDelayedChange(
    (text) => {
      const added = text.trim()
      if (added !== '' && check(added) === null) onAdd(added)
    },
    { pauseMs: null },
  )
  const add = () => {
    change.flush()
    paused()
    if (fault === null) setDraft('')
  }
  return (
    <div>
      <TextInput
        id={undefined}
        value={draft}
        onChange={(text) => {
          setDraft(text)
          typed()
          change.push(text)
        }}
        onBlur={() => afterPress(add)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') add()
          if (event.key !== 'Escape') return
          change.drop()
          setDraft('')
        }}
        aria-label={label}
        aria-invalid={error !== null || undefined}
        placeholder={label}
      />
      <FieldNote error={error} />
    </div>
  )
}
