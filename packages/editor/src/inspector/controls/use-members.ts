import type { Member, MemberList } from '@tenon/core/client'
import { useCallback, useContext, useMemo, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { type ListMembers, MembersContext } from './members-context.ts'

/** Most ids of one request. */
const MOST_IDS = 20

interface NamedMembers {
  /** True if the host has a directory of its people; `unknown` until the server has answered once. */
  readonly hasDirectory: boolean | 'unknown'
  /** True while the directory cannot be read, for example because the server restarts. */
  readonly isFailed: boolean
  /** Known people by id. */
  readonly byId: ReadonlyMap<string, Member>
  /** Ids that belong to no person of the tenant; empty until that is known. */
  readonly unknownIds: readonly string[]
  /** Adds a person that the search has found, whose name is shown before the next answer. */
  readonly add: (member: Member) => void
}

/** Last answer of the directory, which is kept while other ids are looked up. */
interface Answer {
  readonly list: ListMembers | null
  readonly from: MemberList | null
  readonly byId: ReadonlyMap<string, Member>
  readonly missing: ReadonlySet<string>
}

/** Returns the people with these ids, as far as the directory of the host knows them. */
export function useMembers(userIds: readonly string[]): NamedMembers {
  const list = useContext(MembersContext)
  const key = userIds.join('\n')
  const ids = useMemo(() => (key === '' ? [] : key.split('\n')), [key])
  const load = useMemo(
    () => (list === null ? null : (abortSignal: AbortSignal) => lookUp(list, ids, abortSignal)),
    [list, ids],
  )
  const { value, error } = useResource(load)
  const [last, setLast] = useState<Answer>(() => noAnswer(list))
  if (last.list !== list) setLast(noAnswer(list))
  else if (value !== null && value !== last.from) setLast(answer(list, value, ids))
  const add = useCallback(
    (member: Member) => setLast((before) => ({ ...before, byId: new Map(before.byId).set(member.userId, member) })),
    [],
  )
  return useMemo(() => {
    const { from, byId, missing } = last
    const hasDirectory = list === null ? false : (from?.isAvailable ?? 'unknown')
    return { hasDirectory, isFailed: error !== null, byId, unknownIds: ids.filter((id) => missing.has(id)), add }
  }, [list, last, ids, error, add])
}

function noAnswer(list: ListMembers | null): Answer {
  return { list, from: null, byId: new Map(), missing: new Set() }
}

function answer(list: ListMembers | null, from: MemberList, ids: readonly string[]): Answer {
  const byId = new Map(from.items.map((member) => [member.userId, member]))
  return { list, from, byId, missing: new Set(from.isAvailable ? ids.filter((id) => !byId.has(id)) : []) }
}

async function lookUp(list: ListMembers, userIds: readonly string[], abortSignal: AbortSignal): Promise<MemberList> {
  const parts: (readonly string[])[] = [userIds.slice(0, MOST_IDS)]
  for (let at = MOST_IDS; at < userIds.length; at += MOST_IDS) parts.push(userIds.slice(at, at + MOST_IDS))
  const found = await Promise.all(parts.map((part) => list({ userIds: part }, { abortSignal })))
  return { items: found.flatMap(({ items }) => items), isAvailable: found.every(({ isAvailable }) => isAvailable) }
}
