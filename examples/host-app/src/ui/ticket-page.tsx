import { everyItem, type TenonClient, type Workflow } from '@tenon/core/client'
import { useState } from 'react'
import { TICKETS } from './tickets.ts'

interface TicketPageProps {
  readonly client: TenonClient
  readonly canRoute: boolean
  readonly onOpenRun: (runId: string) => void
}

/** The desk's own page: new tickets, each of which can be sent through the router. */
export function TicketPage({ client, canRoute, onOpenRun }: TicketPageProps) {
  const [busy, setBusy] = useState<string | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const route = async (ticket: (typeof TICKETS)[number]) => {
    setBusy(ticket.ticket_id)
    setFailure(null)
    try {
      const router = await findRouter(client)
      if (router === null) throw new Error('Publish a workflow named "Support ticket router" first.')
      const { ticket_id, text, customer_id } = ticket
      const run = await client.runs.start(router.id, { input: { ticket_id, text, customer_id } })
      onOpenRun(run.runId)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
      setBusy(null)
    }
  }
  return (
    <div className="page">
      <header className="page-head">
        <h1>Tickets</h1>
        <p>New messages from customers. Route one, and watch the automation work.</p>
      </header>
      {failure !== null && (
        <p role="alert" className="page-failure">
          {failure}
        </p>
      )}
      <ul className="page-list">
        {TICKETS.map((ticket) => (
          <li key={ticket.ticket_id} className="page-row">
            <div className="page-text">
              <strong>{ticket.text}</strong>
              <span>
                {ticket.ticket_id} · {ticket.customer}
              </span>
            </div>
            {canRoute && (
              <button type="button" className="desk-button" disabled={busy !== null} onClick={() => void route(ticket)}>
                {busy === ticket.ticket_id ? 'Routing …' : 'Route'}
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

async function findRouter(client: TenonClient): Promise<Workflow | null> {
  for await (const workflow of everyItem((page) => client.workflows.list(page))) {
    if (workflow.name === 'Support ticket router' && workflow.version !== null) return workflow
  }
  return null
}
