import { expect, test } from 'vitest'
import { judgeJoin } from './join.ts'
import { CURRENT_SEMANTICS } from './machine-types.ts'
import { rulesOf } from './semantics.ts'

test('rulesOf knows the current semantics and every number before it, and no other', () => {
  for (let semantics = 1; semantics <= CURRENT_SEMANTICS; semantics += 1) expect(rulesOf(semantics)).toBeDefined()
  expect([rulesOf(0), rulesOf(CURRENT_SEMANTICS + 1), rulesOf(1.5)]).toEqual([undefined, undefined, undefined])
})

test('the rules of semantics 1 are the ones that it began with', () => {
  expect(rulesOf(1)).toEqual({ judgeJoin })
})
