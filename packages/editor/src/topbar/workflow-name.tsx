import { useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'

interface WorkflowNameProps {
  readonly name: string
  /** `null` where the name cannot be changed. */
  readonly onRename: ((name: string) => void) | null
}

/** The name of the workflow; a click turns it into a field, Enter keeps, Escape drops the change. */
export function WorkflowName({ name, onRename }: WorkflowNameProps) {
  const t = useTranslate()
  const [draft, setDraft] = useState<string | null>(null)
  if (onRename === null) return <h1 className="tn-topbar-name">{name}</h1>
  if (draft === null) {
    return (
      <h1 className="tn-topbar-name">
        <button type="button" title={t('topbar.rename')} onClick={() => setDraft(name)}>
          {name}
        </button>
      </h1>
    )
  }
  const finish = (keep: boolean) => {
    const next = draft.trim()
    if (keep && next !== '' && next !== name) onRename(next)
    setDraft(null)
  }
  return (
    <input
      className="tn-topbar-name tn-topbar-name-input"
      aria-label={t('topbar.name')}
      value={draft}
      maxLength={200}
      // biome-ignore lint/a11y/noAutofocus: the field takes the place of the button that was just pressed
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish(true)
        if (event.key === 'Escape') finish(false)
        event.stopPropagation()
      }}
    />
  )
}
