import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import {
  type ApiKeyPosition,
  type Connector,
  connectorFields,
  type HttpCredentials,
  positionFault,
} from '@tenon/core/node'

type Texts = Readonly<Record<string, string>>

/**
 * Checks the fields of a connection against its connector.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` with an issue for each field that is unknown, missing or invalid.
 */
export function checkFields(
  connector: Connector,
  { values, secrets, allowedHosts }: { readonly values: Texts; readonly secrets: Texts; readonly allowedHosts: number },
): void {
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
      if (!known.some((field) => field.name === name)) report([part, name], `${connector.title} has no such field`)
    }
    for (const { name, isRequired, choices } of known) {
      const value = given[name] ?? ''
      if (isRequired && value === '') report([part, name], 'Required')
      else if (choices !== undefined && !choices.includes(value)) report([part, name], `Choose ${choices.join(' or ')}`)
    }
  }
  if (issues.length === 0 && connector.auth.kind === 'apiKey') {
    const fault = positionFault(positionOf(connector.auth.position, values))
    if (fault !== null) report(['values', 'name'], fault)
  }
  for (const [name, secret] of Object.entries(secrets)) {
    // The value is part of a header, but for an API key in the query.
    if (/[\r\n\0]/.test(secret)) report(['secrets', name], 'It must be one line')
  }
  if (connector.allowedHosts.length === 0 && allowedHosts === 0)
    report(['allowedHosts'], 'Name the hosts of the service')
  if (connector.allowedHosts.length > 0 && allowedHosts > 0) report(['allowedHosts'], 'The connector names the hosts')
  if (issues.length === 0) return
  throw new TenonError('REQUEST_INVALID', issues[0]?.message ?? '', { details: { issues } })
}

function positionOf(position: ApiKeyPosition | undefined, values: Texts): ApiKeyPosition {
  return position ?? { in: values.in === 'query' ? 'query' : 'header', name: values.name ?? '' }
}

/** Returns what the HTTP client adds to requests, and every text that must not be seen anywhere else. */
export function credentialsOf(
  { auth }: Pick<Connector, 'auth'>,
  values: Texts,
  secrets: Texts,
  allowedHosts: readonly string[],
): { readonly credentials: HttpCredentials; readonly secrets: readonly string[] } {
  const texts = Object.values(secrets)
  const inHeader = (name: string, value: string) => ({
    credentials: { headers: { [name.toLowerCase()]: value }, query: {}, allowedHosts },
    secrets: [...texts, value],
  })
  switch (auth.kind) {
    case 'apiKey': {
      const { in: part, name, prefix = '' } = positionOf(auth.position, values)
      const { apiKey = '' } = secrets
      if (part === 'header') return inHeader(name, `${prefix}${apiKey}`)
      return { credentials: { headers: {}, query: { [name]: apiKey }, allowedHosts }, secrets: texts }
    }
    case 'basic': {
      const pair = Buffer.from(`${values.username}:${secrets.password ?? ''}`, 'utf8').toString('base64')
      const { credentials, secrets: hidden } = inHeader('authorization', `Basic ${pair}`)
      return { credentials, secrets: [...hidden, pair] }
    }
    case 'bearer':
      return inHeader('authorization', `Bearer ${secrets.token}`)
    case 'oauth2':
      return inHeader('authorization', `Bearer ${secrets.accessToken}`)
  }
}
