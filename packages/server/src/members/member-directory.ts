import type { Member } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { repairText } from '@tenon/core/text'
import { inTime } from '../in-time.ts'

/** Maximum number of people in one answer, and of ids in one call. */
export const MOST_MEMBERS = 20
/** Longest wait for the directory in one request, in milliseconds. */
const ANSWER_MS = 10_000

/**
 * People of the tenants, from the user directory of the host. Both functions must answer for the given tenant only.
 *
 * @example
 * ```ts
 * const members: MemberDirectory = {
 *   search: ({ tenantId, query, limit }) => users.search(tenantId, query, limit),
 *   lookUp: ({ tenantId, userIds }) => users.find(tenantId, userIds),
 * }
 * ```
 */
export interface MemberDirectory {
  /** Finds people by a part of a name or an email address, the best match first; any people for an empty query. */
  search(request: {
    readonly tenantId: TenantId
    /** 0 to 200 characters, as the user typed them. */
    readonly query: string
    /** Maximum number of people to return: 20. */
    readonly limit: number
  }): Promise<readonly Member[]>
  /** Returns the people among these ids, in any order; unknown ids, and those of other tenants, are left out. */
  lookUp(request: {
    readonly tenantId: TenantId
    /** 1 to 20 different ids; a workflow that names more people is checked in several calls. */
    readonly userIds: readonly string[]
  }): Promise<readonly Member[]>
}

/**
 * Looks up people by their ids in calls of at most {@link MOST_MEMBERS} ids; without ids it calls nothing.
 *
 * @param timeoutMs - Longest wait for all calls together, in milliseconds. @defaultValue 10_000
 * @throws {@link TenonError} `UNAVAILABLE` if a call fails, see {@link askDirectory}, or when the wait is over.
 */
export async function lookUpMembers(
  members: MemberDirectory,
  tenantId: TenantId,
  userIds: readonly string[],
  timeoutMs: number = ANSWER_MS,
): Promise<readonly Member[]> {
  const startedAt = performance.now()
  const different = [...new Set(userIds)]
  const found: Member[] = []
  // One call after the other, so that a large workflow sends no burst of queries to the host.
  for (let start = 0; start < different.length; start += MOST_MEMBERS) {
    const part = different.slice(start, start + MOST_MEMBERS)
    const leftMs = startedAt + timeoutMs - performance.now()
    found.push(...(await askDirectory(() => members.lookUp({ tenantId, userIds: part }), leftMs)))
  }
  return found
}

/**
 * Calls the directory of the host, and removes from its answer every field that the API does not return.
 *
 * @param timeoutMs - Longest wait for the answer, in milliseconds. @defaultValue 10_000
 * @throws {@link TenonError} `UNAVAILABLE` if the call fails, takes longer, or returns anything but people.
 */
export async function askDirectory(
  ask: () => Promise<readonly Member[]>,
  timeoutMs: number = ANSWER_MS,
): Promise<readonly Member[]> {
  const unavailable = (cause: unknown) =>
    new TenonError('UNAVAILABLE', 'The list of people cannot be read at the moment', { cause })
  const late = () => unavailable(new Error('the directory did not answer in time'))
  try {
    const found: unknown = await inTime(Promise.resolve().then(ask), timeoutMs, late)
    if (!Array.isArray(found)) throw new TypeError('the directory must return an array of members')
    return found.map(toMember)
  } catch (error) {
    throw error instanceof TenonError && error.code === 'UNAVAILABLE' ? error : unavailable(error)
  }
}

function toMember(value: unknown): Member {
  const { userId, displayName, detail } = value as Partial<Member>
  if (typeof userId !== 'string' || typeof displayName !== 'string') {
    throw new TypeError('each member must have the texts userId and displayName')
  }
  return {
    userId,
    displayName: repairText(displayName),
    ...(typeof detail === 'string' ? { detail: repairText(detail) } : {}),
  }
}
