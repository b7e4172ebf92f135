export { createEgress, type Egress, type EgressOptions } from './egress.ts'
export type { ResolveHost } from './guarded-lookup.ts'
export type { Account, AccountClients, CallLimits, Login, PostgresLogin, SmtpLogin } from './logins.ts'
export { COMPLETIONS_SQL } from './sql/completions.ts'
