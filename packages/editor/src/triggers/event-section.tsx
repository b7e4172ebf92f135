import type { EventType, TenonClient } from '@tenon/core/client'
import type { Json, JsonObject, NodeId } from '@tenon/core/document'
import { useCallback } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { useResource } from '../client/use-resource.ts'
import { useInstance } from '../instance/instance-context.ts'
import { useSession } from '../session/session-context.tsx'
import { Field } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import { FilterTrial } from './filter-trial.tsx'

interface EventSectionProps {
  readonly nodeId: NodeId
  readonly params: JsonObject
  readonly client: TenonClient
}

/** Part of an event trigger: the types that the host has declared, and its filter on the last events of its type. */
export function EventSection({ nodeId, params, client }: EventSectionProps) {
  const { t } = useInstance()
  const { dispatch } = useSession()
  const load = useCallback((abortSignal: AbortSignal) => client.events.types({ abortSignal }), [client])
  const types = useResource(load)
  const eventType = textOf(params['eventType'])
  if (types.value === null) {
    return types.error === null ? null : <ResourceError title={t('triggers.typesFailed')} resource={types} />
  }
  const { items, undeclared } = types.value
  const declared = items.find(({ type }) => type === eventType) ?? null
  const choose = (type: string): void => {
    const chosen = items.find((item) => item.type === type)
    if (chosen === undefined) return
    dispatch({ type: 'set-param', nodeId, path: ['eventType'], value: type })
    if (chosen.schema !== null) {
      dispatch({ type: 'set-param', nodeId, path: ['schema'], value: chosen.schema as Json, isAsWritten: true })
    }
  }
  return (
    <>
      {items.length > 0 && (
        <Field
          label={t('triggers.declared')}
          help={declared?.description ?? t('triggers.declaredHelp')}
          {...(undeclared === 'refuse' && declared === null && eventType !== ''
            ? { error: t('triggers.undeclared', { type: eventType }) }
            : {})}
        >
          <Select value={declared?.type ?? null} onChange={choose} options={items.map(optionOf)} />
        </Field>
      )}
      {declared !== null && declared.example !== null && (
        <details className="tn-trigger-example">
          <summary>{t('triggers.example')}</summary>
          <pre className="tn-mono" dir="ltr">
            {JSON.stringify(declared.example, null, 2)}
          </pre>
        </details>
      )}
      {eventType !== '' && (
        <FilterTrial
          client={client}
          eventType={eventType}
          filter={textOf(params['filter'])}
          example={declared?.example ?? null}
        />
      )}
    </>
  )
}

function optionOf({ type, title }: EventType) {
  return { value: type, label: title === type ? type : `${title} (${type})` }
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value.trim() : ''
}
