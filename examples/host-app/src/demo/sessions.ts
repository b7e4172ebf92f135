import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Identity } from '@tenon/core/api'
import { jwtVerify, SignJWT } from 'jose'
import { PEOPLE } from './people.ts'

const LIFETIME_S = 15 * 60

/** Issuer and audience of the tokens; tokens with others are rejected. */
const ISSUER = 'tenon-demo'
const AUDIENCE = 'tenon-demo-app'

export interface Sessions {
  /** @returns null for an unknown user */
  signIn(userId: string): Promise<{ readonly token: string; readonly expiresAt: string } | null>
  /** Lookups that `createWorkflowServer` makes for each request. */
  authenticate(request: Request): Promise<Identity | null>
  /** Looks up a user for `createWorkflowServer`, once a minute for each user with open sockets. */
  lookUpIdentity(identity: Identity): Identity | null
}

/**
 * Tokens of 15 minutes, signed with a key that is kept in the data directory, so that a restart signs no user out.
 * A token names only the user: tenant and role are looked up at each request, so that a change takes effect at once.
 */
export function createSessions(dataDirectory: string): Sessions {
  const key = signingKey(dataDirectory)
  return {
    async signIn(userId) {
      if (!PEOPLE.some((person) => person.userId === userId)) return null
      const expiresAt = new Date(Date.now() + LIFETIME_S * 1000)
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime(expiresAt)
        .sign(key)
      return { token, expiresAt: expiresAt.toISOString() }
    },
    async authenticate(request) {
      const [scheme, token] = (request.headers.get('authorization') ?? '').split(' ')
      if (scheme !== 'Bearer' || token === undefined) return null
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience: AUDIENCE,
          // Without this a token that has no `exp` would be valid forever.
          requiredClaims: ['exp', 'iat', 'sub'],
          maxTokenAge: LIFETIME_S,
        })
        return identityOf(payload.sub)
      } catch {
        return null
      }
    },
    lookUpIdentity: ({ userId }) => identityOf(userId),
  }
}

function identityOf(userId: string | undefined): Identity | null {
  return PEOPLE.find((person) => person.userId === userId) ?? null
}

function signingKey(dataDirectory: string): Uint8Array {
  const file = join(dataDirectory, 'demo-session-key')
  mkdirSync(dataDirectory, { recursive: true })
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 })
  return Buffer.from(readFileSync(file, 'utf8'), 'hex')
}
