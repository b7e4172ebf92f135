import type { TenantId, UserId } from '@tenon/core/document'
import type { ServerTx, SocketTicketRow } from './server-tables.ts'

/** Stores a ticket, and clears away what expired long ago. */
export async function insertTicket(tx: ServerTx, row: SocketTicketRow, now: number): Promise<void> {
  await tx
    .deleteFrom('socket_tickets')
    .where('tenant_id', '=', row.tenant_id)
    .where('expires_at', '<', now - 60_000)
    .execute()
  await tx.insertInto('socket_tickets').values(row).execute()
}

/** Takes a ticket away and gives it back: it cannot be used twice, expired or not. */
export async function takeTicket(
  tx: ServerTx,
  tenantId: TenantId,
  ticketHash: string,
): Promise<SocketTicketRow | null> {
  const row = await tx
    .deleteFrom('socket_tickets')
    .where('tenant_id', '=', tenantId)
    .where('ticket_hash', '=', ticketHash)
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}

/** Takes away the tickets of a user that have not been used yet. */
export async function dropTickets(tx: ServerTx, tenantId: TenantId, userId: UserId): Promise<void> {
  await tx.deleteFrom('socket_tickets').where('tenant_id', '=', tenantId).where('user_id', '=', userId).execute()
}
