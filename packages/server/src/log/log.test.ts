import { MASK } from '@tenon/core/mask'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createLog } from './log.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('createLog', () => {
  test('masks credentials in messages and fields', () => {
    const lines: unknown[] = []
    const log = createLog((...line) => lines.push(line))
    const circular: Record<string, unknown> = {}
    circular.self = circular
    log('warn', 'GET https://u:p4ssw0rd@x.test failed')
    log('error', 'failed', {
      runId: 'r',
      count: 3,
      none: null,
      reason: 'Bearer s3cr3t-value was refused',
      error: new Error('api_key=s3cr3t-value'),
      details: { headers: { Cookie: 's3cr3t-value' } },
      circular,
    })
    expect(lines).toEqual([
      ['warn', `GET https://${MASK}@x.test failed`],
      [
        'error',
        'failed',
        {
          runId: 'r',
          count: 3,
          none: null,
          reason: `Bearer ${MASK} was refused`,
          error: expect.stringContaining(`api_key=${MASK}`),
          details: { headers: { Cookie: MASK } },
          circular: '[unreadable]',
        },
      ],
    ])
  })

  test('writes warnings and errors to the console where the host gives no log', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const error = vi.spyOn(console, 'error').mockReturnValue()
    const info = vi.spyOn(console, 'info').mockReturnValue()
    const log = createLog(undefined)
    log('info', 'a run has begun')
    log('warn', 'slow', { ms: 3 })
    log('error', 'failed')
    expect(info).not.toHaveBeenCalled()
    expect(warn).toHaveBeenCalledWith('[tenon] slow', { ms: 3 })
    expect(error).toHaveBeenCalledWith('[tenon] failed', {})
  })

  test('writes to the console what a log of the host that throws has not taken', () => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    const log = createLog(() => {
      throw new Error('disk full after Bearer canary-secret-1')
    })
    log('error', 'failed', { runId: 'r1' })
    expect(error.mock.calls).toEqual([
      ['[tenon] log.failed: the log of the host threw an error', { reason: expect.stringContaining('disk full') }],
      ['[tenon] failed', { runId: 'r1' }],
    ])
    expect(JSON.stringify(error.mock.calls)).not.toContain('canary-secret-1')
  })
})
