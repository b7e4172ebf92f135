import type { ConnectionInfo, ConnectorInfo, TenonClient } from '@tenon/core/client'
import { useId, useLayoutEffect, useRef, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { viewOf } from '../instance/browser.ts'
import { useInstance } from '../instance/instance-context.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { TextArea, TextInput } from '../ui/text-input.tsx'
import { authorize } from './authorize.ts'
import {
  asksForHosts,
  type ConnectionDraft,
  draftOf,
  faultsOf,
  isComplete,
  isOffered,
  keepsSecret,
  reasonToEnter,
  toCreate,
  toUpdate,
} from './connection-fields.ts'
import { useConnectors } from './use-connections.ts'

interface ConnectionDialogProps {
  readonly client: TenonClient
  /** Connection to change; `null` for a new one. */
  readonly connection: ConnectionInfo | null
  /** Connector of a new connection. @defaultValue the first one, and the person may choose */
  readonly connectorId?: string | undefined
  /** Kind of the connectors to choose from. @defaultValue all */
  readonly connectsTo?: string | undefined
  readonly onClose: () => void
  readonly onSaved: (connection: ConnectionInfo) => void
}

/** Dialog in which a person creates a connection, changes it, or enters its secrets again. */
export function ConnectionDialog({
  client,
  connection,
  connectorId,
  connectsTo,
  onClose,
  onSaved,
}: ConnectionDialogProps) {
  const { t } = useInstance()
  const connectors = useConnectors(client)
  const title =
    connection === null
      ? t('connections.form.new')
      : t(connection.status === 'connected' ? 'connections.form.edit' : 'connections.form.again', {
          name: connection.name,
        })
  const all = connectors.value?.items ?? []
  const items = all.filter((connector) => isOffered(connector, connectsTo))
  const wanted = connection?.connector ?? connectorId
  const first = wanted === undefined ? items[0] : all.find(({ id }) => id === wanted)
  if (first === undefined) {
    return (
      <Dialog open title={title} onClose={onClose}>
        {connectors.error === null ? <Skeleton lines={4} height={32} /> : <ResourceError resource={connectors} />}
      </Dialog>
    )
  }
  const isFixed = connection !== null || connectorId !== undefined
  return (
    <ConnectionForm
      {...{ client, connection, onClose, onSaved, title }}
      connectors={isFixed ? [first] : items}
      first={first}
      secretManager={connectors.value?.secretManager ?? null}
    />
  )
}

interface ConnectionFormProps extends Omit<ConnectionDialogProps, 'connectorId' | 'connectsTo'> {
  readonly title: string
  readonly connectors: readonly ConnectorInfo[]
  readonly first: ConnectorInfo
  /** Name of the secret manager of the host; `null` without one. */
  readonly secretManager: string | null
}

function ConnectionForm(props: ConnectionFormProps) {
  const { client, connection, title, connectors, first, secretManager, onClose, onSaved } = props
  const { t, portal } = useInstance()
  const formId = useId()
  const form = useRef<HTMLFormElement>(null)
  const isAgain = connection?.status === 'needs_reauth'
  // After the dialog has focused its first field, the name: the credentials are what is asked for.
  useLayoutEffect(() => {
    if (isAgain) form.current?.querySelector<HTMLElement>('input[type="password"]')?.focus()
  }, [isAgain])
  const [draft, setDraft] = useState(() => draftOf(connection, first))
  const [stored, setStored] = useState(connection)
  const [isSaving, setIsSaving] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const connector = connectors.find(({ id }) => id === draft.connector) ?? first
  const change = (part: Partial<ConnectionDraft>) => setDraft((before) => ({ ...before, ...part }))
  const choose = (id: string) => {
    const chosen = connectors.find((each) => each.id === id) ?? first
    setDraft(({ name, sharing }) => ({ ...draftOf(null, chosen), name, sharing }))
  }
  const faults = faultsOf(error)
  const isOAuth = connector.auth === 'oauth2'
  // The page of the service is asked when its user connects, not when the name of a working connection changes.
  const needsPage = isOAuth && connection?.status !== 'connected'
  const save = async (): Promise<void> => {
    // Before the first wait: browsers open windows for a click only.
    const host = viewOf(portal)
    const page = needsPage ? (host?.open('', '_blank', 'popup,width=520,height=680') ?? null) : null
    setIsSaving(true)
    setError(null)
    try {
      const saved =
        stored === null
          ? await client.connections.create(toCreate(draft))
          : await client.connections.update(stored.id, toUpdate(draft, stored))
      // A second try must not create another connection.
      setStored(saved)
      onSaved(needsPage ? await authorize(client, saved.id, { host, page }) : saved)
    } catch (thrown) {
      page?.close()
      setError(thrown)
      setIsSaving(false)
    }
  }
  return (
    <Dialog
      open
      busy={isSaving}
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button disabled={isSaving} onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button
            variant="primary"
            type="submit"
            form={formId}
            busy={isSaving}
            disabled={!isComplete(draft, connector, connection)}
          >
            {t(connection?.status !== 'connected' ? 'connections.form.connect' : 'connections.form.save')}
          </Button>
        </>
      }
    >
      <form
        ref={form}
        id={formId}
        className="tn-form"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault()
          if (isComplete(draft, connector, connection) && !isSaving) void save()
        }}
      >
        {connectors.length > 1 && (
          <Field label={t('connections.form.service')}>
            <Select
              value={draft.connector}
              onChange={choose}
              options={connectors.map(({ id, title: label }) => ({ value: id, label }))}
            />
          </Field>
        )}
        <Field label={t('connections.form.name')} required {...faultAt(faults, 'name')}>
          <TextInput value={draft.name} maxLength={200} onChange={(name) => change({ name })} />
        </Field>
        {needsPage && <p className="tn-muted">{t('connections.form.page')}</p>}
        <ConnectorFields {...{ connector, connection, draft, faults, secretManager }} onChange={change} />
        <Sharing draft={draft} onChange={change} />
        {error !== null && <ErrorState title={t('connections.form.failed')} error={error} />}
      </form>
    </Dialog>
  )
}

