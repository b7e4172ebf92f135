import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Identity } from '@tenon/core/api'
import { jwtVerify, SignJWT } from 'jose'
import { PEOPLE } from './people.ts'

const LIFETIME_S = 15 * 60

export interface Sessions {
  /** @returns null for somebody unknown */
  signIn(userId: string): Promise<{ readonly token: string; readonly expiresAt: string } | null>
  /** What `createWorkflowServer` asks for each request. */
  authenticate(request: Request): Promise<Identity | null>
}

/** Tokens of 15 minutes, signed with a key that stays in the data directory so that a restart signs nobody out. */
export function createSessions(dataDirectory: string): Sessions {
  const key = signingKey(dataDirectory)
  return {
    async signIn(userId) {
      if (!PEOPLE.some((person) => person.userId === userId)) return null
      const expiresAt = new Date(Date.now() + LIFETIME_S * 1000)
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setExpirationTime(expiresAt)
        .sign(key)
      return { token, expiresAt: expiresAt.toISOString() }
    },
    async authenticate(request) {
      const [scheme, token] = (request.headers.get('authorization') ?? '').split(' ')
      if (scheme !== 'Bearer' || token === undefined) return null
      try {
        const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'] })
        return PEOPLE.find((person) => person.userId === payload.sub) ?? null
      } catch {
        return null
      }
    },
  }
}

function signingKey(dataDirectory: string): Uint8Array {
  const file = join(dataDirectory, 'demo-session-key')
  mkdirSync(dataDirectory, { recursive: true })
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 })
  return Buffer.from(readFileSync(file, 'utf8'), 'hex')
}
