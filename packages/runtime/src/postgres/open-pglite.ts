import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { TenonError } from '@tenon/core/errors'
import { lockDirectory } from './directory-lock.ts'
import type { PgliteDatabase } from './pglite-link.ts'

/**
 * Opens a PGlite on a directory that no other process may use meanwhile; two on one directory would corrupt it.
 * Without a directory the database lives in memory. The first boot takes 3 to 6 s.
 *
 * @throws {@link TenonError} `DB_DIRECTORY_LOCKED` while another live process holds the directory; `OPTIONS_INVALID` if
 * `@electric-sql/pglite` is not installed.
 */
export async function openPGlite(dataDir?: string): Promise<PgliteDatabase> {
  const { PGlite } = await loadPGlite()
  if (dataDir === undefined) return PGlite.create()
  await mkdir(dataDir, { recursive: true })
  const lock = await lockDirectory(dataDir)
  try {
    const pglite = await PGlite.create(join(dataDir, 'pgdata'))
    const close = pglite.close.bind(pglite)
    pglite.close = async () => {
      await close()
      await lock.release()
    }
    return pglite
  } catch (error) {
    await lock.release()
    throw error
  }
}

/**
 * Loads the optional peer on use. The name is not a literal, so that bundlers leave it alone: hosts on Postgres need not
 * install it, and a bundled copy does not find the files that it loads from its own folder.
 */
async function loadPGlite(): Promise<typeof import('@electric-sql/pglite')> {
  const name: string = '@electric-sql/pglite'
  try {
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ name)
  } catch (error) {
    throw new TenonError('OPTIONS_INVALID', 'PGlite is not installed: run `npm install @electric-sql/pglite`', {
      cause: error,
    })
  }
}
