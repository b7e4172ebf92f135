import { TenonError } from '@tenon/core/errors'
import type { HttpClient, MailClient, SqlClient } from '@tenon/core/node'
import type { AccountClients, CallLimits, Login } from '../egress/logins.ts'
import type { OpenConnection } from '../secret-reader.ts'

/** Clients of nodes, of which an engine may have HTTP alone. */
export type NodeClients = HttpClient & Partial<AccountClients>

/** Returns the clients of a body for the database and the mail server of its connection. */
export function clientsOf(
  clients: Partial<AccountClients>,
  tenantId: string,
  connection: OpenConnection | null,
  limits: () => CallLimits,
): { readonly sql: SqlClient; readonly mail: MailClient } {
  const login = connection?.login
  const sql = async () => ({
    client: clients.sql ?? missing('databases'),
    account: { tenantId, login: loginOf(login, 'postgres') },
  })
  return {
    sql: {
      read: async (statement) => {
        const { client, account } = await sql()
        return client.read(account, statement, limits())
      },
      write: async (statement) => {
        const { client, account } = await sql()
        return client.write(account, statement, limits())
      },
    },
    mail: {
      send: async (message) => {
        const client = clients.mail ?? missing('mail servers')
        return client.send({ tenantId, login: loginOf(login, 'smtp') }, message, limits())
      },
    },
  }
}

const NAMES = { postgres: 'a Postgres database', smtp: 'a mail server' } as const

function loginOf<Kind extends Login['kind']>(login: Login | undefined, kind: Kind): Extract<Login, { kind: Kind }> {
  // A login with this kind is of its type.
  if (login?.kind === kind) return login as Extract<Login, { kind: Kind }>
  throw new TenonError('CONNECTION_REFUSED', `The node has no connection to ${NAMES[kind]}`, {
    remedy: `Choose a connection to ${NAMES[kind]}.`,
  })
}

function missing(what: string): never {
  throw new TenonError('CONNECTION_REFUSED', `This engine has no client for ${what}`, {
    remedy: 'Give the engine the egress of createEgress().',
  })
}