interface PartProps {
  readonly draft: ConnectionDraft
  readonly onChange: (part: Partial<ConnectionDraft>) => void
}

interface ConnectorFieldsProps extends PartProps {
  readonly connector: ConnectorInfo
  readonly connection: ConnectionInfo | null
  readonly secretManager: string | null
  /** Texts about faulty fields, as {@link faultsOf} names them. */
  readonly faults: ReadonlyMap<string, string>
}

/** Returns the error of a field, as its props have it. */
function faultAt(faults: ReadonlyMap<string, string>, field: string): { readonly error?: string } {
  const error = faults.get(field)
  return error === undefined ? {} : { error }
}

/** Fields of the connector, and the hosts that it leaves open. */
function ConnectorFields({ connector, connection, draft, faults, secretManager, onChange }: ConnectorFieldsProps) {
  const { t, locale } = useInstance()
  const { isReference } = draft
  const mayRefer = isReference || (secretManager !== null && connector.fields.some(({ isSecret }) => isSecret))
  return (
    <>
      {mayRefer && (
        <Field
          label={t('connections.form.kept')}
          help={t('connections.form.keptHelp', { kept: isReference ? 'yes' : 'no' })}
        >
          <Select<'here' | 'manager'>
            value={isReference ? 'manager' : 'here'}
            onChange={(kept) => onChange({ isReference: kept === 'manager', secrets: {} })}
            options={[
              { value: 'here', label: t('connections.form.keptHere') },
              { value: 'manager', label: secretManager ?? t('connections.form.keptManager') },
            ]}
          />
        </Field>
      )}
      {connector.fields.map(({ name, isSecret, isRequired, choices }) => {
        const given = isSecret ? draft.secrets : draft.values
        const set = (value: string) => onChange({ [isSecret ? 'secrets' : 'values']: { ...given, [name]: value } })
        const stored = connection?.secrets[name]
        const help =
          stored === undefined
            ? name === 'ca'
              ? { help: t('connections.form.caHelp') }
              : {}
            : {
                help: t('connections.form.setBy', {
                  reason: reasonToEnter(draft, connection, name) ?? 'none',
                  time: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(
                    Date.parse(stored.setAt),
                  ),
                  name: stored.setBy,
                }),
              }
        return (
          <Field
            key={name}
            label={
              isSecret && isReference
                ? t('connections.form.reference', { field: t('connections.form.field', { field: name }) })
                : t('connections.form.field', { field: name })
            }
            required={isRequired && !(isSecret && keepsSecret(draft, connection, name))}
            {...help}
            {...faultAt(faults, `${isSecret ? (isReference ? 'references' : 'secrets') : 'values'}.${name}`)}
          >
            {name === 'ca' ? (
              <TextArea rows={4} mono value={given[name] ?? ''} onChange={set} />
            ) : choices === undefined ? (
              <TextInput
                value={given[name] ?? ''}
                {...(isSecret && !isReference
                  ? { type: 'password', autoComplete: 'new-password' }
                  : { maxLength: isSecret ? 1_000 : 8_000 })}
                onChange={set}
              />
            ) : (
              <Select
                value={given[name] ?? null}
                onChange={set}
                options={choices.map((choice) => ({ value: choice, label: t('connections.form.choice', { choice }) }))}
              />
            )}
          </Field>
        )
      })}
      {asksForHosts(connector) && (
        <Field
          label={t('connections.form.hosts')}
          help={t('connections.form.hostsHelp')}
          required
          {...faultAt(faults, 'allowedHosts')}
        >
          <TextArea rows={2} mono value={draft.hosts} onChange={(hosts) => onChange({ hosts })} />
        </Field>
      )}
    </>
  )
}

function Sharing({ draft: { sharing }, onChange }: PartProps) {
  const { t } = useInstance()
  const kinds =
    sharing.kind === 'workflows' ? (['tenant', 'user', 'workflows'] as const) : (['tenant', 'user'] as const)
  return (
    <Field label={t('connections.form.sharing')}>
      <Select<'tenant' | 'user' | 'workflows'>
        value={sharing.kind}
        onChange={(kind) => {
          if (kind !== 'workflows') onChange({ sharing: { kind } })
        }}
        options={kinds.map((kind) => ({ value: kind, label: t('connections.form.sharingChoice', { sharing: kind }) }))}
      />
    </Field>
  )
}
