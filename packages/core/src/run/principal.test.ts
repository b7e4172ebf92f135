import { expect, test } from 'vitest'
import { sharedPrincipal } from './principal.ts'

const ann = { kind: 'user', userId: 'ann' } as const

test('merged requests act for a person only if both are of that person', () => {
  expect(sharedPrincipal(ann, { ...ann })).toEqual(ann)
  for (const other of [{ ...ann, userId: 'bob' }, null, undefined]) {
    expect(sharedPrincipal(ann, other)).toBeNull()
    expect(sharedPrincipal(other, ann)).toBeNull()
  }
  expect(sharedPrincipal(undefined, undefined)).toBeNull()
})
