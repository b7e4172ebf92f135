import { createHash } from 'node:crypto'
import { TenonError } from '@tenon/core/errors'
import type { GuardedSockets } from '../guarded-socket.ts'
import type { Account, CallLimits, PostgresLogin } from '../logins.ts'
import { createKeyedSlots } from '../slots.ts'
import { type OwnedSession, openSession, type SqlSession } from './open-session.ts'
import { loadDriver } from './sql-driver.ts'
import { createTenantSessions, type TenantSessions } from './tenant-sessions.ts'

/** Most sessions of one account, and of all accounts of one tenant, in this process. */
const MAX_SESSIONS = 4
const MAX_SESSIONS_OF_TENANT = 8
const IDLE_MS = 10_000
/** Longest wait for the answer to a reset, and for calls that run when the sessions are closed. */
const RESET_MS = 1_000
const CLOSE_MS = 5_000
const MAX_RESET_BYTES = 65_536

/** Sessions at databases. */
export interface SqlSessions {
  /**
   * Calls `work` with a session that no other call uses. When the signal aborts, the database cancels its statement.
   *
   * @throws {@link TenonError} `SQL_UNAVAILABLE`, `SQL_LOGIN_FAILED`; the reason of the signal; any error of `work`.
   */
  use<Result>(
    account: Account<PostgresLogin>,
    limits: CallLimits,
    work: (session: SqlSession) => Promise<Result>,
  ): Promise<Result>
  /** Refuses further calls, waits a little for those that run, and cancels them then. */
  close(): Promise<void>
}

/** @param sockets - Refuse addresses which are not allowed. */
export function createSqlSessions(sockets: GuardedSockets): SqlSessions {
  const calls = createKeyedSlots(MAX_SESSIONS)
  const tenants = new Map<string, TenantSessions>()
  const running = new Map<AbortController, Promise<unknown>>()
  const leaving = new Set<Promise<void>>()
  let isClosed = false

  function sessionsOf(tenantId: string): TenantSessions {
    const known = tenants.get(tenantId)
    if (known !== undefined) return known
    const created = createTenantSessions(MAX_SESSIONS_OF_TENANT, IDLE_MS, () => {
      if (created.isEmpty && tenants.get(tenantId) === created) tenants.delete(tenantId)
    })
    tenants.set(tenantId, created)
    return created
  }

  async function call<Result>(
    { tenantId, login }: Account<PostgresLogin>,
    abortSignal: AbortSignal,
    work: (session: SqlSession) => Promise<Result>,
  ): Promise<Result> {
    const driver = await loadDriver()
    const key = keyOf({ tenantId, login })
    // First the account: calls that wait for it keep no session from the other accounts of the tenant.
    const release = await calls.acquire(key, abortSignal)
    const sessions = sessionsOf(tenantId)
    try {
      const open = () => openSession(driver, login, sockets, abortSignal)
      const session = await sessions.take(key, open, abortSignal)
      const result = await working(session, abortSignal, work)
      const left = reset(session).then(() => {
        sessions.keep(key, session)
        release()
        leaving.delete(left)
      })
      leaving.add(left)
      return result
    } catch (error) {
      release()
      throw error
    }
  }

  return {
    use(account, { abortSignal }, work) {
      if (isClosed) return Promise.reject(closedError())
      const controller = new AbortController()
      const onAbort = () => controller.abort(abortSignal.reason)
      abortSignal.addEventListener('abort', onAbort, { once: true })
      if (abortSignal.aborted) onAbort()
      const calling = call(account, controller.signal, work).finally(() => {
        abortSignal.removeEventListener('abort', onAbort)
        running.delete(controller)
      })
      running.set(controller, calling)
      return calling
    },
    async close() {
      isClosed = true
      await waitFor(Promise.allSettled(running.values()), CLOSE_MS)
      for (const controller of running.keys()) controller.abort(closedError())
      await Promise.allSettled(running.values())
      await Promise.all(leaving)
      await Promise.all([...tenants.values()].map((sessions) => sessions.endIdle()))
    },
  }
}

/** Key of an account: other credentials have sessions of their own. */
function keyOf({ tenantId, login }: Account<PostgresLogin>): string {
  return createHash('sha256')
    .update(JSON.stringify([tenantId, login]))
    .digest('base64')
}

async function working<Result>(
  session: OwnedSession,
  abortSignal: AbortSignal,
  work: (session: SqlSession) => Promise<Result>,
): Promise<Result> {
  // The statement must not run on when nothing waits for it; a database that does not answer gets no more of it.
  const onAbort = () => void session.cancel()
  abortSignal.addEventListener('abort', onAbort, { once: true })
  try {
    abortSignal.throwIfAborted()
    return await work(session)
  } catch (error) {
    session.end()
    throw abortSignal.aborted ? abortSignal.reason : error
  } finally {
    abortSignal.removeEventListener('abort', onAbort)
  }
}

/** Settings, temporary tables and locks of a statement must not reach the next one. */
async function reset(session: OwnedSession): Promise<void> {
  session.bytes.restart(MAX_RESET_BYTES)
  const isReset = await waitFor(
    session.client.query('discard all').then(
      () => true,
      () => false,
    ),
    RESET_MS,
  )
  if (isReset !== true) session.end()
}

/** @returns The result, or `undefined` after the time. */
async function waitFor<Result>(promise: Promise<Result>, timeoutMs: number): Promise<Result | undefined> {
  let alarm: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    alarm = setTimeout(() => resolve(undefined), timeoutMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(alarm)
  }
}

function closedError(): TenonError {
  return new TenonError('SQL_UNAVAILABLE', 'This process closes its connections to databases', {
    details: { code: null },
  })
}
