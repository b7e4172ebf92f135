import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { createSessions } from './sessions.ts'

const directory = mkdtempSync(join(tmpdir(), 'tenon-sessions-'))
afterAll(() => rmSync(directory, { recursive: true }))

const sessions = createSessions(directory)
const key = Buffer.from(readFileSync(join(directory, 'demo-session-key'), 'utf8'), 'hex')

const withToken = (token: string) =>
  sessions.authenticate(new Request('https://app.example/', { headers: { authorization: `Bearer ${token}` } }))

/** A token as the demo signs it; `change` leaves something out or replaces it. */
function tokenWith(
  change: (token: SignJWT) => unknown = () => undefined,
  { secret = key, alg = 'HS256' }: { readonly secret?: Uint8Array; readonly alg?: string } = {},
): Promise<string> {
  const token = new SignJWT()
    .setProtectedHeader({ alg })
    .setIssuer('tenon-demo')
    .setAudience('tenon-demo-app')
    .setSubject('ana')
    .setIssuedAt()
    .setExpirationTime('5m')
  change(token)
  return token.sign(secret)
}

/** The same without one of its claims. */
function tokenWithout(claim: 'exp' | 'iat' | 'sub' | 'iss' | 'aud'): Promise<string> {
  const now = Math.floor(Date.now() / 1_000)
  const claims = { iss: 'tenon-demo', aud: 'tenon-demo-app', sub: 'ana', iat: now, exp: now + 300, [claim]: undefined }
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(key)
}

describe('createSessions', () => {
  test('a token that was given out signs its user in, with the role of now', async () => {
    const session = await sessions.signIn('mika')
    expect(await withToken(session?.token ?? '')).toMatchObject({ userId: 'mika', tenantId: 'acme', role: 'editor' })
    expect(await withToken(await tokenWith())).toMatchObject({ userId: 'ana', role: 'admin' })
    expect(await sessions.signIn('mallory')).toBeNull()
  })

  test.each(['exp', 'iat', 'sub', 'iss', 'aud'] as const)('a token without %s is refused', async (claim) => {
    expect(await withToken(await tokenWithout(claim))).toBeNull()
  })

  test.each<[string, () => Promise<string>]>([
    ['for another audience', () => tokenWith((token) => token.setAudience('another-app'))],
    ['of another issuer', () => tokenWith((token) => token.setIssuer('another-service'))],
    ['that has expired', () => tokenWith((token) => token.setExpirationTime('-1s'))],
    ['that is valid for longer than a session', () => tokenWith((token) => token.setIssuedAt('-1h'))],
    ['for an unknown user', () => tokenWith((token) => token.setSubject('mallory'))],
    ['under another key', () => tokenWith(undefined, { secret: new Uint8Array(32) })],
    ['under another algorithm', () => tokenWith(undefined, { alg: 'HS384' })],
    [
      'without a signature',
      async () =>
        new UnsecuredJWT()
          .setSubject('ana')
          .setIssuer('tenon-demo')
          .setAudience('tenon-demo-app')
          .setExpirationTime('5m')
          .encode(),
    ],
    ['that is none', async () => 'nonsense'],
  ])('a token %s is refused', async (_title, token) => {
    expect(await withToken(await token())).toBeNull()
  })

  test('another scheme is refused', async () => {
    const { token } = (await sessions.signIn('ana')) ?? { token: '' }
    const request = new Request('https://app.example/', { headers: { authorization: `Basic ${token}` } })
    expect(await sessions.authenticate(request)).toBeNull()
    expect(await sessions.authenticate(new Request('https://app.example/'))).toBeNull()
  })

  test('looks users up as they are now', () => {
    const identity = { tenantId: 'acme', userId: 'jo', role: 'admin', displayName: 'Jo' } as const
    expect(sessions.lookUpIdentity(identity)).toMatchObject({ userId: 'jo', role: 'viewer' })
    expect(sessions.lookUpIdentity({ ...identity, userId: 'mallory' })).toBeNull()
  })
})
