import { expect, test } from 'vitest'
import { findConcurrencyKeyFault } from './concurrency-key.ts'

test.each([
  ['{{ input.customerId }}', null],
  ['fixed', null],
  ['  ', 'the concurrency key is empty'],
  ['{{ trigger.id }}', 'the concurrency key reads "trigger"; it can read only "input"'],
  ['{{ input.id + ', 'the concurrency key cannot be read: '],
  ['{{ now() }}', 'the concurrency key calls a function whose value differs from call to call'],
])('the concurrency key "%s" has the fault %s', (key, fault) => {
  const found = findConcurrencyKeyFault(key)
  if (fault === null) expect(found).toBeNull()
  else expect(found).toContain(fault)
})
