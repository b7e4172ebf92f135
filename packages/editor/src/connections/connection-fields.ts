import type { ConnectionInfo, ConnectorInfo, CreateConnection, UpdateConnection } from '@tenon/core/client'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'

/** Entries of a person about a connection. */
export interface ConnectionDraft {
  readonly connector: string
  readonly name: string
  readonly values: Readonly<Record<string, string>>
  /** Secrets that were entered now; those that are stored are never read. */
  readonly secrets: Readonly<Record<string, string>>
  /** True if the entries are references to secrets that the secret manager of the host keeps. */
  readonly isReference: boolean
  /** One host per line. */
  readonly hosts: string
  readonly sharing: ConnectionInfo['sharing']
}

const POSTGRES_PORT = '5432'

/** Returns the first entries of the form. */
export function draftOf(connection: ConnectionInfo | null, connector: ConnectorInfo): ConnectionDraft {
  if (connection === null) {
    const choices = connector.fields.flatMap(({ name, choices: [first] = [] }) =>
      first === undefined ? [] : [[name, first]],
    )
    const values = { ...(connector.auth === 'postgres' ? { port: POSTGRES_PORT } : {}), ...Object.fromEntries(choices) }
    const first = { connector: connector.id, name: '', values, secrets: {}, isReference: false }
    return { ...first, hosts: '', sharing: { kind: 'tenant' } }
  }
  const { name, values, allowedHosts, sharing } = connection
  const isReference = Object.values(connection.secrets).some((secret) => secret.isReference)
  return { connector: connector.id, name, values, secrets: {}, isReference, hosts: allowedHosts.join('\n'), sharing }
}

/** Checks whether connections of a connector fit a param, by its `connectsTo`. */
export function isOffered({ id, auth }: ConnectorInfo, connectsTo: string | undefined): boolean {
  const kind = auth === 'postgres' || auth === 'smtp' ? auth : 'http'
  return connectsTo === undefined || connectsTo === kind || connectsTo === auth || connectsTo === id
}

/** Checks whether a person enters the hosts that get the credentials: of AWS, the region names them, and a database or a mail server has a field. */
export function asksForHosts({ allowedHosts, auth }: ConnectorInfo): boolean {
  return allowedHosts.length === 0 && auth !== 'aws' && auth !== 'postgres' && auth !== 'smtp'
}

function hostsIn({ hosts }: ConnectionDraft): readonly string[] {
  return hosts
    .split(/[\s,]+/)
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '')
}

/** Returns the part of a request with the secrets that were entered, or with their references; empty without any. */
function secretsIn({ secrets, isReference }: ConnectionDraft): Pick<UpdateConnection, 'secrets' | 'references'> {
  const given = Object.entries(secrets).filter(([, value]) => value !== '')
  if (given.length === 0) return {}
  return { [isReference ? 'references' : 'secrets']: Object.fromEntries(given) }
}

export function toCreate(draft: ConnectionDraft): CreateConnection {
  const { connector, name, values, sharing } = draft
  const allowedHosts = hostsIn(draft)
  const hosts = allowedHosts.length === 0 ? {} : { allowedHosts }
  return { connector, name: name.trim(), values, sharing, ...hosts, ...secretsIn(draft) }
}

/** Returns the changed fields only: others must not be bound to secrets again. */
export function toUpdate(draft: ConnectionDraft, before: ConnectionInfo): UpdateConnection {
  const allowedHosts = hostsIn(draft)
  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
  return {
    ...(draft.name.trim() === before.name ? {} : { name: draft.name.trim() }),
    ...(isSame(draft.values, before.values) ? {} : { values: draft.values }),
    ...(isSame(allowedHosts, before.allowedHosts) ? {} : { allowedHosts }),
    ...(isSame(draft.sharing, before.sharing) ? {} : { sharing: draft.sharing }),
    ...secretsIn(draft),
  }
}

/**
 * Returns why a stored secret has to be entered again: the service no longer accepts it, or the entries change the hosts or
 * values that it is bound to. `null` if it may stay, or if there is none.
 */
export function reasonToEnter(
  draft: ConnectionDraft,
  before: ConnectionInfo | null,
  name: string,
): 'refused' | 'bound' | null {
  const stored = before?.secrets[name]
  if (before === null || stored === undefined) return null
  if (stored.isReference !== draft.isReference) return 'bound'
  if (before.status !== 'connected') return 'refused'
  const { values, allowedHosts } = toUpdate(draft, before)
  return values === undefined && allowedHosts === undefined ? null : 'bound'
}

/** Checks whether every required field is filled in; a stored secret that may stay counts. */
export function isComplete(draft: ConnectionDraft, connector: ConnectorInfo, before: ConnectionInfo | null): boolean {
  const isGiven = (name: string, isSecret: boolean) =>
    isSecret
      ? (draft.secrets[name] ?? '') !== '' || keepsSecret(draft, before, name)
      : (draft.values[name] ?? '') !== ''
  const hasHosts = !asksForHosts(connector) || hostsIn(draft).length > 0
  const fields = connector.fields.every(({ name, isSecret, isRequired }) => !isRequired || isGiven(name, isSecret))
  return draft.name.trim() !== '' && hasHosts && fields
}

/** Checks whether a stored secret stays if its field is left empty. */
export function keepsSecret(draft: ConnectionDraft, before: ConnectionInfo | null, name: string): boolean {
  return before?.secrets[name] !== undefined && reasonToEnter(draft, before, name) === null
}

/**
 * Returns what a refused request says about the fields of the form: texts by `values.username`, `secrets.token` or
 * `allowedHosts`. Empty if it was refused for another reason.
 */
export function faultsOf(error: unknown): ReadonlyMap<string, string> {
  const issues = error instanceof TenonError ? error.details?.issues : undefined
  if (!Array.isArray(issues)) return new Map()
  return new Map(
    (issues as readonly ProblemIssue[]).map(({ path, message }) => {
      // A fault of one host belongs to the field with all of them.
      const field = path[0] === 'allowedHosts' ? path.slice(0, 1) : path
      return [field.join('.'), message]
    }),
  )
}
