import type { ConnectionInfo, ConnectionTest, ConnectionUse, ConnectorInfo, TenonClient } from '@tenon/core/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { useResource } from '../client/use-resource.ts'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

interface ConnectionItemProps {
  readonly client: TenonClient
  readonly connection: ConnectionInfo
  /** Its connector; `undefined` while the connectors are loaded, and if the host has it no more. */
  readonly connector: ConnectorInfo | undefined
  /** True if the person has just saved it: it is tested once, since its credentials have not been tried. */
  readonly isJustSaved: boolean
  readonly onEdit: () => void
  readonly onChanged: () => void
  readonly onOpenWorkflow: ((workflowId: string) => void) | undefined
}

/** A connection in the list, with its state and what a person can do with it. */
export function ConnectionItem(props: ConnectionItemProps) {
  const { client, connection, connector, isJustSaved, onEdit, onChanged, onOpenWorkflow } = props
  const { t } = useInstance()
  const { id, name, status, statusReason, sharing, owner, values, mayChange, isProvided } = connection
  const service = connector?.title ?? connection.connector
  const [open, setOpen] = useState<'uses' | 'delete' | null>(null)
  const { test, result, isTesting, error } = useTest(client, id, onChanged)
  const isOver = status === 'needs_reauth'
  const canTest = connector?.canTest === true
  useTestOnce(isJustSaved && canTest && !isOver, test)
  const hasFailed = result?.ok === false
  const { host, database = '', access = 'none' } = values
  return (
    <li className="tn-connection">
      <div className="tn-connection-text">
        <b className="tn-strong" dir="auto">
          {name}
        </b>
        <Badge tone={isOver || hasFailed ? 'failed' : 'success'}>
          {t('connections.status', { status: !isOver && hasFailed ? 'failed' : status })}
        </Badge>
        <p className="tn-muted" dir="auto">
          {t('connections.detail', {
            connector: service,
            sharing: sharing.kind,
            owner: owner.displayName,
            isProvided: isProvided ? 'yes' : 'no',
          })}
          {values.username !== undefined && ` · ${t('connections.account', { name: values.username })}`}
        </p>
        {host !== undefined && (
          <p className="tn-muted" dir="auto">
            {t('connections.server', { host, database, access, hasDatabase: database === '' ? 'no' : 'yes' })}
          </p>
        )}
        {statusReason !== null && (
          <p className="tn-muted" dir="auto">
            {statusReason}
          </p>
        )}
        {isOver && !mayChange && (
          <p className="tn-muted">
            {isProvided ? t('connections.askProduct') : t('connections.askOwner', { owner: owner.displayName })}
          </p>
        )}
        {result !== null && (
          <p className="tn-connection-test" data-failed={hasFailed || undefined} role="status" dir="auto">
            {result.message}
          </p>
        )}
        {error !== null && <ErrorState title={t('connections.testFailed')} error={error} />}
      </div>
      <div className="tn-connection-actions">
        {mayChange && (
          <Button
            size="s"
            variant={isOver ? 'primary' : 'plain'}
            aria-label={t(isOver ? 'connections.againNamed' : 'connections.editNamed', { name })}
            onClick={onEdit}
          >
            {t(isOver ? 'connections.again' : 'connections.edit')}
          </Button>
        )}
        {canTest && (
          <Button size="s" busy={isTesting} aria-label={t('connections.testNamed', { name })} onClick={test}>
            {t('connections.test')}
          </Button>
        )}
        <Button size="s" aria-label={t('connections.usesNamed', { name })} onClick={() => setOpen('uses')}>
          {t('connections.uses')}
        </Button>
        {mayChange && (
          <Button
            size="s"
            variant="ghost"
            aria-label={t('connections.deleteNamed', { name })}
            onClick={() => setOpen('delete')}
          >
            {t('connections.delete')}
          </Button>
        )}
      </div>
      {open === 'uses' && (
        <UsesDialog
          client={client}
          connection={connection}
          onClose={() => setOpen(null)}
          onOpenWorkflow={onOpenWorkflow}
        />
      )}
      {open === 'delete' && (
        <DeleteDialog client={client} connection={connection} onClose={() => setOpen(null)} onDeleted={onChanged} />
      )}
    </li>
  )
}

