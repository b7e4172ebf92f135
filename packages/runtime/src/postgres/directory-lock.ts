import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { TenonError } from '@tenon/core/errors'

interface LockHolder {
  readonly pid: number
  readonly host: string
  /** Distinguishes a process from a later one with the same pid. */
  readonly born: string
  readonly token: string
}

export interface DirectoryLock {
  release(): Promise<void>
}

const LOCK_NAME = 'tenon.lock'
const BEAT_MS = 5_000
const SILENT_MS = 30_000

/**
 * Locks a directory for this process. The lock of a dead process is replaced; one of another machine (a shared volume)
 * counts as dead after 30 s without a heartbeat.
 *
 * @throws {@link TenonError} `DB_DIRECTORY_LOCKED` (details: `pid`, `host`) while another holder lives.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, LOCK_NAME)
  const holder: LockHolder = {
    pid: process.pid,
    host: hostname(),
    born: await birthOf(process.pid),
    token: randomUUID(),
  }
  await takeLock(path, holder)
  const beat = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => undefined)
  }, BEAT_MS)
  beat.unref()
  return {
    release: async () => {
      clearInterval(beat)
      const found = await readHolder(path)
      if (found?.token === holder.token) await rm(path, { force: true })
    },
  }
}

async function takeLock(path: string, holder: LockHolder): Promise<void> {
  const mine = `${path}.${holder.token}`
  await writeFile(mine, JSON.stringify(holder))
  try {
    // A hard link is created atomically and never replaces another file.
    if (await tryLink(mine, path)) return
    const found = await readHolder(path)
    if (found !== null && (await isAlive(found, path))) throw locked(found)
    const stale = `${path}.stale.${holder.token}`
    await rename(path, stale).catch(() => undefined)
    // Between the check and the rename a third process may have acquired the lock: restore it.
    const moved = await readHolder(stale)
    if (moved !== null && moved.token !== found?.token && (await tryLink(stale, path))) {
      await rm(stale, { force: true })
      throw locked(moved)
    }
    await rm(stale, { force: true })
    if (!(await tryLink(mine, path))) throw locked(await readHolder(path))
  } finally {
    await rm(mine, { force: true })
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function readHolder(path: string): Promise<LockHolder | null> {
  try {
    const found: unknown = JSON.parse(await readFile(path, 'utf8'))
    const isHolder = typeof found === 'object' && found !== null && 'pid' in found && 'token' in found
    return isHolder ? (found as LockHolder) : null
  } catch {
    return null
  }
}

async function isAlive(holder: LockHolder, path: string): Promise<boolean> {
  if (holder.host !== hostname()) return isBeating(path)
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return (await birthOf(holder.pid)) === holder.born
}

async function isBeating(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path)
  return Date.now() - mtimeMs < SILENT_MS
}

/** Returns the start time of a process on Linux; elsewhere an empty text, so that only the pid is compared. */
async function birthOf(pid: number): Promise<string> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may contain spaces; field 22, the start time, is the 20th after it.
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${boot.trim()}/${startTime}`
  } catch {
    return 'unknown'
  }
}

function locked(holder: LockHolder | null): TenonError {
  const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`
  return new TenonError('DB_DIRECTORY_LOCKED', `The data directory is in use by ${who}`, {
    ...(holder === null ? {} : { details: { pid: holder.pid, host: holder.host } }),
  })
}
