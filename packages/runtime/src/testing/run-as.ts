import { execFile } from 'node:child_process'
import { tmpdir, userInfo } from 'node:os'
import { promisify } from 'node:util'
import { TenonError } from '@tenon/core/errors'

const execute = promisify(execFile)

export interface SystemUser {
  readonly uid: number
  readonly gid: number
}

/** Returns the ids of a user for a process of root; null if this process is not root. */
export async function systemUser(name: string): Promise<SystemUser | null> {
  if (userInfo().uid !== 0) return null
  try {
    const [uid, gid] = await Promise.all([execute('id', ['-u', name]), execute('id', ['-g', name])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch (cause) {
    throw new TenonError('UNAVAILABLE', `Root cannot run Postgres, and there is no user "${name}"`, {
      cause,
      remedy: `Create it: useradd --system ${name}`,
    })
  }
}

/** Runs a program to its end as a user. */
export async function runAs(user: SystemUser | null, program: string, args: readonly string[]): Promise<void> {
  await execute(program, [...args], { cwd: tmpdir(), ...(user ?? {}) })
}