interface TestState {
  readonly isTesting: boolean
  readonly result: ConnectionTest | null
  readonly error: unknown
}

const NOT_TESTED: TestState = { isTesting: false, result: null, error: null }

function useTest(client: TenonClient, id: string, onDone: () => void) {
  const [state, setState] = useState<TestState>(NOT_TESTED)
  const test = async (): Promise<void> => {
    setState({ ...NOT_TESTED, isTesting: true })
    try {
      setState({ ...NOT_TESTED, result: await client.connections.test(id) })
    } catch (error) {
      setState({ ...NOT_TESTED, error })
    }
    // A test may find that the credentials are no longer valid.
    onDone()
  }
  return { ...state, test: () => void test() }
}

function useTestOnce(isWanted: boolean, test: () => void): void {
  const latest = useRef(test)
  latest.current = test
  useEffect(() => {
    if (isWanted) latest.current()
  }, [isWanted])
}

interface DialogPartProps {
  readonly client: TenonClient
  readonly connection: ConnectionInfo
  readonly onClose: () => void
}

interface UsesDialogProps extends DialogPartProps {
  readonly onOpenWorkflow: ((workflowId: string) => void) | undefined
}

function UsesDialog({ client, connection: { id, name }, onClose, onOpenWorkflow }: UsesDialogProps) {
  const { t } = useInstance()
  const load = useCallback((abortSignal: AbortSignal) => client.connections.uses(id, { abortSignal }), [client, id])
  const uses = useResource(load)
  const items = uses.value?.items ?? []
  const nameOf = ({ workflowName, isPublished }: ConnectionUse) =>
    isPublished ? workflowName : t('connections.usedInDraft', { name: workflowName })
  return (
    <Dialog open title={t('connections.usedBy', { name })} onClose={onClose}>
      {uses.error !== null && <ResourceError resource={uses} />}
      {uses.value === null && uses.error === null && <Skeleton lines={2} height={24} />}
      {uses.value !== null && items.length === 0 && <p className="tn-muted">{t('connections.noUses')}</p>}
      <ul>
        {items.map((use) => (
          <li key={use.workflowId} dir="auto">
            {onOpenWorkflow === undefined ? (
              nameOf(use)
            ) : (
              <Button size="s" variant="ghost" onClick={() => onOpenWorkflow(use.workflowId)}>
                {nameOf(use)}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

/** Workflows that the dialog for a deletion names. */
const MAX_NAMES = 5

function DeleteDialog({
  client,
  connection: { id, name },
  onClose,
  onDeleted,
}: DialogPartProps & { readonly onDeleted: () => void }) {
  const { t } = useInstance()
  const { isSending, failure, send } = useSending()
  const load = useCallback((abortSignal: AbortSignal) => client.connections.uses(id, { abortSignal }), [client, id])
  const users = (useResource(load).value?.items ?? []).map(({ workflowName }) => workflowName)
  const remove = () =>
    send(async () => {
      await client.connections.remove(id)
      onClose()
      onDeleted()
    })
  if (failure !== null) {
    return (
      <Dialog open title={t('connections.deleteTitle', { name })} onClose={onClose}>
        <ErrorState title={t('connections.deleteFailed')} error={failure.error} />
      </Dialog>
    )
  }
  return (
    <ConfirmDialog
      open
      busy={isSending}
      title={t('connections.deleteTitle', { name })}
      description={
        users.length === 0
          ? t('connections.deleteWhy')
          : t('connections.deleteUsed', {
              names: users.slice(0, MAX_NAMES).join(', '),
              more: Math.max(0, users.length - MAX_NAMES),
            })
      }
      confirmLabel={t('connections.delete')}
      variant="danger"
      onClose={onClose}
      onConfirm={() => void remove()}
    />
  )
}
