import { isDeepStrictEqual } from 'node:util'
import type { Identity } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { type Connector, isUrlAllowed } from '@tenon/core/node'
import { publishChange } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { insertAudit } from '../tables/audit-repository.ts'
import { deleteConnectionSecrets, updateConnectionRow } from '../tables/connection-repository.ts'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { changeConnection } from './change-connection.ts'
import { authorizationUrlOf, exchangeCode, type IssuedTokens, newCodeVerifier } from './oauth-client.ts'
import { openState, sealState } from './oauth-state.ts'
import { markersOf, requireOwner, valuesOf } from './present-connection.ts'
import { storeTokens } from './token-refresh.ts'

/** Time that a person has to allow access. */
const AUTHORIZATION_MS = 900_000

/** Returns the page of the service on which a person allows access. */
export async function beginAuthorization(
  server: ServerContext,
  identity: Identity,
  row: ConnectionRow,
): Promise<string> {
  const auth = oauthOf(server, row)
  const codeVerifier = newCodeVerifier()
  const expiresAt = server.now() + AUTHORIZATION_MS
  const state = await sealState(server.secrets, identity, { connectionId: row.connection_id, codeVerifier, expiresAt })
  return authorizationUrlOf(auth, { redirectUri: redirectUriOf(server), state, codeVerifier })
}

/**
 * Exchanges the code of the service for tokens, and connects the account: node runs that wait for it continue.
 *
 * @throws {@link TenonError} `CONNECTION_AUTHORIZATION_INVALID` for a state of another person, tenant or connection, one that
 * is over, or a code that the service does not accept; `CONNECTION_REFUSED`, `UNAVAILABLE` as {@link exchangeCode}.
 */
export async function finishAuthorization(
  server: ServerContext,
  identity: Identity,
  row: ConnectionRow,
  given: { readonly code: string; readonly state: string },
): Promise<ConnectionRow> {
  const auth = oauthOf(server, row)
  const { tenant_id: tenantId, connection_id: connectionId } = row
  const now = server.now()
  const { codeVerifier } = await openState(server.secrets, identity, { state: given.state, connectionId, now })
  // Before the code is used up: the tokens would be lost if there were no key to store them under.
  const seal = await server.secrets.openSeal(tenantId)
  const request = { code: given.code, redirectUri: redirectUriOf(server), codeVerifier }
  const result = await exchangeCode(auth, server.egress, request)
  if (result.kind === 'ended') {
    throw new TenonError('CONNECTION_AUTHORIZATION_INVALID', 'The service did not accept the code')
  }
  const stored = { tokens: result.tokens, seal, at: now }
  const issued = issuedValues(server.vault.connector(row.connector), result.tokens)
  const connected = await changeConnection(
    server,
    { tenantId, connectionId },
    {
      endsWaits: () => true,
      apply: async (tx, before, isEnd) => {
        requireOwner(identity, before)
        const bound = await withValues(tx, before, issued)
        const set = {
          ...{ field_values: bound.field_values, ...(await storeTokens(tx, bound, stored)) },
          ...{ status: 'connected' as const, status_reason: null, updated_at: now },
          ...{ generation: before.generation + (isEnd ? 1 : 0), lease_id: null, lease_until: null },
        }
        await updateConnectionRow(tx, tenantId, connectionId, set)
        await insertAudit(tx, { identity, action: 'connection.reconnect', resource: connectionId, at: now })
        return { ...before, ...set }
      },
    },
  )
  publishChange(server.bus, tenantId, { kind: 'connection', id: connectionId })
  return connected
}

/**
 * Returns the values that the service has issued with the tokens: the URL of the API of the account.
 *
 * @throws {@link TenonError} `CONNECTION_REFUSED` if its host may not get the tokens, or it is missing.
 */
function issuedValues(connector: Connector | null, { apiUrl = '' }: IssuedTokens): Readonly<Record<string, string>> {
  if (connector?.auth.kind !== 'oauth2' || connector.auth.apiUrlIn === undefined) return {}
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : null
  if (url !== null && isUrlAllowed(url, connector.allowedHosts)) return { apiUrl: url.origin }
  throw new TenonError('CONNECTION_REFUSED', `${connector.title} has named no API that may get the tokens`, {
    remedy: `Allow the host of the account in the connector: ${connector.allowedHosts.join(', ')} are allowed.`,
  })
}

/** Returns a row with issued values. Secrets are bound to the values, so that those of an earlier account are deleted. */
async function withValues(tx: ServerTx, row: ConnectionRow, issued: Readonly<Record<string, string>>) {
  const values = { ...valuesOf(row), ...issued }
  if (isDeepStrictEqual(values, valuesOf(row))) return row
  const fields = Object.keys(markersOf(row))
  if (fields.length > 0) await deleteConnectionSecrets(tx, row.tenant_id, row.connection_id, fields)
  return { ...row, field_values: JSON.stringify(values), markers: '{}' }
}

function redirectUriOf({ apiUrl }: ServerContext): string {
  return `${apiUrl}/oauth/callback`
}

function oauthOf(server: ServerContext, row: ConnectionRow): Extract<Connector['auth'], { kind: 'oauth2' }> {
  const auth = server.vault.connector(row.connector)?.auth
  if (auth?.kind === 'oauth2') return auth
  throw new TenonError('CONNECTION_AUTHORIZATION_INVALID', 'This connection does not use OAuth', {
    remedy: 'Enter its secrets instead.',
  })
}
