import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { lockDirectory } from './directory-lock.ts'
import type { PgliteDatabase } from './pglite-link.ts'

/**
 * Opens a PGlite on a directory that no other process may use meanwhile; two on one directory would corrupt it.
 * Without a directory the database lives in memory. The first boot takes 3 to 6 s.
 *
 * @throws {@link TenonError} `DB_DIRECTORY_LOCKED` while another process lives that holds the directory.
 */
export async function openPGlite(dataDir?: string): Promise<PgliteDatabase> {
  // An optional peer: hosts on Postgres need not install it.
  const { PGlite } = await import('@electric-sql/pglite')
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
