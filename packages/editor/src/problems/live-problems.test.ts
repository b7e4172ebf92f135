import { describe, expect, test } from 'vitest'
import { toProblems } from './live-problems.ts'

describe('toProblems', () => {
  const names = new Map([['a', 'Mail']])

  test('errors come first, and the name of the node is not repeated', () => {
    const problems = toProblems(
      [
        { code: 'W', severity: 'warning', message: 'Mail: may be missing', nodeId: 'a' },
        { code: 'E', severity: 'error', message: 'Nothing starts this workflow' },
      ],
      names,
    )
    expect(problems.map(({ message }) => message)).toEqual(['Nothing starts this workflow', 'may be missing'])
  })

  test('other nodes are called by their names', () => {
    const [problem] = toProblems(
      [{ code: 'R', severity: 'error', message: 'nodes.a.output.city is not declared', nodeId: 'b' }],
      names,
    )
    expect(problem?.message).toBe('Mail › city is not declared')
  })

  test('two faults of one place have ids of their own that stay', () => {
    const issue = { code: 'X', severity: 'error', message: 'm', nodeId: 'a', path: ['params', 'text'] } as const
    const ids = () => toProblems([issue, issue], names).map(({ id }) => id)
    expect(new Set(ids()).size).toBe(2)
    expect(ids()).toEqual(ids())
  })
})
