import type { TenonClient } from '@tenon/core/client'
import { connectionParamOf } from '@tenon/core/document'
import { useEffect, useMemo, useRef, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { useResource } from '../client/use-resource.ts'
import type { ControlProps } from '../inspector/controls/control-props.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { ConnectionTexts } from '../shell/connection-texts.tsx'
import { Button } from '../ui/button.tsx'
import { Popover } from '../ui/popover.tsx'
import { SearchInput } from '../ui/search-input.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useOptions } from '../ui/use-options.ts'
import { useConnections, useConnectors } from './use-connections.ts'

interface LookupButtonProps extends ControlProps {
  readonly client: TenonClient
}

/** Button below a field that lists things at the service of the connection of the node; the chosen one fills the field. */
export function LookupButton(props: LookupButtonProps) {
  return (
    <ConnectionTexts>
      <div className="tn-lookup">
        <Lookup {...props} />
      </div>
    </ConnectionTexts>
  )
}

function Lookup({ client, nodeId, field, rootSchema, onChange }: LookupButtonProps) {
  const t = useTranslate()
  const [isOpen, setIsOpen] = useState(false)
  const param = connectionParamOf(rootSchema)
  const connectionId = useEditorStore((state) => {
    const value = param === null ? undefined : state.nodesById.get(nodeId)?.params[param]
    return typeof value === 'string' ? value : ''
  })
  const connector = useConnections(client).items.find(({ id }) => id === connectionId)?.connector
  const service = useConnectors(client).value?.items.find(({ id }) => id === connector)?.title
  const { lookup } = field.meta
  if (lookup === undefined) return null
  if (connectionId === '') return <p className="tn-field-note">{t('connections.lookup.needsConnection')}</p>
  // A connection that the user may not see lists nothing.
  if (service === undefined) return null
  return (
    <Popover
      label={field.title}
      align="start"
      open={isOpen}
      onOpenChange={setIsOpen}
      trigger={
        <Button size="s" icon="search">
          {t('connections.lookup.choose', { service })}
        </Button>
      }
    >
      <Choices
        client={client}
        connectionId={connectionId}
        lookup={lookup}
        onChoose={(value) => {
          setIsOpen(false)
          onChange(value)
        }}
      />
    </Popover>
  )
}

/** Pause in typing before the service is asked, in milliseconds. */
const PAUSE_MS = 300

interface ChoicesProps {
  readonly client: TenonClient
  readonly connectionId: string
  readonly lookup: string
  readonly onChoose: (value: string) => void
}

function Choices({ client, connectionId, lookup, onChoose }: ChoicesProps) {
  const t = useTranslate()
  const [text, setText] = useState('')
  const [search, setSearch] = useState('')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus({ preventScroll: true }), [])
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text.trim()), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  const load = useMemo(
    () => (abortSignal: AbortSignal) =>
      client.connections.lookUp(connectionId, lookup, search === '' ? {} : { search }, { abortSignal }),
    [client, connectionId, lookup, search],
  )
  const choices = useResource(load)
  const items = choices.value?.items ?? []
  const options = useOptions({ items, onChoose: ({ value }) => onChoose(value), canChoose: search === text.trim() })
  return (
    <>
      <SearchInput
        ref={input}
        label={t('connections.lookup.search')}
        value={text}
        onChange={(next) => {
          setText(next)
          options.reset()
        }}
        onKeyDown={options.onKeyDown}
        list={options.field}
      />
      {choices.error !== null && <ResourceError title={t('connections.lookup.failed')} resource={choices} />}
      {choices.error === null && choices.value === null && <Skeleton lines={3} height={28} />}
      <div
        ref={options.listRef}
        id={options.listId}
        role="listbox"
        className="tn-picker-list"
        aria-label={t('connections.lookup.list')}
      >
        {items.map((item, index) => (
          <div key={item.value} {...options.option(index)} className="tn-picker-item">
            <span dir="auto">{item.title}</span>
            {item.detail !== undefined && (
              <small className="tn-muted" dir="auto">
                {item.detail}
              </small>
            )}
          </div>
        ))}
        {choices.value !== null && items.length === 0 && (
          <p className="tn-picker-empty">{t('connections.lookup.none')}</p>
        )}
      </div>
    </>
  )
}
