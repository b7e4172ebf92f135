import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { MIN_SECRET_LENGTH } from '@tenon/core/mask'
import {
  type ApiKeyPosition,
  asksForHosts,
  awsHosts,
  type Connector,
  connectorFields,
  type HttpCredentials,
  hasHttpCredentials,
  isHeaderValue,
  positionFault,
} from '@tenon/core/node'
import type { OpenConnection } from '@tenon/runtime'
import { loginFaults, postgresLogin, smtpLogin } from './login-fields.ts'

type Texts = Readonly<Record<string, string>>

/** Fields of a connection as they are to be stored. */
export interface GivenFields {
  readonly values: Texts
  /** Secrets that were entered. */
  readonly secrets: Texts
  /** Names of the secrets that are stored already, or kept elsewhere. @defaultValue none */
  readonly kept?: readonly string[]
  /** Number of hosts that were entered. */
  readonly allowedHosts: number
}

/**
 * Checks the fields of a connection against its connector.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` with an issue for each field that is unknown, missing or invalid.
 */
export function checkFields(connector: Connector, { values, secrets, kept = [], allowedHosts }: GivenFields): void {
  const issues: ProblemIssue[] = []
  const report = (path: readonly string[], message: string): void => {
    issues.push({ path: [...path], code: 'invalid_value', message })
  }
  const fields = connectorFields(connector)
  for (const [part, given, isSecret] of [
    ['values', values, false],
    ['secrets', secrets, true],
  ] as const) {
    const known = fields.filter((field) => field.isSecret === isSecret)
    for (const name of Object.keys(given)) {
      if (!isSecret && isIssued(connector, name)) continue
      if (!known.some((field) => field.name === name)) report([part, name], `${connector.title} has no such field`)
    }
    for (const { name, isRequired, choices } of known) {
      const value = given[name] ?? ''
      if (isSecret && kept.includes(name) && !(name in given)) continue
      if (isRequired && value === '') report([part, name], 'Required')
      else if (choices !== undefined && !choices.includes(value)) report([part, name], `Choose ${choices.join(' or ')}`)
    }
  }
  if (issues.length === 0 && connector.auth.kind === 'apiKey') {
    const fault = positionFault(positionOf(connector.auth.position, values))
    if (fault !== null) report(['values', 'name'], fault)
  }
  for (const [name, secret] of Object.entries(secrets)) {
    const why = secret === '' ? null : secretFault(connector, values, secret)
    if (why !== null) report(['secrets', name], why)
  }
  // The first colon ends the user name (RFC 7617).
  if (connector.auth.kind === 'basic' && values.username?.includes(':')) {
    report(['values', 'username'], 'It must not contain a colon')
  }
  if (!hasHttpCredentials(connector.auth)) {
    const hasPassword = (secrets.password ?? '') !== '' || kept.includes('password')
    for (const [name, fault] of loginFaults(values, hasPassword)) report(['values', name], fault)
    if (allowedHosts > 0) report(['allowedHosts'], 'The host is a field of the connection')
  } else if (asksForHosts(connector.auth) && connector.allowedHosts.length === 0 && allowedHosts === 0)
    report(['allowedHosts'], 'Name the hosts of the service')
  if (connector.auth.kind === 'aws') {
    if (allowedHosts > 0) report(['allowedHosts'], 'The region names the hosts')
    if (!/^\w{16,128}$/.test(values.accessKeyId ?? '')) report(['values', 'accessKeyId'], 'Paste the access key ID')
    if (awsHosts(values.region ?? '').length === 0) report(['values', 'region'], 'Write a region, such as eu-central-1')
  }
  if (connector.allowedHosts.length > 0 && allowedHosts > 0) report(['allowedHosts'], 'The connector names the hosts')
  if (issues.length === 0) return
  throw new TenonError('REQUEST_INVALID', issues[0]?.message ?? '', { details: { issues } })
}

/** Checks whether a value comes from the service, with the tokens of an account. */
export function isIssued({ auth }: Connector, name: string): boolean {
  return auth.kind === 'oauth2' && auth.apiUrlIn !== undefined && name === 'apiUrl'
}

