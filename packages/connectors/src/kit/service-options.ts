import { TenonError } from '@tenon/core/errors'
import type { ConnectorAuth } from '@tenon/core/node'

/** Options of every connector of this package. */
export interface ServiceOptions {
  /**
   * URL of the API, for a server of your own or a simulator: `https://github.example/api/v3`.
   *
   * @defaultValue that of the service
   */
  readonly apiUrl?: string
}

/** OAuth client that the host has registered at a service. */
export interface OAuthOptions extends ServiceOptions {
  /** Client id that the service has issued. */
  readonly clientId: string
  /** Client secret that the service has issued. */
  readonly clientSecret: string
  /** Scopes to request. @defaultValue those that the actions of the connector need */
  readonly scopes?: readonly string[]
}

/** Options of a service whose accounts are connected by a token, or by OAuth if the host has a client there. */
export type TokenOrOAuthOptions = ServiceOptions | OAuthOptions

/** Returns the authorization by OAuth if the host has a client, otherwise by a token. */
export function tokenOrOAuth(
  options: TokenOrOAuthOptions,
  service: Pick<
    Extract<ConnectorAuth, { kind: 'oauth2' }>,
    'authorizationUrl' | 'tokenUrl' | 'scopes' | 'scopeSeparator'
  >,
): ConnectorAuth {
  if (!('clientId' in options)) return { kind: 'bearer' }
  const { clientId, clientSecret, scopes = service.scopes } = options
  return { kind: 'oauth2', ...service, clientId, clientSecret, scopes }
}

/**
 * Returns the URL of an API without a slash at its end, and the allowed host that belongs to it.
 *
 * @throws {@link TenonError} `CONNECTOR_INVALID` for a text that is no http or https URL.
 */
export function apiOf(id: string, apiUrl: string): { readonly apiUrl: string; readonly host: string } {
  if (!URL.canParse(apiUrl) || !/^https?:$/.test(new URL(apiUrl).protocol)) {
    throw new TenonError('CONNECTOR_INVALID', `Connector "${id}", apiUrl: it must be an http or https URL`, {
      details: { connector: id, field: 'apiUrl' },
    })
  }
  const { protocol, host } = new URL(apiUrl)
  return { apiUrl: apiUrl.replace(/\/+$/, ''), host: protocol === 'http:' ? `http://${host}` : host }
}
