import { createTenonClient, type TenonClient } from '@tenon/core/client'

export interface Person {
  readonly userId: string
  readonly displayName: string
  readonly role: string
  readonly tenantId: string
  readonly company: string
  readonly title: string
}

export interface DemoFacts {
  readonly people: readonly Person[]
  readonly engine: string
  readonly model: string
  readonly isDemoModel: boolean
}

export interface Session {
  readonly person: Person
  readonly client: TenonClient
}

const REMEMBERED = 'hearth-user'
const RENEW_BEFORE_MS = 60_000

export async function loadFacts(): Promise<DemoFacts> {
  const response = await fetch('/demo/people')
  if (!response.ok) throw new Error(`The desk answered ${response.status}`)
  return response.json()
}

/** Signs a person in and gives a client that renews its token of 15 minutes by itself. */
export function openSession(person: Person): Session {
  let current: Promise<{ token: string; expiresAt: string }> | null = null
  const getToken = async () => {
    const known = await current?.catch(() => null)
    if (known == null || Date.parse(known.expiresAt) - Date.now() < RENEW_BEFORE_MS) current = signIn(person.userId)
    return (await current)?.token ?? null
  }
  sessionStorage.setItem(REMEMBERED, person.userId)
  return { person, client: createTenonClient({ baseUrl: location.origin, getToken }) }
}

/** The person of this tab, so that a reload keeps them. */
export function rememberedUser(): string | null {
  return sessionStorage.getItem(REMEMBERED)
}

export function forgetUser(): void {
  sessionStorage.removeItem(REMEMBERED)
}

async function signIn(userId: string): Promise<{ token: string; expiresAt: string }> {
  const response = await fetch('/demo/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId }),
  })
  if (!response.ok) throw new Error(`Signing in answered ${response.status}`)
  return response.json()
}
