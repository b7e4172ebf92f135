import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { toProblemResponse } from './answer.ts'

async function answerTo(thrown: unknown) {
  const lines: unknown[] = []
  const response = toProblemResponse(thrown, 'r1', (...line) => lines.push(line))
  return { status: response.status, problem: await response.json(), lines }
}

describe('toProblemResponse', () => {
  test('writes the cause of a failure to the log and keeps it from the caller', async () => {
    const cause = new Error('connect ECONNREFUSED 10.0.0.7')
    const error = new TenonError('UNAVAILABLE', 'The key provider failed', { cause })
    const { status, problem, lines } = await answerTo(error)
    expect([status, JSON.stringify(problem)]).toEqual([503, expect.not.stringContaining('10.0.0.7')])
    const fields = { requestId: 'r1', code: 'UNAVAILABLE', error: 'The key provider failed', reason: cause.message }
    expect(lines).toEqual([['error', 'request.failed: internal error', { ...fields, stack: error.stack }]])
  })

  test('writes a thrown text to the log', async () => {
    const { status, lines } = await answerTo('down')
    expect(status).toBe(500)
    const fields = { requestId: 'r1', code: 'INTERNAL', error: 'down', reason: 'down', stack: expect.any(String) }
    expect(lines).toEqual([['error', 'request.failed: internal error', fields]])
  })

  test.each([
    ['UNAUTHENTICATED', undefined, 'Bearer'],
    ['WEBHOOK_SIGNATURE_INVALID', 'Basic', 'Basic realm="webhook", charset="UTF-8"'],
    ['WEBHOOK_SIGNATURE_INVALID', 'Bearer', 'Bearer'],
    ['WEBHOOK_SIGNATURE_INVALID', undefined, null],
    ['FORBIDDEN', 'Basic', null],
  ] as const)('says how to authenticate after %s with the scheme %s', (code, scheme, challenge) => {
    const error = new TenonError(code, 'Refused', scheme === undefined ? {} : { details: { scheme } })
    expect(toProblemResponse(error, 'r1', () => undefined).headers.get('www-authenticate')).toBe(challenge)
  })

  test('logs nothing where the request is at fault', async () => {
    const { status, lines } = await answerTo(new TenonError('RUN_NOT_FOUND', 'There is no such run'))
    expect([status, lines]).toEqual([404, []])
  })
})
