import type { TenonClient, Workflow } from '@tenon/core/client'
import { lazy, Suspense, useState } from 'react'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { duplicateWorkflow } from './duplicate-workflow.ts'
import { nonce } from './nonce.ts'
import type { Theme } from './use-theme.ts'
import { messageOf, useWorkflows } from './use-workflows.ts'

// Loads after the list, which does not wait for it.
const TenantPause = lazy(async () => ({ default: (await import('@tenon/editor/runs')).TenantPause }))

interface WorkflowsPageProps {
  readonly client: TenonClient
  readonly theme: Theme
  readonly canEdit: boolean
  readonly onOpen: (workflowId: string) => void
}

/** Something that was done, with the way back where there is one. */
interface Notice {
  readonly text: string
  readonly undo: (() => Promise<unknown>) | null
}

/** The tenant's workflows: open, create, duplicate, delete and restore them. */
export function WorkflowsPage({ client, theme, canEdit, onOpen }: WorkflowsPageProps) {
  const { items, areAllPaused, failure, hasMore, loadMore, reload } = useWorkflows(client)
  const [problem, setProblem] = useState<string | null>(null)
  const [notice, setNotice] = useState<Notice | null>(null)
  const [deleting, setDeleting] = useState<Workflow | null>(null)
  const [busyId, setBusyId] = useState<string | null>(null)
  /** Runs an action on one workflow; its buttons wait meanwhile. */
  const act = async (workflowId: string, action: () => Promise<Notice | null>) => {
    setBusyId(workflowId)
    setProblem(null)
    setNotice(null)
    try {
      setNotice(await action())
      reload()
    } catch (error) {
      setProblem(messageOf(error))
    }
    setBusyId(null)
  }
  const create = (name: string) =>
    act('', async () => {
      onOpen((await client.workflows.create({ name: name.trim() || 'Untitled automation' })).id)
      return null
    })
  const duplicate = (workflow: Workflow) =>
    act(workflow.id, async () => {
      const { name } = await duplicateWorkflow(client, workflow)
      return { text: `"${name}" was created. Secrets are not copied.`, undo: null }
    })
  const remove = ({ id, name }: Workflow) =>
    act(id, async () => {
      await client.workflows.remove(id)
      return { text: `"${name}" was deleted.`, undo: () => client.workflows.restore(id) }
    })
  const undo = (action: () => Promise<unknown>) =>
    act('', async () => {
      await action()
      return null
    })
  return (
    <div className="page">
      <header className="page-head">
        <h1>Automations</h1>
        {canEdit && <NewWorkflow isBusy={busyId === ''} onCreate={create} />}
      </header>
      <Suspense>
        <TenantPause client={client} theme={theme} nonce={nonce()} />
      </Suspense>
      {(problem ?? failure) !== null && (
        <p role="alert" className="page-failure">
          {problem ?? `${failure} Trying again…`}{' '}
          {problem === null && (
            <button type="button" className="desk-plain" onClick={reload}>
              Try again
            </button>
          )}
        </p>
      )}
      {notice !== null && (
        <p role="status" className="page-notice">
          {notice.text}{' '}
          {notice.undo !== null && (
            <button type="button" className="desk-plain" onClick={() => notice.undo !== null && void undo(notice.undo)}>
              Undo
            </button>
          )}
        </p>
      )}
      {items === null && failure === null && <p className="page-wait">Loading …</p>}
      {items?.length === 0 && (
        <p className="page-wait">
          {canEdit ? 'No automations yet. Name your first one above.' : 'No automations yet.'}
        </p>
      )}
      <ul className="page-list">
        {items?.map((workflow) => (
          <WorkflowRow
            key={workflow.id}
            workflow={workflow}
            isPaused={areAllPaused || workflow.pause !== null}
            canEdit={canEdit}
            isBusy={busyId === workflow.id}
            onOpen={() => onOpen(workflow.id)}
            onDuplicate={() => void duplicate(workflow)}
            onDelete={() => setDeleting(workflow)}
          />
        ))}
      </ul>
      {hasMore && (
        <button type="button" className="desk-plain page-more" onClick={loadMore}>
          Load more
        </button>
      )}
      {deleting !== null && (
        <ConfirmDialog
          title={`Delete "${deleting.name}"?`}
          text="It starts no more runs by itself. Runs in progress continue, and published automations that run this one still do. You can undo this."
          confirmLabel="Delete"
          onClose={() => setDeleting(null)}
          onConfirm={() => {
            setDeleting(null)
            void remove(deleting)
          }}
        />
      )}
    </div>
  )
}

function NewWorkflow({ isBusy, onCreate }: { readonly isBusy: boolean; readonly onCreate: (name: string) => void }) {
  const [name, setName] = useState('')
  return (
    <form
      className="page-form"
      onSubmit={(event) => {
        event.preventDefault()
        onCreate(name)
      }}
    >
      <input
        aria-label="Name of the new automation"
        placeholder="Name"
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="desk-button" disabled={isBusy}>
        New automation
      </button>
    </form>
  )
}

const NEXT_RUN = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' })

interface WorkflowRowProps {
  readonly workflow: Workflow
  /** True if the workflow is paused, by itself or with all others. */
  readonly isPaused: boolean
  readonly canEdit: boolean
  readonly isBusy: boolean
  readonly onOpen: () => void
  readonly onDuplicate: () => void
  readonly onDelete: () => void
}

function WorkflowRow({ workflow, isPaused, canEdit, isBusy, onOpen, onDuplicate, onDelete }: WorkflowRowProps) {
  const { name, description, liveVersion, hasUnpublishedChanges, nextRunAt, pausedTriggers } = workflow
  const published = liveVersion === null ? 'Draft' : `v${liveVersion}${hasUnpublishedChanges ? ' · changed' : ''}`
  const state = isPaused ? `${published} · paused` : published
  const paused = pausedTriggers === 1 ? '1 paused trigger' : `${pausedTriggers} paused triggers`
  return (
    <li className="page-row">
      <button type="button" className="page-open" onClick={onOpen}>
        <strong>{name}</strong>
        <span>{description || 'No description'}</span>
      </button>
      <span className="page-state">
        {state}
        {pausedTriggers > 0 && ` · ${paused}`}
        {nextRunAt !== null && (
          <>
            {' · next run '}
            <time dateTime={nextRunAt}>{NEXT_RUN.format(Date.parse(nextRunAt))}</time>
          </>
        )}
      </span>
      {canEdit && (
        <span className="page-actions">
          <button
            type="button"
            className="desk-plain"
            aria-label={`Duplicate ${name}`}
            disabled={isBusy}
            onClick={onDuplicate}
          >
            Duplicate
          </button>
          <button
            type="button"
            className="desk-plain"
            aria-label={`Delete ${name}`}
            disabled={isBusy}
            onClick={onDelete}
          >
            Delete
          </button>
        </span>
      )}
    </li>
  )
}
