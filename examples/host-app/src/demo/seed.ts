import { everyItem, type TenonClient, type Workflow } from '@tenon/core/client'
import { canonicalText } from '@tenon/core/document'
import type { WorkflowServer } from '@tenon/server'
import { PEOPLE, TENANTS } from './people.ts'
import { accumulatedContext } from './workflows/accumulated-context.ts'
import { invoices } from './workflows/invoices.ts'
import { refundAgent } from './workflows/refund-agent.ts'
import { supportTicketRouter } from './workflows/support-ticket-router.ts'

/** Gives a tenant that has no workflow yet the ready ones, published, so that there is something to look at. */
export async function seedWorkflows(automation: WorkflowServer, port: number): Promise<void> {
  const desk = `http://127.0.0.1:${port}/demo/desk`
  for (const tenantId of TENANTS) {
    const admin = PEOPLE.find((person) => person.tenantId === tenantId && person.role === 'admin')
    if (admin === undefined) continue
    const api = automation.for(admin)
    // Read whole before the first change, since a change moves a workflow to the head of the list.
    const workflows: Workflow[] = []
    for await (const workflow of everyItem((page) => api.workflows.list(page))) workflows.push(workflow)
    for (const workflow of workflows) await moveDesk(api, workflow, desk)
    if (workflows.length > 0) continue
    for (const ready of [refundAgent(desk), invoices(desk), accumulatedContext(desk), supportTicketRouter(desk)]) {
      const workflow = await api.workflows.create(ready)
      await api.versions.publish(workflow.id, { notes: 'Ships with the demo' })
    }
  }
}

/**
 * The demo may come back on another port: its workflows find the desk by a variable, which then moves too. Unpublished
 * changes of users stay unpublished.
 */
async function moveDesk(api: Pick<TenonClient, 'drafts' | 'versions'>, { id, name, version }: Workflow, desk: string) {
  const { document } = await api.drafts.get(id)
  const known = document.variables.find((variable) => variable.name === 'desk')
  if (known === undefined || known.value === desk) return
  const published = version === null ? null : (await api.versions.get(id, version)).document
  await api.drafts.patch(id, {
    operations: [{ op: 'set_variable', name: 'desk', variable: { name: 'desk', value: desk } }],
  })
  if (canonicalText(published) === canonicalText(document)) {
    await api.versions.publish(id, { notes: 'The demo has moved' })
  } else {
    console.warn(`"${name}" has changes; once they are published, it finds the desk on its new port`)
  }
}
