import type { Connector, HttpClient } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { exchangeCode, refreshTokens } from './oauth-client.ts'

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

  test('cuts a long error', async () => {
    const refreshing = refreshTokens(AUTH, answering(200, { error: 'x'.repeat(5_000) }), 'r')
    const error = await refreshing.catch((thrown: Error) => thrown)
    expect((error as Error).message.length).toBeLessThan(300)
  })
})
