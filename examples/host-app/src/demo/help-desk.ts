import { Hono } from 'hono'
import { z } from 'zod'

const Ticket = z.object({
  ticketId: z.string(),
  subject: z.string(),
  priority: z.string().default('normal'),
  customerId: z.string(),
})

/** The help desk's own API, which the example workflows call: tickets are escalated, customers get notes. */
export function helpDesk(): Hono {
  const escalations = new Map<string, z.output<typeof Ticket>>()
  const notes = new Map<string, string[]>()
  const app = new Hono()
  app.post('/tickets', async (c) => {
    const parsed = Ticket.safeParse(await c.req.json().catch(() => null))
    if (!parsed.success) return c.json({ error: 'A ticket needs ticketId, subject and customerId' }, 422)
    escalations.set(parsed.data.ticketId, parsed.data)
    return c.json({ ticketId: parsed.data.ticketId, assignee: 'Ana Okafor', status: 'escalated' }, 201)
  })
  app.get('/tickets', (c) => c.json({ items: [...escalations.values()] }))
  app.post('/customers/:customerId/notes', async (c) => {
    const body = z.object({ note: z.string() }).safeParse(await c.req.json().catch(() => null))
    if (!body.success) return c.json({ error: 'A note needs text' }, 422)
    const customerId = c.req.param('customerId')
    const all = [...(notes.get(customerId) ?? []), body.data.note]
    notes.set(customerId, all)
    return c.json({ customerId, notes: all.length }, 201)
  })
  app.get('/weather', (c) =>
    c.json({ message: `Fair in ${c.req.query('location') ?? 'town'}`, temperature: 72, unit: 'F' }),
  )
  return app
}
