import { Hono } from 'hono'
import { z } from 'zod'
import { helpDesk } from './help-desk.ts'
import { demoModel } from './model.ts'
import { PEOPLE } from './people.ts'
import type { Sessions } from './sessions.ts'
import { shopOrders } from './shop-orders.ts'
import { demoSlack } from './slack.ts'

/** Routes of the demo alone: picking a person, the stand-in model, the help desk's API. */
export function demoRoutes(
  sessions: Sessions,
  facts: { readonly engine: string; readonly model: string; readonly isDemoModel: boolean },
): Hono {
  const app = new Hono()
  app.get('/people', (c) => c.json({ people: PEOPLE, ...facts }))
  app.post('/sign-in', async (c) => {
    const body = z.object({ userId: z.string() }).safeParse(await c.req.json().catch(() => null))
    const session = body.success ? await sessions.signIn(body.data.userId) : null
    return session === null
      ? c.json({ error: 'No person has this userId; GET /demo/people lists all of them' }, 422)
      : c.json(session)
  })
  app.route('/model', demoModel())
  app.route('/desk', helpDesk())
  app.route('/desk', shopOrders())
  app.route('/slack', demoSlack())
  return app
}
