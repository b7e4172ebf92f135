import { randomUUID } from 'node:crypto'
import { host } from '../../lib/automation'

export function POST(): Response {
  const session = randomUUID()
  host().sessions.set(session, { tenantId: 'acme', userId: 'ana', displayName: 'Ana', role: 'editor' })
  return new Response(null, {
    status: 204,
    headers: { 'set-cookie': `session=${session}; HttpOnly; SameSite=Lax; Path=/` },
  })
}
