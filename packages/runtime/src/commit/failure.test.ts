import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { failureOf } from './failure.ts'

describe('failureOf', () => {
  test('says what a TenonError says, and nothing of any other error', () => {
    expect(failureOf(new TenonError('HTTP_FAILED', 'No answer', { details: { host: 'a.test' } }), 'call')).toEqual({
      code: 'HTTP_FAILED',
      message: 'No answer',
      remedy: expect.any(String),
      nodeId: 'call',
      details: { host: 'a.test' },
    })
    expect(failureOf(new RangeError('password=hunter2'), 'call')).toMatchObject({
      code: 'NODE_FAILED',
      message: 'The node failed unexpectedly',
    })
  })

  test('cuts a long message before an emoji, and repairs what no text column can hold', () => {
    const long = new TenonError('MODEL_FAILED', `${'x'.repeat(1_999)}😀`)
    expect(failureOf(long, 'a').message).toBe('x'.repeat(1_999))
    expect(failureOf(new TenonError('MODEL_FAILED', 'a\0b\ud800'), 'a').message).toBe('a\u2400b\ufffd')
  })

  test('leaves details out that are no JSON', () => {
    expect(
      failureOf(new TenonError('MODEL_FAILED', 'x', { details: { at: new Date(0) } }), 'a').details,
    ).toBeUndefined()
  })
})
