import type { ConnectorAuth } from '@tenon/core/node'
import type { OAuthOptions } from '../kit/service-options.ts'

/** Returns the authorization of Google, which issues a refresh token only if it is asked for one. */
export function googleAuth(
  { clientId, clientSecret, scopes }: OAuthOptions,
  standard: readonly string[],
): ConnectorAuth {
  return {
    kind: 'oauth2',
    authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth?access_type=offline&prompt=consent',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    ...{ clientId, clientSecret, scopes: scopes ?? standard },
  }
}
