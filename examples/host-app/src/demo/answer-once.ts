import type { Context } from 'hono'

/**
 * Creates the answer to requests that change something: a request with the `Idempotency-Key` of an earlier one changes
 * nothing, and gets the same answer.
 */
export function createAnswerOnce() {
  const answers = new Map<string, object>()
  return (c: Context, change: () => object): Response => {
    const key = c.req.header('idempotency-key')
    const answer = (key === undefined ? undefined : answers.get(key)) ?? change()
    if (key !== undefined) answers.set(key, answer)
    return c.json(answer, 201)
  }
}
