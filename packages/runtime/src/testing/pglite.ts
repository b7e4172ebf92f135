import { createHash, randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { createDatabase } from '../postgres/database.ts'
import { type MigrateOptions, migrate } from '../postgres/migrate.ts'
import { RUNTIME_MIGRATIONS } from '../postgres/migrate-runtime.ts'
import type { PgliteDatabase } from '../postgres/pglite-link.ts'
import type { RuntimeTables } from '../postgres/tables.ts'

/** Holds a dump in one piece: a plain `Blob` of this size takes longer to read than a database to open. */
class Dump extends Blob {
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    super([])
    this.#bytes = bytes
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = this.#bytes
    return (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength)
  }
}

/** Compiles the code of PGlite once in a process: otherwise each database compiles it again. */
const compiled = once(async () => WebAssembly.compile(await readFile(join(distOfPGlite(), 'pglite.wasm'))))

/** Less than its own 128 MB, which are cleared at each start and which no test fills. */
const SHARED_BUFFERS = ['-c', 'shared_buffers=16MB']

/**
 * Opens an empty PGlite in memory for tests. The first one of a machine takes seconds to initialize; it is kept in the
 * temporary directory, and later ones begin as copies of it in a fraction of the time.
 */
export async function openTestPGlite(): Promise<PgliteDatabase> {
  return openKept(await pathOf('empty'), () => PGlite.create())
}

/** Migrations of one owner of tables, as `migrate` takes them. */
type MigrationSet = Pick<MigrateOptions, 'table' | 'migrations'>

/**
 * Opens a PGlite as {@link openTestPGlite} does, with the tables of the runtime. `migrateRuntime` still has to run: it
 * adds the partitions of the coming weeks.
 *
 * @param further - Migrations that follow those of the runtime. @defaultValue none
 */
export async function openMigratedPGlite(...further: readonly MigrationSet[]): Promise<PgliteDatabase> {
  const sets: readonly MigrationSet[] = [RUNTIME_MIGRATIONS, ...further]
  const statements = sets.flatMap(({ table, migrations }) =>
    migrations.map(({ name, up }) => [table, name, ...up({ schema: 'tenon' })]),
  )
  const path = await pathOf(createHash('sha256').update(JSON.stringify(statements)).digest('hex').slice(0, 16))
  return openKept(path, async () => {
    const pglite = await PGlite.create()
    // Without the partitions of a week: the copy is kept for longer. The database stays open, as the PGlite does.
    const database = createDatabase<RuntimeTables>({ pglite })
    for (const set of sets) await migrate(database, set)
    return pglite
  })
}

async function openKept(path: string, create: () => Promise<PGlite>): Promise<PgliteDatabase> {
  const dump = await readFile(path).catch(() => makeDump(path, create))
  return PGlite.create({
    loadDataDir: new Dump(dump),
    pgliteWasmModule: await compiled(),
    startParams: [...PGlite.defaultStartParams, ...SHARED_BUFFERS],
  })
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => {
    made ??= make()
    return made
  }
}

function distOfPGlite(): string {
  return dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite'))
}

async function pathOf(content: string): Promise<string> {
  const described: unknown = JSON.parse(await readFile(join(distOfPGlite(), '..', 'package.json'), 'utf8'))
  const { version } = described as { readonly version: string }
  return join(tmpdir(), `tenon-test-pglite-${version}-checkpoint-${content}-${userInfo().uid}.tar`)
}

async function makeDump(path: string, create: () => Promise<PGlite>): Promise<Buffer> {
  const pglite = await create()
  // Without it, each copy would begin with the log of all that the migrations wrote.
  await pglite.exec('CHECKPOINT')
  const dump = Buffer.from(await (await pglite.dumpDataDir('none')).arrayBuffer())
  await pglite.close()
  const unfinished = `${path}.${randomUUID()}`
  await writeFile(unfinished, dump)
  // Atomically, since another test process may read it already.
  await rename(unfinished, path)
  return dump
}
