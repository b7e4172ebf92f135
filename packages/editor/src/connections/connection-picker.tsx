import type { ConnectionInfo, TenonClient } from '@tenon/core/client'
import { useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import type { ControlProps } from '../inspector/controls/control-props.ts'
import { useInstance } from '../instance/instance-context.ts'
import { ConnectionTexts } from '../shell/connection-texts.tsx'
import { Button } from '../ui/button.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ConnectionDialog } from './connection-dialog.tsx'
import { isOffered } from './connection-fields.ts'
import { isForbidden, useConnections, useConnectors } from './use-connections.ts'

interface ConnectionPickerProps extends ControlProps {
  readonly client: TenonClient
}

/** Chooses a connection of the tenant, or creates one, and connects it again if its credentials are no longer valid. */
export function ConnectionPicker(props: ConnectionPickerProps) {
  return (
    <ConnectionTexts>
      <Picker {...props} />
    </ConnectionTexts>
  )
}

/** Value of the choice of no connection, which is no id. */
const NONE = ''

function Picker({ client, field, value, onChange, isReadOnly }: ConnectionPickerProps) {
  const { t } = useInstance()
  const connections = useConnections(client)
  const connectors = useConnectors(client).value?.items ?? []
  /** Connection whose dialog is open; `null` for a new one, `undefined` for none. */
  const [edited, setEdited] = useState<ConnectionInfo | null | undefined>(undefined)
  const chosenId = typeof value === 'string' ? value : NONE
  const chosen = connections.items.find(({ id }) => id === chosenId)
  const { connectsTo } = field.meta
  // The chosen one is shown in any case. While the connectors load, all are.
  const offered = connections.items.filter(({ id, connector }) => {
    const known = connectors.find((each) => each.id === connector)
    return id === chosenId || known === undefined || isOffered(known, connectsTo)
  })
  const isLoaded = !connections.isLoading && connections.error === null && !connections.hasMore
  if (connections.isLoading && connections.items.length === 0) return <Skeleton height={32} />
  if (isForbidden(connections.error)) return <p className="tn-field-note">{t('connections.hidden')}</p>
  if (connections.error !== null && connections.items.length === 0) {
    return <ResourceError title={t('connections.loadFailed')} resource={connections} />
  }
  return (
    <div className="tn-connection-picker">
      <Select
        value={chosenId}
        disabled={isReadOnly}
        onChange={(id) => onChange(id === NONE ? undefined : id)}
        options={[
          { value: NONE, label: t('connections.picker.none') },
          ...offered.map(({ id, name, connector, owner, isProvided }) => {
            const service = connectors.find((each) => each.id === connector)?.title ?? connector
            const by = isProvided ? t('connections.picker.provided') : owner.displayName
            return { value: id, label: t('connections.picker.option', { name, service, owner: by }) }
          }),
        ]}
      />
      {!isReadOnly && (
        <Button size="s" icon="plus" onClick={() => setEdited(null)}>
          {t('connections.new')}
        </Button>
      )}
      {chosenId !== NONE && chosen === undefined && isLoaded && (
        <p className="tn-field-note" data-error role="alert">
          {t('connections.picker.missing')}
        </p>
      )}
      {chosen?.status === 'needs_reauth' && (
        <div role="alert">
          <p className="tn-field-note" data-error>
            {t('connections.picker.again')}
          </p>
          {chosen.mayChange ? (
            <Button size="s" onClick={() => setEdited(chosen)}>
              {t('connections.again')}
            </Button>
          ) : (
            <p className="tn-field-note">
              {chosen.isProvided
                ? t('connections.askProduct')
                : t('connections.askOwner', { owner: chosen.owner.displayName })}
            </p>
          )}
        </div>
      )}
      {edited !== undefined && (
        <ConnectionDialog
          client={client}
          connection={edited}
          connectsTo={connectsTo}
          onClose={() => setEdited(undefined)}
          onSaved={({ id }) => {
            setEdited(undefined)
            connections.refresh()
            onChange(id)
          }}
        />
      )}
    </div>
  )
}
