import type { Identity, SocketTicket } from '@tenon/core/api'
import { sha256Hex, TENANT_ID_PATTERN } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { toInstant } from '../http/instant.ts'
import { insertTicket, takeTicket } from '../tables/ticket-repository.ts'

const TICKET_MS = 30_000
const SECRET_PATTERN = /^[A-Za-z0-9_-]{43}$/

type TicketContext = Pick<ServerContext, 'database' | 'now'>

/**
 * Makes a ticket `<tenantId>.<secret>` for one socket. Only the hash of the secret is stored; the tenant in front only
 * says under which tenant to look for it.
 */
export async function issueTicket(server: TicketContext, identity: Identity): Promise<SocketTicket> {
  const secret = base64Url(crypto.getRandomValues(new Uint8Array(32)))
  const now = server.now()
  const { tenantId } = identity
  await server.database.withTenant(tenantId, (tx) =>
    insertTicket(
      tx,
      {
        tenant_id: tenantId,
        ticket_hash: sha256Hex(secret),
        user_id: identity.userId,
        role: identity.role,
        display_name: identity.displayName,
        expires_at: now + TICKET_MS,
      },
      now,
    ),
  )
  return { ticket: `${tenantId}.${secret}`, expiresAt: toInstant(now + TICKET_MS) }
}

/** Redeems a ticket, which works once. @throws {@link TenonError} `UNAUTHENTICATED`. */
export async function redeemTicket(server: TicketContext, ticket: string): Promise<Identity> {
  const dot = ticket.lastIndexOf('.')
  const tenantId = ticket.slice(0, dot)
  const secret = ticket.slice(dot + 1)
  if (dot < 1 || !TENANT_ID_PATTERN.test(tenantId) || !SECRET_PATTERN.test(secret)) throw refused()
  const row = await server.database.withTenant(tenantId, (tx) => takeTicket(tx, tenantId, sha256Hex(secret)))
  if (row === null || row.expires_at < server.now()) throw refused()
  return { tenantId, userId: row.user_id, role: row.role, displayName: row.display_name }
}

function refused(): TenonError {
  return new TenonError('UNAUTHENTICATED', 'The ticket is unknown, used or expired', {
    remedy: 'Request a new ticket, then reconnect.',
  })
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
