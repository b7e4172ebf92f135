import { useState } from 'react'
import { useInstance, useTranslate } from '../instance/instance-context.ts'
import { useTypedText } from '../session/use-typed-text.ts'
import { typedKeys } from '../ui/key-handler.ts'

interface WorkflowNameProps {
  readonly name: string
  /** Called with the new name; `null` if the name cannot be changed. */
  readonly onRename: ((name: string) => void) | null
}

/** Name of the workflow; a click turns it into a field, Enter saves, Escape discards the change. */
export function WorkflowName({ name, onRename }: WorkflowNameProps) {
  const t = useTranslate()
  const [isOpen, setIsOpen] = useState(false)
  if (onRename === null)
    return (
      <h1 className="tn-topbar-name" dir="auto">
        {name}
      </h1>
    )
  if (isOpen) return <NameField name={name} onRename={onRename} onClose={() => setIsOpen(false)} />
  return (
    <h1 className="tn-topbar-name">
      <button type="button" dir="auto" title={t('topbar.rename')} onClick={() => setIsOpen(true)}>
        {name}
      </button>
    </h1>
  )
}

interface NameFieldProps {
  readonly name: string
  readonly onRename: (name: string) => void
  readonly onClose: () => void
}

function NameField({ name, onRename, onClose }: NameFieldProps) {
  const { t, afterPress } = useInstance()
  const typed = useTypedText({
    field: { key: 'workflow/name', nodeId: null, path: ['workflow', 'name'], label: t('topbar.name') },
    value: name,
    // Committed when the field is left, since all users see the name and a part of it is another name.
    commitOn: 'leave',
    check: (text) => (text.trim() === '' ? t('topbar.nameEmpty') : null),
    onCommit: (text) => onRename(text.trim()),
  })
  const finish = (isKept: boolean) => {
    if (isKept && typed.isStorable) typed.commit()
    else typed.cancel()
    onClose()
  }
  return (
    <input
      className="tn-topbar-name tn-topbar-name-input"
      dir="auto"
      aria-label={t('topbar.name')}
      value={typed.text}
      maxLength={200}
      // biome-ignore lint/a11y/noAutofocus: the field replaces the button that was just pressed
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => typed.onChange(event.target.value)}
      onBlur={() => afterPress(() => finish(true))}
      onKeyDown={typedKeys((event) => {
        if (event.key === 'Enter') finish(true)
        if (event.key === 'Escape') finish(false)
        event.stopPropagation()
      })}
    />
  )
}
