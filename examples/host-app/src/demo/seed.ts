import type { TenonClient } from '@tenon/core/client'
import type { WorkflowServer } from '@tenon/server'
import { PEOPLE, TENANTS } from './people.ts'
import { accumulatedContext } from './workflows/accumulated-context.ts'
import { supportTicketRouter } from './workflows/support-ticket-router.ts'

/** Gives a tenant that has no workflow yet the ready ones, published, so that there is something to look at. */
export async function seedWorkflows(automation: WorkflowServer, port: number): Promise<void> {
  const desk = `http://127.0.0.1:${port}/demo/desk`
  for (const tenantId of TENANTS) {
    const admin = PEOPLE.find((person) => person.tenantId === tenantId && person.role === 'admin')
    if (admin === undefined) continue
    const api = automation.for(admin)
    const { items } = await api.workflows.list()
    for (const { id } of items) await moveDesk(api, id, desk)
    if (items.length > 0) continue
    for (const ready of [accumulatedContext(desk), supportTicketRouter(desk)]) {
      const workflow = await api.workflows.create(ready)
      await api.versions.publish(workflow.id, { notes: 'Ships with the demo' })
    }
  }
}

/** The demo may come back on another port: its workflows find the desk by a variable, which then moves too. */
async function moveDesk(api: Pick<TenonClient, 'drafts' | 'versions'>, workflowId: string, desk: string) {
  const { document } = await api.drafts.get(workflowId)
  const known = document.variables.find(({ name }) => name === 'desk')
  if (known === undefined || known.value === desk) return
  await api.drafts.patch(workflowId, {
    operations: [{ op: 'set_variable', name: 'desk', variable: { name: 'desk', value: desk } }],
  })
  await api.versions.publish(workflowId, { notes: 'The demo has moved' })
}
