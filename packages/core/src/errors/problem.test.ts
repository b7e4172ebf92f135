import { describe, expect, test } from 'vitest'
import { toProblem } from './problem.ts'
import { TenonError } from './tenon-error.ts'

describe('toProblem', () => {
  test('carries status, code and remedy of the table, and nothing that is not there', () => {
    expect(toProblem(new TenonError('RUN_NOT_FOUND', 'No run has this id'))).toEqual({
      type: 'https://tenon.dev/errors/RUN_NOT_FOUND',
      title: 'run not found',
      status: 404,
      detail: 'No run has this id',
      code: 'RUN_NOT_FOUND',
      remedy: expect.any(String),
      retryable: false,
    })
  })

  test('parts the issues from the other details and names the request', () => {
    const issues = [{ path: ['name'], code: 'too_small', message: 'Too short' }]
    const problem = toProblem(new TenonError('REQUEST_INVALID', 'No', { details: { issues, limit: 3 } }), 'request-1')
    expect(problem).toMatchObject({ requestId: 'request-1', details: { limit: 3 }, issues })
    expect(problem.details).not.toHaveProperty('issues')
  })

  test('keeps the words of a stranger to itself', () => {
    const problem = toProblem(new RangeError('password=hunter2'))
    expect(problem).toMatchObject({ code: 'INTERNAL', status: 500 })
    expect(JSON.stringify(problem)).not.toContain('hunter2')
  })
})
