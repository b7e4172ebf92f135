import { useState } from 'react'
import { useDelayedChange } from '../../session/use-delayed-change.ts'
import { FieldNote } from '../../ui/field.tsx'
import { TextInput } from '../../ui/text-input.tsx'

interface AddTextProps {
  readonly label: string
  /** Why a text cannot be added; `null` when it can. @defaultValue every text can */
  readonly check?: (text: string) => string | null
  /** Gets the text without spaces around it, never an empty one. */
  readonly onAdd: (text: string) => void
}

/** Adds texts to a list: by Enter, and when the field is left in any other way. */
export function AddText({ label, check = () => null, onAdd }: AddTextProps) {
  const [draft, setDraft] = useState('')
  const error = draft.trim() === '' ? null : check(draft.trim())
  const change = useDelayedChange(
    (text) => {
      const added = text.trim()
      if (added !== '' && check(added) === null) onAdd(added)
    },
    { pauseMs: null },
  )
  const add = () => {
    change.flush()
    if (error === null) setDraft('')
  }
  return (
    <div>
      <TextInput
        id={undefined}
        value={draft}
        onChange={(text) => {
          setDraft(text)
          change.push(text)
        }}
        onBlur={add}
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
