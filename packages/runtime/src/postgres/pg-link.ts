import { TenonError } from '@tenon/core/errors'
import type { CompiledQuery, QueryResult } from 'kysely'
import type { DatabaseLink, LinkConnection } from './link.ts'
import { noStream } from './no-stream.ts'

interface PgQuery {
  readonly text: string
  readonly values?: unknown[]
  readonly types?: { getTypeParser(oid: number, format?: string): (text: string) => unknown }
}

interface PgResult {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: unknown[]
}

interface PgClient {
  query(query: PgQuery): Promise<PgResult>
  getTypeParser(oid: number, format?: string): (text: string) => unknown
  release(error?: Error | boolean): void
}

/** What is used of a `pg.Pool`; hosts pass their own. */
export interface PgPool {
  connect(): Promise<PgClient>
  end(): Promise<void>
}

const INT8_OID = 20
const NUMERIC_OID = 1700

/** Reaches Postgres over a `pg` pool; 64-bit integers come back as numbers, as PGlite gives them. */
export function pgLink(pool: PgPool): DatabaseLink {
  return {
    dialect: 'postgres',
    acquire: async () => pgConnection(await connect(pool)),
    close: () => pool.end(),
  }
}

async function connect(pool: PgPool): Promise<PgClient> {
  try {
    return await pool.connect()
  } catch (cause) {
    throw new TenonError('UNAVAILABLE', 'The database cannot be reached', { cause })
  }
}

function pgConnection(client: PgClient): LinkConnection {
  let broken: Error | undefined
  const types = {
    getTypeParser: (oid: number, format?: string) =>
      oid === INT8_OID || oid === NUMERIC_OID ? Number : client.getTypeParser(oid, format),
  }
  return {
    begin: async (opening) => {
      await client.query({ text: `begin; ${opening}` })
    },
    commit: async () => {
      await client.query({ text: 'commit' })
    },
    rollback: async () => {
      try {
        await client.query({ text: 'rollback' })
      } catch (error) {
        // The pool must not hand out a connection whose transaction may still be open.
        broken = error instanceof Error ? error : new Error('rollback failed')
      }
    },
    release: () => client.release(broken),
    executeQuery: async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
      const result = await client.query({ text: query.sql, values: [...query.parameters], types })
      return {
        rows: result.rows as Row[],
        ...(result.rowCount === null ? {} : { numAffectedRows: BigInt(result.rowCount) }),
      }
    },
    streamQuery: noStream,
  }
}
