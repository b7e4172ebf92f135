import type { Member } from '@tenon/core/client'
import { useContext, useEffect, useId, useMemo, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { TextInput } from '../../ui/text-input.tsx'
import { MembersContext } from './members-context.ts'

/** Pause in typing before people are searched, in milliseconds. */
const PAUSE_MS = 250

interface MemberSearchProps {
  /** People that are chosen already, so they are not offered. */
  readonly chosen: readonly string[]
  readonly onChoose: (member: Member) => void
}

/** Field that finds people of the tenant by name and adds the chosen one. */
export function MemberSearch({ chosen, onChoose }: MemberSearchProps) {
  const t = useTranslate()
  const listId = useId()
  const list = useContext(MembersContext)
  const [text, setText] = useState('')
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  useEffect(() => {
    const timer = setTimeout(() => setQuery(text.trim()), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  const load = useMemo(
    () => (list === null || query === '' ? null : (abortSignal: AbortSignal) => list({ query }, { abortSignal })),
    [list, query],
  )
  const { value, error } = useResource(load)
  const offered = (value?.items ?? []).filter(({ userId }) => !chosen.includes(userId))
  const active = Math.min(at, Math.max(0, offered.length - 1))
  const isOpen = text.trim() !== '' && query !== '' && (value !== null || error !== null)
  const clear = () => {
    setText('')
    setQuery('')
  }
  const choose = (member: Member) => {
    onChoose(member)
    clear()
  }
  return (
    <div className="tn-member-search">
      <TextInput
        id={undefined}
        role="combobox"
        aria-label={t('control.findPerson')}
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-autocomplete="list"
        {...(isOpen && offered.length > 0 ? { 'aria-activedescendant': `${listId}-${active}` } : {})}
        placeholder={t('control.findPerson')}
        value={text}
        onChange={(next) => {
          setText(next)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && text !== '') {
            event.stopPropagation()
            clear()
          }
          if (event.key === 'ArrowDown') setAt(Math.min(active + 1, offered.length - 1))
          if (event.key === 'ArrowUp') setAt(Math.max(active - 1, 0))
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') event.preventDefault()
          const member = offered[active]
          // The list may still be that of an earlier text, and Enter may end an input method.
          const isCurrent = query === text.trim() && !event.nativeEvent.isComposing
          if (event.key === 'Enter' && isOpen && isCurrent && member !== undefined) choose(member)
        }}
      />
      {isOpen && (
        <div id={listId} role="listbox" aria-label={t('control.foundPeople')} className="tn-member-list">
          {offered.map((member, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus
            <div
              key={member.userId}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              className="tn-member"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(member)}
            >
              <span className="tn-strong" dir="auto">
                {member.displayName}
              </span>
              {member.detail !== undefined && (
                <span className="tn-muted" dir="auto">
                  {member.detail}
                </span>
              )}
            </div>
          ))}
        </div>
      )}
      {isOpen && offered.length === 0 && (
        <p className="tn-field-note" role="status">
          {error === null ? t('control.noPerson', { query }) : t('control.peopleFailed')}
        </p>
      )}
    </div>
  )
}
