import type { Identity, NodeRunRef, ParkedRefusal, ResolvedParkedGroup, ResolveParkedGroup } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { type StoredParked, writeCursor } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { isRefusal } from '../log/is-refusal.ts'
import { resolveOne } from './resolve-one.ts'

/** Most node runs that one request resolves without a limit of its own. */
const DEFAULT_BATCH = 50

/**
 * Resolves a part of the open parked node runs of a group, newest first. Each is decided by itself: one that does not
 * allow the resolution remains parked, and the others continue. A fault of the database or of this process ends the part
 * early, with the counts so far and a cursor for the others.
 *
 * @throws {@link TenonError} `CURSOR_INVALID`; a fault, if it meets the first one.
 */
export async function resolveGroup(
  server: ServerContext,
  identity: Identity,
  { resolution, limit = DEFAULT_BATCH, ...group }: ResolveParkedGroup,
): Promise<ResolvedParkedGroup> {
  const page = await server.reader.listParked(identity.tenantId, { ...group, status: 'open', limit })
  const refused: ParkedRefusal[] = []
  const nodeRuns: NodeRunRef[] = []
  let closed = 0
  let last: StoredParked | null = null
  for (const parked of page.items) {
    const answer = await resolveOrRefuse(server, identity, parked, { resolution }).catch((fault: unknown) => {
      if (last === null) throw fault
      return { fault }
    })
    if (typeof answer === 'object' && 'fault' in answer) {
      const code = answer.fault instanceof TenonError ? answer.fault.code : 'INTERNAL'
      server.log('error', 'parked.group_cut_short: a fault ended the part early', { runId: parked.runId, code })
      return { resolved: nodeRuns.length, nodeRuns, closed, refused, nextCursor: cursorAfter(last ?? parked) }
    }
    last = parked
    if (answer === 'resolved') nodeRuns.push({ runId: parked.runId, nodeRunId: parked.nodeRunId })
    else if (answer === 'closed') closed += 1
    else refused.push(answer)
  }
  return { resolved: nodeRuns.length, nodeRuns, closed, refused, nextCursor: page.nextCursor }
}

function cursorAfter({ parkedAt, parkedId }: StoredParked): string {
  return writeCursor({ at: parkedAt, id: parkedId })
}

async function resolveOrRefuse(
  server: ServerContext,
  identity: Identity,
  parked: StoredParked,
  request: Pick<ResolveParkedGroup, 'resolution'>,
): Promise<'resolved' | 'closed' | ParkedRefusal> {
  try {
    const outcome = await resolveOne(server, identity, parked, request)
    return outcome === 'accepted' || outcome === 'repeated' ? 'resolved' : 'closed'
  } catch (error) {
    // A fault of the database or of this process concerns all of them.
    if (!isRefusal(error)) throw error
    return { parkedId: parked.parkedId, code: error.code, message: error.message }
  }
}
