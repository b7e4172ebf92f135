import { spawn } from 'node:child_process'
import { readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDirectory } from '../testing/postgres.ts'
import { lockDirectory } from './directory-lock.ts'

let directory: string
const lockFile = () => join(directory, 'tenon.lock')

beforeAll(async () => {
  directory = await testDirectory()
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** A process that sleeps, and its pid. */
async function sleeper(): Promise<{ readonly pid: number; kill(): Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1_000)'], { stdio: 'ignore' })
  await new Promise((resolve) => child.once('spawn', resolve))
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function writeHolder(fields: object): Promise<void> {
  const mine = JSON.parse(await readFile(lockFile(), 'utf8'))
  await writeFile(lockFile(), JSON.stringify({ ...mine, token: 'other', ...fields }))
}

describe('lockDirectory', () => {
  test('refuses a second holder while the first one lives, and names it', async () => {
    const lock = await lockDirectory(directory)
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: 'DB_DIRECTORY_LOCKED',
      details: { pid: process.pid },
    })
    await lock.release()
    await (await lockDirectory(directory)).release()
  })

  test('lets one of many have it', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => lockDirectory(directory)))
    const held = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    expect(held).toHaveLength(1)
    await held[0]?.release()
  })

  test('takes over the lock of a dead process, by one of many', async () => {
    const dead = await sleeper()
    await dead.kill()
    const lock = await lockDirectory(directory)
    await writeHolder({ pid: dead.pid })
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => lockDirectory(directory)))
    expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(1)
    // Its file is another's now: the first holder takes nothing away.
    await lock.release()
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'DB_DIRECTORY_LOCKED' })
    await rm(lockFile())
  })

  test('respects a living process, and not a later one with its pid', async () => {
    const other = await sleeper()
    const lock = await lockDirectory(directory)
    const stat = await readFile(`/proc/${other.pid}/stat`, 'utf8')
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
    const born = `${boot}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
    await writeHolder({ pid: other.pid, born })
    await expect(lockDirectory(directory)).rejects.toMatchObject({ details: { pid: other.pid } })
    await writeHolder({ pid: other.pid, born: `${boot}/1` })
    await (await lockDirectory(directory)).release()
    await lock.release()
    await other.kill()
  })

  test('takes over from another machine only after half a minute of silence', async () => {
    const lock = await lockDirectory(directory)
    await writeHolder({ host: 'another-machine', pid: 1 })
    await expect(lockDirectory(directory)).rejects.toMatchObject({ details: { host: 'another-machine' } })
    const longAgo = new Date(Date.now() - 31_000)
    await utimes(lockFile(), longAgo, longAgo)
    await (await lockDirectory(directory)).release()
    await lock.release()
  })

  test('takes over what is no lock at all', async () => {
    await writeFile(lockFile(), 'not json')
    await (await lockDirectory(directory)).release()
  })
})
