import type { Member, MemberList } from '@tenon/core/client'
import { useContext, useMemo } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { type ListMembers, MembersContext } from './members-context.ts'

/** Most ids of one request. */
const MOST_IDS = 20

interface NamedMembers {
  /** True if the host has a directory of its people. */
  readonly hasDirectory: boolean
  /** Known people by id. */
  readonly byId: ReadonlyMap<string, Member>
  /** Ids that belong to no person of the tenant; empty until that is known. */
  readonly unknownIds: readonly string[]
}

/** Returns the people with these ids, as far as the directory of the host knows them. */
export function useMembers(userIds: readonly string[]): NamedMembers {
  const list = useContext(MembersContext)
  const key = userIds.join('\n')
  const load = useMemo(() => {
    const ids = key === '' ? [] : key.split('\n')
    return list === null ? null : (abortSignal: AbortSignal) => lookUp(list, ids, abortSignal)
  }, [list, key])
  const { value } = useResource(load)
  return useMemo(() => {
    const byId = new Map(value?.items.map((member) => [member.userId, member]))
    const hasDirectory = value?.isAvailable ?? false
    const ids = key === '' ? [] : key.split('\n')
    return { hasDirectory, byId, unknownIds: hasDirectory ? ids.filter((userId) => !byId.has(userId)) : [] }
  }, [value, key])
}

async function lookUp(list: ListMembers, userIds: readonly string[], abortSignal: AbortSignal): Promise<MemberList> {
  const parts: (readonly string[])[] = [userIds.slice(0, MOST_IDS)]
  for (let at = MOST_IDS; at < userIds.length; at += MOST_IDS) parts.push(userIds.slice(at, at + MOST_IDS))
  const found = await Promise.all(parts.map((part) => list({ userIds: part }, { abortSignal })))
  return { items: found.flatMap(({ items }) => items), isAvailable: found.every(({ isAvailable }) => isAvailable) }
}