/** Returns why a text cannot be a secret of a connection; `null` if it can. */
export function secretFault(connector: Connector, values: Texts, secret: string): string | null {
  // A shorter one is part of too many texts to be masked in responses and logs.
  if (secret.length < MIN_SECRET_LENGTH) return `It must have at least ${MIN_SECRET_LENGTH} characters`
  if (secret.length > MAX_SECRET_LENGTH) return `It must have at most ${MAX_SECRET_LENGTH} characters`
  if (/[\r\n\0]/.test(secret)) return 'It must be one line'
  if (isSentInHeader(connector, values) && !isHeaderValue(secret)) return 'A header cannot contain these characters'
  return null
}

/** As the API accepts it. */
const MAX_SECRET_LENGTH = 16_384

/** Checks whether a header contains the secrets as they are: not those of HTTP Basic, which are encoded. */
function isSentInHeader({ auth }: Connector, values: Texts): boolean {
  return auth.kind === 'apiKey'
    ? positionOf(auth.position, values).in === 'header'
    : auth.kind !== 'basic' && auth.kind !== 'aws'
}

function positionOf(position: ApiKeyPosition | undefined, values: Texts): ApiKeyPosition {
  return position ?? { in: values.in === 'query' ? 'query' : 'header', name: values.name ?? '' }
}

/** No host gets a request with them. */
const NO_HTTP: HttpCredentials = { headers: {}, query: {}, allowedHosts: [] }

/**
 * Returns what the HTTP client adds to requests, and every text that must not be seen anywhere else.
 *
 * @throws {@link TenonError} `SECRET_NOT_FOUND` for a secret without which a request would go out with no valid credentials.
 */
export function credentialsOf(
  { auth }: Pick<Connector, 'auth'>,
  values: Texts,
  secrets: Texts,
  allowedHosts: readonly string[],
): Pick<OpenConnection, 'credentials' | 'login' | 'secrets'> {
  const texts = Object.values(secrets)
  const inHeader = (name: string, value: string) => ({
    credentials: { headers: { [name.toLowerCase()]: value }, query: {}, allowedHosts },
    secrets: [...texts, value],
  })
  switch (auth.kind) {
    case 'apiKey': {
      const { in: part, name, prefix = '' } = positionOf(auth.position, values)
      const apiKey = secretOf(secrets, 'apiKey')
      if (part === 'header') return inHeader(name, `${prefix}${apiKey}`)
      return { credentials: { headers: {}, query: { [name]: apiKey }, allowedHosts }, secrets: texts }
    }
    case 'aws': {
      const { accessKeyId = '', region = '' } = values
      const aws = { accessKeyId, region, secretAccessKey: secretOf(secrets, 'secretAccessKey') }
      const hosts = allowedHosts.length > 0 ? allowedHosts : awsHosts(region)
      return { credentials: { headers: {}, query: {}, allowedHosts: hosts, aws }, secrets: texts }
    }
    case 'basic': {
      const pair = Buffer.from(`${values.username ?? ''}:${secretOf(secrets, 'password')}`, 'utf8').toString('base64')
      const { credentials, secrets: hidden } = inHeader('authorization', `Basic ${pair}`)
      return { credentials, secrets: [...hidden, pair] }
    }
    case 'bearer':
      return inHeader('authorization', `Bearer ${secretOf(secrets, 'token')}`)
    case 'oauth2':
      // An account that was connected by its token stays so when the host begins to use OAuth.
      return inHeader(
        'authorization',
        `Bearer ${secretOf(secrets, secrets.accessToken === undefined && secrets.token !== undefined ? 'token' : 'accessToken')}`,
      )
    case 'postgres':
      return { credentials: NO_HTTP, login: postgresLogin(values, secretOf(secrets, 'password')), secrets: texts }
    case 'smtp':
      return { credentials: NO_HTTP, login: smtpLogin(values, secrets.password ?? null), secrets: texts }
  }
}

function secretOf(secrets: Texts, field: string): string {
  const secret = secrets[field]
  if (secret !== undefined && secret !== '') return secret
  throw new TenonError('SECRET_NOT_FOUND', `The connection has no ${field}`, { remedy: 'Connect the account again.' })
}
