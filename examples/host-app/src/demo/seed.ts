import type { WorkflowServer } from '@tenon/server'
import { PEOPLE, TENANTS } from './people.ts'
import { accumulatedContext } from './workflows/accumulated-context.ts'
import { supportTicketRouter } from './workflows/support-ticket-router.ts'

/** Gives a tenant that has no workflow yet the ready ones, published, so that there is something to look at. */
export async function seedWorkflows(automation: WorkflowServer, port: number, model: string): Promise<void> {
  const desk = `http://127.0.0.1:${port}/demo/desk`
  for (const tenantId of TENANTS) {
    const admin = PEOPLE.find((person) => person.tenantId === tenantId && person.role === 'admin')
    if (admin === undefined) continue
    const api = automation.for(admin)
    const { items } = await api.workflows.list()
    if (items.length > 0) continue
    for (const ready of [accumulatedContext(desk, model), supportTicketRouter(desk, model)]) {
      const workflow = await api.workflows.create(ready)
      await api.versions.publish(workflow.id, { notes: 'Ships with the demo' })
    }
  }
}
