import * as decoding from 'lib0/decoding'
import { describe, expect, test } from 'vitest'
import { testIdentity } from '../testing/test-identity.ts'
import type { AwarenessEntry } from './frames.ts'
import type { Member } from './member.ts'
import { createPresenceBoard } from './presence-board.ts'

const CLIENT_ID = 77

/** A board whose members come and go; each look at its clock is a second later. */
function openBoard() {
  const members = new Set<Member>()
  const announced: AwarenessEntry[] = []
  let held: Promise<void> = Promise.resolve()
  let time = 0
  const board = createPresenceBoard({
    isMember: (member) => members.has(member),
    claim: () => held,
    send: () => undefined,
    announce: (entry) => announced.push(entry),
    now: () => {
      time += 1_000
      return time
    },
  })
  return {
    board,
    announced,
    join(identity = testIdentity()): Member & { readonly frames: Uint8Array[] } {
      const frames: Uint8Array[] = []
      const socket: Member['socket'] = {
        protocol: '',
        bufferedAmount: 0,
        send: (data) => void frames.push(typeof data === 'string' ? new TextEncoder().encode(data) : data),
        close: () => undefined,
        onMessage: () => undefined,
        onClose: () => undefined,
      }
      const member = { identity, socket, canWrite: true, frames }
      members.add(member)
      return member
    },
    leave(member: Member): void {
      members.delete(member)
      board.leave(member)
    },
    holdClaims(): () => void {
      let letClaim = (): void => undefined
      held = new Promise((resolve) => {
        letClaim = resolve
      })
      return letClaim
    },
  }
}

const at = (clock: number, x = clock): AwarenessEntry => ({
  clientId: CLIENT_ID,
  clock,
  state: JSON.stringify({ cursor: { x } }),
})

/** Clocks and cursors of the clients in a frame. */
function entriesIn(frame: Uint8Array | undefined) {
  if (frame === undefined) return []
  const decoder = decoding.createDecoder(frame)
  decoding.readVarUint(decoder)
  const inner = decoding.createDecoder(decoding.readVarUint8Array(decoder))
  return Array.from({ length: decoding.readVarUint(inner) }, () => ({
    clientId: decoding.readVarUint(inner),
    clock: decoding.readVarUint(inner),
    cursor: (JSON.parse(decoding.readVarString(inner)) as { cursor?: unknown }).cursor,
  }))
}

describe('createPresenceBoard', () => {
  test('sends a newcomer the users who are here, until they leave', async () => {
    const { board, join, leave, announced } = openBoard()
    const present = join()
    await board.receive(present, [at(1)])
    const newcomer = join()
    board.greet(newcomer)
    expect(entriesIn(newcomer.frames[0])).toEqual([{ clientId: CLIENT_ID, clock: 1, cursor: { x: 1 } }])
    leave(present)
    expect(announced.map(({ clock, state }) => [clock, state === 'null'])).toEqual([
      [1, false],
      [2, true],
    ])
  })

  test('keeps no entry for a user who leaves while their id is looked up', async () => {
    const { board, join, leave, holdClaims } = openBoard()
    const letClaim = holdClaims()
    const ghost = join()
    const receiving = board.receive(ghost, [at(1)])
    leave(ghost)
    letClaim()
    await receiving
    expect(board.ownEntries()).toEqual([])
    const next = join()
    await board.receive(next, [at(1)])
    expect(board.ownEntries()).toHaveLength(1)
  })

  test('keeps no entry for a user who leaves right after their next message', async () => {
    const { board, join, leave } = openBoard()
    const ghost = join()
    await board.receive(ghost, [at(1)])
    const receiving = board.receive(ghost, [at(2)])
    leave(ghost)
    await receiving
    expect(board.ownEntries()).toEqual([])
  })

  test('gives the entry of a socket that died without a close to the same user, when they continue', async () => {
    const { board, join, leave, announced } = openBoard()
    const dead = join()
    await board.receive(dead, [at(5)])
    const back = join(dead.identity)
    await board.receive(back, [at(5, 99)])
    expect(board.ownEntries().map(({ state }) => JSON.parse(state).cursor)).toEqual([{ x: 5 }])
    await board.receive(back, [at(6)])
    expect(board.ownEntries().map(({ state }) => JSON.parse(state).cursor)).toEqual([{ x: 6 }])
    leave(dead)
    expect(board.ownEntries()).toHaveLength(1)
    leave(back)
    expect(announced.at(-1)).toEqual({ clientId: CLIENT_ID, clock: 7, state: 'null' })
  })

  test('gives no entry of another user away', async () => {
    const { board, join } = openBoard()
    const present = join()
    await board.receive(present, [at(5)])
    await board.receive(join(), [at(6)])
    expect(board.ownEntries().map(({ clock }) => clock)).toEqual([5])
  })
})
