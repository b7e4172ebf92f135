import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { PgliteDatabase } from '../postgres/pglite-link.ts'

/**
 * Opens an empty PGlite in memory for tests. The first one of a machine takes seconds to initialize; it is kept in the
 * temporary directory, and later ones begin as copies of it in a fraction of the time.
 */
export async function openTestPGlite(): Promise<PgliteDatabase> {
  const kept = join(tmpdir(), `tenon-test-pglite-${await pgliteVersion()}-${userInfo().uid}.tar`)
  const dump = await readFile(kept).catch(() => makeDump(kept))
  return PGlite.create({ loadDataDir: new Blob([new Uint8Array(dump)]) })
}

async function pgliteVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const described: unknown = JSON.parse(await readFile(join(dirname(entry), '..', 'package.json'), 'utf8'))
  return (described as { readonly version: string }).version
}

async function makeDump(path: string): Promise<Buffer> {
  const pglite = await PGlite.create()
  const dump = Buffer.from(await (await pglite.dumpDataDir('none')).arrayBuffer())
  await pglite.close()
  const unfinished = `${path}.${randomUUID()}`
  await writeFile(unfinished, dump)
  // Atomically, since another test process may read it already.
  await rename(unfinished, path)
  return dump
}
