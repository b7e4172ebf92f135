import { MASK } from '@tenon/core/mask'
import { RUN_EVENT_TYPES, type RunEvent } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { presentEvent } from './present-event.ts'

const SECRET = 's3cr3t-canary-value'
const eventOf = (type: string, data: unknown): RunEvent =>
  ({ seq: 7, turn: 3, class: 'fact', id: 'i', v: 1, at: 9, type, nodeRunId: 'call', data }) as unknown as RunEvent

describe('presentEvent', () => {
  test.each(RUN_EVENT_TYPES)('%s is shown without credentials and without what only the store needs', (type) => {
    const value = { hash: 'h', size: 1, contentType: 'application/json', inline: { password: SECRET } }
    const frame = presentEvent(eventOf(type, { pass: 1, apiKey: SECRET, message: `Bearer ${SECRET}`, value }))
    expect(frame).toMatchObject({ seq: 7, type, at: 9, nodeRunId: 'call', data: { pass: 1, apiKey: MASK } })
    expect(frame).not.toHaveProperty('turn')
    expect(JSON.stringify(frame)).not.toContain(SECRET)
  })

  test('of a journaled call shows that it was made, not what it returned', () => {
    const value = { hash: 'h', size: 1, contentType: 'application/json', inline: { order: 41 } }
    const { data } = presentEvent(eventOf('node_journaled', { pass: 1, attempt: 1, key: 'charge', value }))
    expect(data).toEqual({
      pass: 1,
      attempt: 1,
      key: 'charge',
      value: { hash: 'h', size: 1, contentType: 'application/json' },
    })
  })

  test.each(['node_teleported', 'constructor'])('of a type of a newer process (%s) shows the type alone', (type) => {
    expect(presentEvent(eventOf(type, { anything: SECRET }))).toEqual({
      seq: 7,
      type,
      at: 9,
      nodeRunId: 'call',
      data: {},
    })
  })
})
