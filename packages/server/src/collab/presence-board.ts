import type { Identity } from '@tenon/core/api'
import { DRAFT_LIMITS } from '@tenon/core/collab'
import { type AwarenessEntry, encodeAwareness } from './frames.ts'
import type { Member } from './member.ts'
import { departureOf, isDeparture, signPresence } from './presence.ts'

/** Members of a room with their cursors, as each client reports them. Never stored. */
export interface PresenceBoard {
  /** Takes what other processes say of their members. */
  receiveRemote(entries: readonly AwarenessEntry[]): void
  /** Presence of the members that are connected to this process. */
  ownEntries(): readonly AwarenessEntry[]
  /** Takes what a client says of itself; what it passes on of others is left out. */
  receive(member: Member, entries: readonly AwarenessEntry[]): Promise<void>
  /** Sends the presence of all members to a new one. */
  greet(member: Member): void
  leave(member: Member): void
  close(): void
}

export interface PresenceDeps {
  readonly isMember: (member: Member) => boolean
  /** Binds a client id to a user. @throws if it belongs to another user */
  readonly claim: (clientId: number, identity: Identity) => Promise<void>
  readonly send: (frame: Uint8Array, except: Member | null) => void
  /** Publishes a change of presence to the other processes. */
  readonly announce: (entry: AwarenessEntry) => void
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** A stock client renews its presence every 15 s and forgets others after 30 s. */
const REMOTE_MS = 30_000

const MIN_INTERVAL_MS = 1_000 / DRAFT_LIMITS.awarenessPerSecond

interface Seat {
  member: Member
  entry: AwarenessEntry
  sentAt: number
  timer: ReturnType<typeof setTimeout> | null
}

export function createPresenceBoard({ isMember, claim, send, announce, now }: PresenceDeps): PresenceBoard {
  const seats = new Map<number, Seat>()
  const ownIds = new Map<Member, number>()
  const remotes = new Map<number, { readonly entry: AwarenessEntry; readonly seenAt: number }>()

  /** Client id of a member: the first id that it reports and that no other member has. */
  async function ownIdOf(member: Member, entries: readonly AwarenessEntry[]): Promise<number | null> {
    const known = ownIds.get(member)
    if (known !== undefined) return known
    for (const entry of entries) {
      const { clientId } = entry
      // A stock provider repeats what it hears of others, so an id that is taken is no offence.
      if (!isFree(entry, member) || isDeparture(entry)) continue
      const isOurs = await claim(clientId, member.identity).then(
        () => true,
        () => false,
      )
      if (!isOurs || ownIds.has(member) || !isMember(member)) continue
      ownIds.set(member, clientId)
      return clientId
    }
    return null
  }

  /**
   * Checks whether a client id is free: it has no member, or one of the same user that was lost without a close. An entry
   * that is newer than all entries of the lost member cannot be a replay.
   */
  function isFree({ clientId, clock }: AwarenessEntry, { identity }: Member): boolean {
    const seat = seats.get(clientId)
    return seat === undefined || (seat.member.identity.userId === identity.userId && clock > seat.entry.clock)
  }

  function ownEntries(): readonly AwarenessEntry[] {
    return [...seats.values()].map((seat) => seat.entry).filter((entry) => !isDeparture(entry))
  }

  function publish(seat: Seat): void {
    const waitMs = seat.sentAt + MIN_INTERVAL_MS - now()
    if (waitMs <= 0) {
      flush(seat)
      return
    }
    // Of what comes too fast, the last state counts.
    seat.timer ??= setTimeout(() => flush(seat), waitMs)
  }

  function flush(seat: Seat): void {
    if (seat.timer !== null) clearTimeout(seat.timer)
    seat.timer = null
    seat.sentAt = now()
    send(encodeAwareness([seat.entry]), seat.member)
    announce(seat.entry)
  }

  function vacate(clientId: number, seat: Seat): void {
    seats.delete(clientId)
    if (seat.timer !== null) clearTimeout(seat.timer)
    if (isDeparture(seat.entry)) return
    const departure = departureOf(seat.entry)
    send(encodeAwareness([departure]), seat.member)
    announce(departure)
  }

  return {
    async receive(member, entries) {
      const clientId = await ownIdOf(member, entries)
      const entry = entries.find((candidate) => candidate.clientId === clientId)
      // It may have left while its id was asked for.
      if (clientId === null || entry === undefined || !isMember(member)) return
      const signed = signPresence(entry, member.identity)
      const seat = seats.get(clientId) ?? { member, entry: signed, sentAt: 0, timer: null }
      if (seat.member !== member && !isFree(entry, member)) return
      seats.set(clientId, seat)
      seat.member = member
      seat.entry = signed
      if (isDeparture(signed)) flush(seat)
      else publish(seat)
    },
    receiveRemote(entries) {
      // Local members report their own presence.
      const news = entries.filter(({ clientId }) => !seats.has(clientId))
      for (const entry of news) {
        if (isDeparture(entry)) remotes.delete(entry.clientId)
        else remotes.set(entry.clientId, { entry, seenAt: now() })
      }
      if (news.length > 0) send(encodeAwareness(news), null)
    },
    ownEntries,
    greet(member) {
      for (const [clientId, { seenAt }] of remotes) if (now() - seenAt > REMOTE_MS) remotes.delete(clientId)
      const entries = [...ownEntries(), ...[...remotes.values()].map(({ entry }) => entry)]
      if (entries.length > 0) member.socket.send(encodeAwareness(entries))
    },
    leave(member) {
      const clientId = ownIds.get(member)
      ownIds.delete(member)
      const seat = clientId === undefined ? undefined : seats.get(clientId)
      if (clientId !== undefined && seat?.member === member) vacate(clientId, seat)
    },
    close() {
      for (const seat of seats.values()) if (seat.timer !== null) clearTimeout(seat.timer)
      seats.clear()
      ownIds.clear()
      remotes.clear()
    },
  }
}
