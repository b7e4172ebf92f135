import { expect, test } from 'vitest'
import { checkPort } from './check-port.ts'

test('a node completes by a port of the plan only, a fork by all of them, and an end by any', () => {
  const choice = { type: 'switch', control: null, ports: ['x', 'default'] } as const
  checkPort(choice, 'x')
  checkPort({ type: 'fork', control: 'fork', ports: ['a'] }, '*')
  checkPort({ type: 'end', control: 'end', ports: [] }, 'end')
  for (const port of ['y', '*', 'error']) {
    expect(() => checkPort(choice, port)).toThrow(
      expect.objectContaining({ code: 'NODE_OUTPUT_INVALID', details: { port } }),
    )
  }
})
