import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { TenonError } from '@tenon/core/errors'
import { checkOptions, type OptionCheck, optional, optionFault, shownOption, text } from '@tenon/core/options'
import { lockDirectory } from './directory-lock.ts'
import type { PgliteDatabase } from './pglite-link.ts'

/** PGlite's own notation for a database in memory. */
const MEMORY = 'memory://'

/** Requires a path or `memory://`; any other scheme would become the name of a folder. */
const aDirectory: OptionCheck = (value, field) => {
  const faults = text(value, field)
  if (faults.length > 0 || value === MEMORY || !/^[a-z][a-z0-9+.-]*:\/\//i.test(String(value))) return faults
  return optionFault(
    field,
    `${field} must be the path of a directory, or "${MEMORY}" for a database in memory (got ${shownOption(value)})`,
  )
}

/**
 * Opens a PGlite on a directory and locks it, since two processes on one directory would corrupt it. The first boot
 * takes 3 to 6 s.
 *
 * @param dataDir - Path of the directory, created if missing. Without it, and with PGlite's own `memory://`, the
 * database is in memory.
 * @throws {@link TenonError} `DB_DIRECTORY_LOCKED` while another live process holds the directory; `OPTIONS_INVALID` for
 * a `dataDir` with another scheme, and if `@electric-sql/pglite` is not installed.
 */
export async function openPGlite(dataDir?: string): Promise<PgliteDatabase> {
  checkOptions('openPGlite', { dataDir }, { dataDir: optional(aDirectory) })
  const { PGlite } = await loadPGlite()
  if (dataDir === undefined || dataDir === MEMORY) return PGlite.create()
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
 * Loads the optional peer on use. The name is not a literal, so that bundlers ignore it: hosts on Postgres need not
 * install it, and a bundled copy would not find its own files.
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
