import type { Duplex } from 'node:stream'
import { TenonError } from '@tenon/core/errors'
import type pg from 'pg'
import type { PostgresLogin } from '../logins.ts'

export type Driver = typeof pg

/** The part of the protocol of the driver that its types lack. */
export interface DriverConnection {
  readonly stream: Duplex
  on(event: 'connect' | 'sslconnect' | 'error', listener: () => void): void
  once(event: 'parameterDescription', listener: (message: ParameterDescription) => void): void
  off(event: 'parameterDescription', listener: (message: ParameterDescription) => void): void
  connect(port: number, host: string): void
  requestSsl(): void
  cancel(processId: number, secretKey: number): void
  parse(statement: { readonly name: string; readonly text: string; readonly types: readonly number[] }): void
  describe(part: { readonly type: 'S'; readonly name: string }): void
  sync(): void
  ref(): void
  unref(): void
}

/** Types of the parameters of a statement. */
export interface ParameterDescription {
  readonly dataTypeIDs: readonly number[]
}

interface ClientInternals {
  readonly processID: number | null
  readonly secretKey: number | null
  readonly connection: DriverConnection
  readonly connectionParameters: { options: unknown; replication: unknown }
}

/** Returns members of a client that its types lack. */
export function internalsOf(client: pg.Client): ClientInternals {
  return client as unknown as ClientInternals
}

/** Creates a connection that speaks the protocol without a client. */
export function createConnection(driver: Driver, config: pg.ConnectionConfig): DriverConnection {
  return new driver.Connection(config) as unknown as DriverConnection
}

/** @throws {@link TenonError} `SQL_UNAVAILABLE`. */
export async function loadDriver(): Promise<Driver> {
  try {
    return (await import('pg')).default
  } catch (cause) {
    throw new TenonError('SQL_UNAVAILABLE', 'The package "pg" is not installed on this server', {
      cause,
      retryable: false,
      remedy: 'Ask the operator to install the package "pg".',
    })
  }
}

/** Creates a client whose database gets nothing of the environment of this process. */
export function createClient(driver: Driver, login: PostgresLogin, stream: Duplex, connectMs: number): pg.Client {
  const { host, port, database, user, password } = login
  const client = new driver.Client({
    ...{ host, port, database, user, password, ssl: tlsOf(login), stream: () => stream },
    ...{ connectionTimeoutMillis: connectMs, keepAlive: true, application_name: 'tenon' },
    // The driver reads what is absent here from PGSSLNEGOTIATION and PGCLIENT_ENCODING.
    ...{ sslnegotiation: 'postgres', client_encoding: 'UTF8' },
  })
  // Empty values would be read from PGOPTIONS and PGREPLICATION.
  const { connectionParameters } = internalsOf(client)
  connectionParameters.options = undefined
  connectionParameters.replication = undefined
  return client
}

/** Returns the TLS options of a login; `false` for none. */
export function tlsOf({ tls, ca }: PostgresLogin): false | { readonly rejectUnauthorized: boolean } {
  return tls === 'off' ? false : { rejectUnauthorized: tls === 'verify', ...(ca === null ? {} : { ca }) }
}
