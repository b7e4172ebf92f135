import type { Identity } from '@tenon/core/api'

/** The people of the two demo companies; signing in is picking one of them. */
export const PEOPLE: readonly (Identity & { readonly company: string; readonly title: string })[] = [
  {
    userId: 'ana',
    displayName: 'Ana Okafor',
    role: 'admin',
    tenantId: 'acme',
    company: 'Acme Outdoor',
    title: 'Head of support',
  },
  {
    userId: 'mika',
    displayName: 'Mika Laine',
    role: 'editor',
    tenantId: 'acme',
    company: 'Acme Outdoor',
    title: 'Support operations',
  },
  {
    userId: 'jo',
    displayName: 'Jo Tanaka',
    role: 'viewer',
    tenantId: 'acme',
    company: 'Acme Outdoor',
    title: 'Support agent',
  },
  {
    userId: 'greta',
    displayName: 'Greta Lund',
    role: 'admin',
    tenantId: 'globex',
    company: 'Globex Lighting',
    title: 'Service director',
  },
  {
    userId: 'sam',
    displayName: 'Sam Ortiz',
    role: 'editor',
    tenantId: 'globex',
    company: 'Globex Lighting',
    title: 'Service automation',
  },
  {
    userId: 'lin',
    displayName: 'Lin Wei',
    role: 'viewer',
    tenantId: 'globex',
    company: 'Globex Lighting',
    title: 'Service agent',
  },
]

export const TENANTS = [...new Set(PEOPLE.map((person) => person.tenantId))]
