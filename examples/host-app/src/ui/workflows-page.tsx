import type { TenonClient, Workflow } from '@tenon/core/client'
import { useEffect, useState } from 'react'

interface WorkflowsPageProps {
  readonly client: TenonClient
  readonly canCreate: boolean
  readonly onOpen: (workflowId: string) => void
}

/** The tenant's workflows, and the way to a new one. */
export function WorkflowsPage({ client, canCreate, onOpen }: WorkflowsPageProps) {
  const [workflows, setWorkflows] = useState<readonly Workflow[] | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [name, setName] = useState('')
  useEffect(() => {
    let isShown = true
    const load = () =>
      client.workflows.list().then(
        (page) => isShown && setWorkflows(page.items),
        (error: unknown) => isShown && setFailure(messageOf(error)),
      )
    // Others create, rename, publish and delete workflows while the list is open.
    const unsubscribe = client.changes.subscribe((changes) => {
      if (changes.some(({ kind }) => kind !== 'run' && kind !== 'approval')) void load()
    })
    void load()
    return () => {
      isShown = false
      unsubscribe()
    }
  }, [client])
  const create = async () => {
    try {
      onOpen((await client.workflows.create({ name: name.trim() || 'Untitled automation' })).id)
    } catch (error) {
      setFailure(messageOf(error))
    }
  }
  return (
    <div className="page">
      <header className="page-head">
        <h1>Automations</h1>
        {canCreate && (
          <form
            className="page-form"
            onSubmit={(event) => {
              event.preventDefault()
              void create()
            }}
          >
            <input
              aria-label="Name of the new automation"
              placeholder="Name"
              value={name}
              maxLength={120}
              onChange={(event) => setName(event.target.value)}
            />
            <button type="submit" className="desk-button">
              New automation
            </button>
          </form>
        )}
      </header>
      {failure !== null && (
        <p role="alert" className="page-failure">
          {failure}
        </p>
      )}
      {workflows === null && failure === null && <p className="page-wait">Loading …</p>}
      {workflows?.length === 0 && <p className="page-wait">Nothing here yet. Name your first automation above.</p>}
      <ul className="page-list">
        {workflows?.map((workflow) => (
          <li key={workflow.id}>
            <button type="button" className="page-row page-open" onClick={() => onOpen(workflow.id)}>
              <span className="page-text">
                <strong>{workflow.name}</strong>
                <span>{workflow.description || 'No description'}</span>
              </span>
              <span className="page-state">
                {workflow.version === null ? 'Draft' : `v${workflow.version}`}
                {workflow.hasUnpublishedChanges && workflow.version !== null ? ' · changed' : ''}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
