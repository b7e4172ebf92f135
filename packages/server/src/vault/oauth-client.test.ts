import type { Connector, HttpClient } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { authorizationUrlOf, exchangeCode, refreshTokens } from './oauth-client.ts'

const AUTH = {
  kind: 'oauth2',
  authorizationUrl: 'https://service.test/authorize',
  tokenUrl: 'https://service.test/token',
  clientId: 'host',
  clientSecret: 'secret',
  scopes: [],
} as const satisfies Connector['auth']

const answering = (status: number, body: object) =>
  ({ fetch: async () => Response.json(body, { status }) }) as unknown as HttpClient

describe('an authorization server', () => {
  test.each([
    ['invalid_grant', 400],
    // GitHub answers with the status 200.
    ['bad_refresh_token', 200],
    ['incorrect_client_credentials', 200],
    // And Slack.
    ['invalid_refresh_token', 200],
  ])('ends a grant by %s with the status %d', async (error, status) => {
    const answer = answering(status, { error, error_description: 'It is over.' })
    expect(await refreshTokens(AUTH, answer, 'r')).toEqual({ kind: 'ended' })
  })

  test('ends an authorization by a code that it does not know', async () => {
    const given = { code: 'c', redirectUri: 'https://host.test/back', codeVerifier: 'v'.repeat(43) }
    const answer = answering(200, { error: 'bad_verification_code' })
    expect(await exchangeCode(AUTH, answer, given)).toEqual({ kind: 'ended' })
  })

  test.each([
    ['redirect_uri_mismatch', { code: 'CONNECTION_REFUSED', retryable: false }],
    ['temporarily_unavailable', { code: 'UNAVAILABLE', retryable: true }],
  ])('names the error %s of an answer with the status 200', async (error, expected) => {
    const refreshing = refreshTokens(AUTH, answering(200, { error }), 'r')
    await expect(refreshing).rejects.toMatchObject({ ...expected, message: expect.stringContaining(error) })
  })

  test('may issue tokens of the type of Slack, without a lifetime, and separate scopes by commas', async () => {
    const issued = { ok: true, access_token: 'xoxb-1', token_type: 'bot', scope: 'chat:write,users:read' }
    const given = { code: 'c', redirectUri: 'https://host.test/back', codeVerifier: 'v'.repeat(43) }
    const tokens = { accessToken: 'xoxb-1', refreshToken: undefined, lifetimeMs: null }
    expect(await exchangeCode(AUTH, answering(200, issued), given)).toEqual({ kind: 'tokens', tokens })
    const renewed = { ...issued, refresh_token: 'xoxe-2', expires_in: 43_200 }
    expect(await refreshTokens(AUTH, answering(200, renewed), 'r')).toMatchObject({
      tokens: { refreshToken: 'xoxe-2', lifetimeMs: 43_200_000 },
    })
    const slack = { ...AUTH, scopes: ['chat:write', 'users:read'], scopeSeparator: ',' }
    const page = new URL(await authorizationUrlOf(slack, { ...given, state: 's' }))
    expect(page.searchParams.get('scope')).toBe('chat:write,users:read')
  })

  test('cuts a long error', async () => {
    const refreshing = refreshTokens(AUTH, answering(200, { error: 'x'.repeat(5_000) }), 'r')
    const error = await refreshing.catch((thrown: Error) => thrown)
    expect((error as Error).message.length).toBeLessThan(300)
  })
})
