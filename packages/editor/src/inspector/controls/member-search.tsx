import type { Member } from '@tenon/core/client'
import { useContext, useEffect, useMemo, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { TextInput } from '../../ui/text-input.tsx'
import { useOptions } from '../../ui/use-options.ts'
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
  const list = useContext(MembersContext)
  const [text, setText] = useState('')
  const [query, setQuery] = useState('')
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
  const isOpen = text.trim() !== '' && query !== '' && (value !== null || error !== null)
  const clear = () => {
    setText('')
    setQuery('')
  }
  const options = useOptions({
    items: offered,
    onChoose: (member) => {
      onChoose(member)
      clear()
    },
    isOpen,
    canChoose: query === text.trim(),
  })
  return (
    <div className="tn-member-search">
      <TextInput
        id={undefined}
        {...options.field}
        aria-label={t('control.findPerson')}
        placeholder={t('control.findPerson')}
        value={text}
        onChange={(next) => {
          setText(next)
          options.reset()
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && text !== '') {
            event.stopPropagation()
            clear()
          }
          options.onKeyDown(event)
        }}
      />
      {isOpen && (
        <div
          ref={options.listRef}
          id={options.listId}
          role="listbox"
          aria-label={t('control.foundPeople')}
          className="tn-member-list"
        >
          {offered.map((member, index) => (
            <div key={member.userId} {...options.option(index)} className="tn-member">
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
