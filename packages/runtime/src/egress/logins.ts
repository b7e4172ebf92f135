import type { MailMessage, SentMail, SqlRead, SqlResult, SqlWrite } from '@tenon/core/node'

/** Server of a connection with the credentials of its account, in plain text. */
interface ServerLogin {
  /** Name or address of the server. */
  readonly host: string
  /** Port of the server. */
  readonly port: number
  /** Certificate authority (PEM) that signs the certificate of the server; `null` for those that Node.js trusts. */
  readonly ca: string | null
}

/** Account at a Postgres database. */
export interface PostgresLogin extends ServerLogin {
  /** Distinguishes it from other accounts. */
  readonly kind: 'postgres'
  /** Name of the database. */
  readonly database: string
  /** Name of the user. */
  readonly user: string
  /** Password of the user. */
  readonly password: string
  /** Statements that nodes may run: those that read, also those that insert, or those that change and delete as well. */
  readonly access: 'read' | 'insert' | 'write'
  /** `verify` checks the certificate and the name in it, `encrypt` checks neither, `off` sends everything as plain text. */
  readonly tls: 'verify' | 'encrypt' | 'off'
}

/** Account at a mail server. */
export interface SmtpLogin extends ServerLogin {
  /** Distinguishes it from other accounts. */
  readonly kind: 'smtp'
  /** Name of the user; `null` for a server that asks for none. */
  readonly user: string | null
  /** Password of the user; `null` without one. */
  readonly password: string | null
  /** `tls` from the first byte, `starttls` by a command that must succeed, or `off`. */
  readonly tls: 'tls' | 'starttls' | 'off'
}

/** Account at a server that is not reached by HTTP. */
export type Login = PostgresLogin | SmtpLogin

/** An account, as the clients of nodes use it. */
export interface Account<Kind extends Login = Login> {
  /** Tenant of the connection: it shares the connections of a process to databases. */
  readonly tenantId: string
  /** Credentials of the account. */
  readonly login: Kind
}

/** Limits of one call. */
export interface CallLimits {
  /** Ends the call, also at the server. */
  readonly abortSignal: AbortSignal
  /** Longest duration in ms, as a limit of the server for the case that this process ends; `null` for none. */
  readonly timeoutMs: number | null
}

/** Clients of nodes for servers that are not reached by HTTP, by account. Sockets obey the rules of the egress. */
export interface AccountClients {
  /** Client for Postgres databases. */
  readonly sql: {
    read(account: Account<PostgresLogin>, statement: SqlRead, limits: CallLimits): Promise<SqlResult>
    write(account: Account<PostgresLogin>, statement: SqlWrite, limits: CallLimits): Promise<SqlResult>
  }
  /** Client for mail servers. */
  readonly mail: {
    send(account: Account<SmtpLogin>, message: MailMessage, limits: CallLimits): Promise<SentMail>
    /** Connects and authenticates, for the test of a connection. */
    verify(account: Account<SmtpLogin>, limits: CallLimits): Promise<void>
  }
}
