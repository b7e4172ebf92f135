import type { CompiledQuery, QueryResult } from 'kysely'
import type { DatabaseLink, LinkConnection } from './link.ts'
import { noStream } from './no-stream.ts'
import type { PreparedStatement } from './prepared-statement.ts'

interface PgliteResult {
  readonly rows: unknown[]
  readonly affectedRows?: number
}

interface PgliteSession {
  query(text: string, values?: unknown[], options?: object): Promise<PgliteResult>
  exec(text: string): Promise<unknown>
}

interface PgliteTransaction extends PgliteSession {
  rollback(): Promise<void>
}

/** The part of a `PGlite` that is used; `openPGlite` returns one that has its directory locked. */
export interface PgliteDatabase extends PgliteSession {
  /** Runs `work` in one transaction; other transactions wait for it. */
  transaction<Value>(work: (transaction: PgliteTransaction) => Promise<Value>): Promise<Value>
  /** Closes the database and frees its directory. */
  close(): Promise<void>
}

const INT8_OID = 20
const NUMERIC_OID = 1700
const options = { parsers: { [INT8_OID]: Number, [NUMERIC_OID]: Number } }

/** Creates a link to a PGlite: it has one session, so transactions queue; never nest them. */
export function pgliteLink(pglite: PgliteDatabase): DatabaseLink {
  return {
    dialect: 'pglite',
    maxConnections: 1,
    waiting: () => 0,
    acquire: async () => pgliteConnection(pglite),
    close: () => pglite.close(),
  }
}

function pgliteConnection(pglite: PgliteDatabase): LinkConnection {
  let session: PgliteSession = pglite
  let end: ((how: 'commit' | 'rollback') => Promise<void>) | undefined

  // PGlite passes its session to a callback; Kysely calls begin and commit separately.
  const begin = (opening: string): Promise<void> =>
    new Promise((resolve, reject) => {
      let finish: (how: 'commit' | 'rollback') => void
      const finished = new Promise<'commit' | 'rollback'>((resolveEnd) => {
        finish = resolveEnd
      })
      const transaction = pglite.transaction(async (opened) => {
        await opened.exec(opening)
        session = opened
        resolve()
        if ((await finished) === 'rollback') await opened.rollback()
      })
      end = (how) => {
        session = pglite
        finish(how)
        return transaction
      }
      transaction.catch(reject)
    })
  return {
    isUsable: true,
    begin,
    commit: async () => end?.('commit'),
    send: async <Row>({ text }: PreparedStatement, values: readonly unknown[]) =>
      (await session.query(text, [...values], options)).rows as Row[],
    rollback: async () => end?.('rollback').catch(() => undefined),
    release: () => undefined,
    executeQuery: async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
      const result = await session.query(query.sql, [...query.parameters], options)
      return {
        rows: result.rows as Row[],
        ...(result.affectedRows === undefined ? {} : { numAffectedRows: BigInt(result.affectedRows) }),
      }
    },
    streamQuery: noStream,
  }
}
