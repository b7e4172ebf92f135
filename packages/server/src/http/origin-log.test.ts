import { describe, expect, test } from 'vitest'
import { createOriginLog } from './origin-log.ts'

describe('createOriginLog', () => {
  test('logs each origin once, and no more than a hundred', () => {
    const lines: unknown[] = []
    const logOrigin = createOriginLog((_level, _message, fields) => lines.push(fields), ['https://app.example'])
    for (let index = 0; index < 300; index += 1) logOrigin(`https://${index % 150}.example`)
    expect(lines).toHaveLength(100)
    expect(lines[0]).toEqual({ origin: 'https://0.example', wanted: 'https://app.example' })
  })

  test('cuts what is no origin at all', () => {
    const lines: { readonly origin?: unknown }[] = []
    createOriginLog((_level, _message, fields = {}) => lines.push(fields), [])('x'.repeat(10_000))
    expect(String(lines[0]?.origin)).toHaveLength(201)
  })
})
