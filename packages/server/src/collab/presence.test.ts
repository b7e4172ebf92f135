import { describe, expect, test } from 'vitest'
import { testIdentity } from '../testing/test-identity.ts'
import { signPresence } from './presence.ts'

const identity = testIdentity({ userId: 'ada', displayName: 'Ada' })
const sign = (state: string) => signPresence({ clientId: 1, clock: 1, state }, identity)

describe('signPresence', () => {
  test('writes the person into it, whatever the client says', () => {
    const { state } = sign('{"cursor":{"x":1},"user":{"userId":"eve"}}')
    expect(JSON.parse(state)).toMatchObject({ cursor: { x: 1 }, user: { userId: 'ada', displayName: 'Ada' } })
  })

  test.each([
    ['as a key of the presence', '{"__proto__":{"admin":true}}'],
    ['deep inside', '{"cursor":[{"at":{"__proto__":{}}}]}'],
    ['written with an escape', '{"\\u005f_proto__":1}'],
  ])('refuses __proto__ %s', (_where, state) => {
    expect(() => sign(state)).toThrow(expect.objectContaining({ code: 'COLLAB_FRAME_INVALID' }))
  })

  test.each(['[]', '1', 'no JSON', `{"a":"${'x'.repeat(4_100)}"}`])('refuses what is no small object: %s', (state) => {
    expect(() => sign(state)).toThrow(expect.objectContaining({ code: 'COLLAB_FRAME_INVALID' }))
  })
})
