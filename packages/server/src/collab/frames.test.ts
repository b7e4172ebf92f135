import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import {
  type CollabFrame,
  decodeFrame,
  encodeAwareness,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeUpdate,
} from './frames.ts'

const vector = Y.encodeStateVector(new Y.Doc())
const update = Y.encodeStateAsUpdate(new Y.Doc())
const entry = { clientId: 4_294_967_295, clock: 7, state: '{"cursor":{"x":1}}' }

describe('decodeFrame', () => {
  test.each<[Uint8Array, CollabFrame]>([
    [encodeSyncStep1(vector), { kind: 'sync-step-1', stateVector: vector }],
    [encodeSyncStep2(update), { kind: 'update', update }],
    [encodeUpdate(update), { kind: 'update', update }],
    [encodeAwareness([entry]), { kind: 'awareness', entries: [entry] }],
    [new Uint8Array([3]), { kind: 'query-awareness' }],
  ])('reads what a provider sends: %#', (frame, decoded) => {
    expect(decodeFrame(frame)).toEqual(decoded)
  })

  test('random bytes give a frame or a typed refusal', () => {
    let seed = 11
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed % below
    }
    for (let round = 0; round < 5_000; round += 1) {
      const bytes = Uint8Array.from({ length: random(40) }, (_, index) => (index < 2 ? random(5) : random(256)))
      try {
        decodeFrame(bytes)
      } catch (error) {
        expect(error).toEqual(expect.objectContaining({ code: 'COLLAB_FRAME_INVALID' }))
      }
    }
  })

  test('a count of entries that no room can hold is refused before any is read', () => {
    const frame = encodeAwareness(Array.from({ length: 1_001 }, (_, clientId) => ({ ...entry, clientId })))
    expect(() => decodeFrame(frame)).toThrow(expect.objectContaining({ code: 'COLLAB_FRAME_INVALID' }))
  })
})
