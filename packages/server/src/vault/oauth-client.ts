import { TenonError } from '@tenon/core/errors'
import type { Connector, HttpClient } from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import * as oauth from 'oauth4webapi'

type OAuth = Extract<Connector['auth'], { readonly kind: 'oauth2' }>

/** Tokens that an authorization server issued. */
export interface IssuedTokens {
  readonly accessToken: string
  /** Absent if the server issued none: the earlier one remains valid. */
  readonly refreshToken: string | undefined
  /** Lifetime of the access token in milliseconds; `null` if the server does not say. */
  readonly lifetimeMs: number | null
  /** URL of the API of the account, as the server names it; not checked. Absent unless the connector asks for it. */
  readonly apiUrl?: string
}

/** Tokens, or the statement of the authorization server that the grant is over. */
export type TokenResult = { readonly kind: 'tokens'; readonly tokens: IssuedTokens } | { readonly kind: 'ended' }

const TOKEN_TIMEOUT_MS = 15_000
const MAX_ERROR_LENGTH = 100

/** Creates a secret for one authorization, of which the service sees the digest until the code is exchanged (PKCE). */
export function newCodeVerifier(): string {
  return oauth.generateRandomCodeVerifier()
}

/** Returns the page of the service on which a person allows access. */
export async function authorizationUrlOf(
  { authorizationUrl, clientId, scopes, scopeSeparator = ' ' }: OAuth,
  { redirectUri, state, codeVerifier }: Readonly<Record<'redirectUri' | 'state' | 'codeVerifier', string>>,
): Promise<string> {
  const url = new URL(authorizationUrl)
  const params = {
    ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, state },
    ...{ code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier), code_challenge_method: 'S256' },
    ...(scopes.length === 0 ? {} : { scope: scopes.join(scopeSeparator) }),
  }
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value)
  return url.href
}

/**
 * Exchanges the code of an authorization for tokens.
 *
 * @throws {@link TenonError} `UNAVAILABLE` if the server does not answer, or with an error of its own; `CONNECTION_REFUSED` if
 * its answer contains no tokens: it would not change.
 */
export function exchangeCode(
  auth: OAuth,
  http: HttpClient,
  { code, redirectUri, codeVerifier }: Readonly<Record<'code' | 'redirectUri' | 'codeVerifier', string>>,
): Promise<TokenResult> {
  const { server, client, authentication, options } = settingsOf(auth, http)
  return tokensFrom(auth, async () => {
    // The state was checked by its caller, which alone knows it.
    const given = oauth.validateAuthResponse(server, client, new URLSearchParams({ code }), oauth.skipStateCheck)
    const response = await oauth.authorizationCodeGrantRequest(
      ...([server, client, authentication, given, redirectUri, codeVerifier, options()] as const),
    )
    return oauth.processAuthorizationCodeResponse(server, client, response, { recognizedTokenTypes })
  })
}

/** Refreshes an access token. @throws {@link TenonError} as {@link exchangeCode}. */
export function refreshTokens(auth: OAuth, http: HttpClient, refreshToken: string): Promise<TokenResult> {
  const { server, client, authentication, options } = settingsOf(auth, http)
  return tokensFrom(auth, async () => {
    const response = await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, options())
    return oauth.processRefreshTokenResponse(server, client, response, { recognizedTokenTypes })
  })
}

/** Types of Slack, whose tokens are sent as bearer tokens all the same. */
const recognizedTokenTypes: oauth.RecognizedTokenTypes = { bot: () => undefined, user: () => undefined }

function settingsOf({ authorizationUrl, tokenUrl, clientId, clientSecret }: OAuth, http: HttpClient) {
  const server: oauth.AuthorizationServer = {
    issuer: new URL(authorizationUrl).origin,
    authorization_endpoint: authorizationUrl,
    token_endpoint: tokenUrl,
  }
  return {
    server,
    client: { client_id: clientId },
    authentication: clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(clientSecret),
    options: () => ({
      [oauth.customFetch]: http.fetch,
      // The connector of the host decides; the guarded client refuses private addresses.
      [oauth.allowInsecureRequests]: true,
      signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
    }),
  }
}

/**
 * Answers of an authorization server after which only a person can connect the account again: those of RFC 6749, section 5.2,
 * and those of GitHub and Slack, which have their own.
 */
const ENDED: ReadonlySet<string> = new Set([
  ...['invalid_grant', 'unauthorized_client', 'invalid_client'],
  ...['bad_refresh_token', 'bad_verification_code', 'incorrect_client_credentials'],
  ...['invalid_code', 'code_already_used', 'invalid_refresh_token', 'token_revoked', 'token_expired'],
])

async function tokensFrom(
  { apiUrlIn, tokenLifetimeMs }: OAuth,
  ask: () => Promise<oauth.TokenEndpointResponse>,
): Promise<TokenResult> {
  try {
    const response = await ask()
    const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = response
    const lifetimeMs = seconds === undefined ? (tokenLifetimeMs ?? null) : seconds * 1_000
    const apiUrl = apiUrlIn === undefined ? undefined : response[apiUrlIn]
    const tokens = { accessToken, refreshToken, lifetimeMs }
    return { kind: 'tokens', tokens: typeof apiUrl === 'string' ? { ...tokens, apiUrl } : tokens }
  } catch (cause) {
    if (ENDED.has(errorOf(cause) ?? '')) return { kind: 'ended' }
    throw failureOf(cause)
  }
}

/** Statuses and errors of a server that may answer the same request later. */
const TEMPORARY: ReadonlySet<string | number> = new Set([408, 425, 429, 'server_error', 'temporarily_unavailable'])

/** Makes an error without its cause, whose response may contain tokens. */
function failureOf(cause: unknown): TenonError {
  const error = errorOf(cause)
  const why = error === null ? '' : `: ${error}`
  const status = statusOf(cause)
  const isAnswer = status !== null && status < 500 && !TEMPORARY.has(status) && !TEMPORARY.has(error ?? status)
  // The guarded client refuses the URL.
  if (isAnswer || (cause instanceof TenonError && !cause.retryable)) {
    return new TenonError('CONNECTION_REFUSED', `The authorization server of the service issued no tokens${why}`, {
      remedy: 'Check the token URL, the client and the scopes of the connector on the server.',
    })
  }
  return new TenonError('UNAVAILABLE', `The authorization server of the service failed${why}`, {
    details: { waitsFor: 'authorization_server' },
  })
}

/** Returns the error that an answer names, also one with the status 200, as services send that do not follow the RFC. */
function errorOf(cause: unknown): string | null {
  if (cause instanceof oauth.ResponseBodyError) return cause.error
  if (!(cause instanceof oauth.OperationProcessingError)) return null
  const { body } = (cause.cause ?? {}) as { readonly body?: { readonly error?: unknown } }
  return typeof body?.error === 'string' ? cutText(body.error, MAX_ERROR_LENGTH) : null
}

/** Returns the status of an answer without tokens; `null` without an answer, or for one that broke off. */
function statusOf(cause: unknown): number | null {
  if (cause instanceof oauth.ResponseBodyError || cause instanceof oauth.WWWAuthenticateChallengeError) {
    return cause.status
  }
  if (cause instanceof oauth.UnsupportedOperationError) return 200
  if (!(cause instanceof oauth.OperationProcessingError)) return null
  if (cause.cause instanceof Response) return cause.cause.status
  return cause.cause instanceof Error ? null : 200
}
