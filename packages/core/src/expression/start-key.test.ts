import { expect, test } from 'vitest'
import { findStartKeyFault } from './start-key.ts'

test.each([
  ['{{ input.customerId }}', null],
  ['fixed', null],
  ['  ', 'the concurrency key is empty'],
  ['{{ trigger.id }}', 'the concurrency key reads "trigger"; it can read only "input"'],
  ['{{ input.id + ', 'the concurrency key cannot be read: '],
  ['{{ now() }}', 'the concurrency key calls a function whose value differs from call to call'],
])('the key "%s" has the fault %s', (key, fault) => {
  const found = findStartKeyFault(key, 'concurrency key')
  if (fault === null) expect(found).toBeNull()
  else expect(found).toContain(fault)
})
