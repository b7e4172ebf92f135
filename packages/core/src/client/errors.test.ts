import { describe, expect, test } from 'vitest'
import { errorOf } from './errors.ts'

const answer = (status: number, body: string, type?: string) => {
  const response = new Response(body, { status })
  response.headers.delete('content-type')
  if (type !== undefined) response.headers.set('content-type', type)
  return response
}
const problem = (status: number, body: unknown) => answer(status, JSON.stringify(body), 'application/problem+json')

describe('errorOf', () => {
  test('takes the code, and the rest from the table where the server is short of words', async () => {
    const error = await errorOf(problem(429, { code: 'RATE_LIMITED' }))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', message: 'RATE_LIMITED', retryable: true, details: {} })
    expect(error.remedy).not.toBe('')
  })

  test('lets the server say better what to do and whether to try again', async () => {
    const body = {
      code: 'RATE_LIMITED',
      detail: 'Slower',
      remedy: 'Wait',
      retryable: false,
      requestId: 'r',
      issues: [{ path: ['nodes', 'a'], code: 'EDGE_DANGLING', message: 'm', values: { missing: 'b' } }],
    }
    expect(await errorOf(problem(429, body))).toMatchObject({
      message: 'Slower',
      remedy: 'Wait',
      retryable: false,
      details: { requestId: 'r', issues: body.issues },
    })
  })

  test.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'ROUTE_NOT_FOUND'],
    [413, 'REQUEST_TOO_LARGE'],
    [429, 'RATE_LIMITED'],
    [502, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
    [504, 'UNAVAILABLE'],
    [500, 'INTERNAL'],
    [418, 'INTERNAL'],
  ])('reads the status %i of a proxy as %s', async (status, code) => {
    expect(await errorOf(answer(status, '<h1>Sorry</h1>', 'text/html'))).toMatchObject({ code, details: { status } })
  })

  test.each([
    ['no type', answer(503, '{"code":"RATE_LIMITED"}')],
    ['a text that is no JSON', answer(503, '{', 'application/json')],
    ['JSON that is no object', answer(503, '"RATE_LIMITED"', 'application/json')],
    ['null', answer(503, 'null', 'application/json')],
    ['an unknown code', problem(503, { code: 'toString' })],
    ['no code', problem(503, {})],
  ])('goes by the status when the answer has %s', async (_name, response) => {
    expect(await errorOf(response)).toMatchObject({ code: 'UNAVAILABLE' })
  })
})
