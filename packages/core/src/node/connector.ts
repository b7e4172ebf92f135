import { TenonError } from '../errors/tenon-error.ts'
import { isHeaderName, isReservedHeader } from '../evaluate/sinks/outbound-rules.ts'
import { type ConnectorParts, partsFault } from './connector-parts.ts'
import { isHostPattern, isUrlAllowed } from './http-credentials.ts'

/** Ways in which connections of a connector authenticate, as the API names them. */
export const CONNECTOR_AUTH_KINDS = ['apiKey', 'aws', 'basic', 'bearer', 'oauth2', 'postgres', 'smtp'] as const
/** One of {@link CONNECTOR_AUTH_KINDS}. */
export type ConnectorAuthKind = (typeof CONNECTOR_AUTH_KINDS)[number]

/** Position of an API key in a request. */
export interface ApiKeyPosition {
  /** Part of the request that has the key. */
  readonly in: 'header' | 'query'
  /** Name of the header or of the query parameter. */
  readonly name: string
  /** Text before the key in a header, such as `Token `. @defaultValue none */
  readonly prefix?: string
}

/** Way in which connections of a connector authenticate. */
export type ConnectorAuth =
  /** An API key. Without `position`, the person who creates the connection enters it. */
  | { readonly kind: 'apiKey'; readonly position?: ApiKeyPosition }
  /** User name and password, as HTTP Basic. The user name is not secret: people who may use the connection see it. */
  | { readonly kind: 'basic' }
  /**
   * An access key of AWS and a region. The HTTP client signs each request (Signature Version 4). Without `allowedHosts`, the
   * hosts are the services of the region.
   */
  | { readonly kind: 'aws' }
  /** A token that the service issued, such as a JWT, as HTTP Bearer. */
  | { readonly kind: 'bearer' }
  /** OAuth 2: the authorization code flow with PKCE. Access tokens are refreshed before they expire. */
  | {
      readonly kind: 'oauth2'
      /** Page of the service on which a person allows access. */
      readonly authorizationUrl: string
      /** Endpoint that issues and refreshes tokens. */
      readonly tokenUrl: string
      /** Scopes to request; as few as the nodes need. */
      readonly scopes: readonly string[]
      /** Text between the scopes in a request. @defaultValue a space, as RFC 6749 says */
      readonly scopeSeparator?: string
      /** Client id of the host at the service. */
      readonly clientId: string
      /** Client secret of the host at the service. @defaultValue none: a public client */
      readonly clientSecret?: string
      /**
       * Field of the token response with the URL of the API of an account, such as `instance_url`. Its host must be one of
       * `allowedHosts`. Nodes have its origin as `apiUrl` in the values of their connection.
       *
       * @defaultValue the URL is the same for all accounts
       */
      readonly apiUrlIn?: string
      /**
       * Lifetime of an access token in milliseconds, for a service whose token response does not say.
       *
       * @defaultValue such a token does not expire
       */
      readonly tokenLifetimeMs?: number
    }
  /** A Postgres database, with host, user and password. Nodes reach it by `sql` of their context. */
  | { readonly kind: 'postgres' }
  /** A mail server (SMTP), with host and, if it needs them, user and password. Nodes reach it by `mail` of their context. */
  | { readonly kind: 'smtp' }

/** A service that tenants connect to, as {@link defineConnector} returns it. */
export interface Connector extends ConnectorParts {
  /** Identifier of the service in connections: `acme-crm`. */
  readonly id: string
  /** Name of the service, 1 to 60 characters. */
  readonly title: string
  /** Way in which its connections authenticate. */
  readonly auth: ConnectorAuth
  /**
   * Hosts that may receive the credentials of its connections: `api.example.com`, `*.example.com`, or
   * `http://localhost:8080` for plain http. Without any, the person who creates a connection enters them.
   */
  readonly allowedHosts: readonly string[]
  /**
   * Request that shows whether the credentials of a connection are valid: the service answers it with a status below
   * 400. Its host must be allowed.
   *
   * @defaultValue connections cannot be tested
   */
  readonly test?: {
    /** URL of the request. */
    readonly url: string
    /** Method of the request. @defaultValue 'GET' */
    readonly method?: 'GET' | 'POST' | 'HEAD'
    /**
     * Reads the JSON body of a response with a status below 400, for a service that reports its failures there:
     * `refused` if it says that the credentials are not valid, so that runs wait until the account is connected again;
     * `failed` for other failures, such as one of the service.
     *
     * @defaultValue the status alone decides
     */
    readonly readBody?: (body: unknown) => 'accepted' | 'refused' | 'failed'
  }
}

const CONNECTOR_ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const MAX_ID = 60
const MAX_TITLE = 60

/**
 * Declares a service that tenants connect to, as frozen data.
 *
 * @throws {@link TenonError} `CONNECTOR_INVALID` (details: `connector`, `field`) for an invalid id, title, host, URL or
 * position of the API key, a test whose host is not allowed, a node type of another service, or an unknown lookup.
 *
 * @example
 * ```ts
 * import { defineConnector } from '@tenon/core/node'
 *
 * export const crm = defineConnector({
 *   id: 'acme-crm',
 *   title: 'Acme CRM',
 *   auth: { kind: 'apiKey', position: { in: 'header', name: 'x-api-key' } },
 *   allowedHosts: ['api.crm.example'],
 *   test: { url: 'https://api.crm.example/me' },
 * })
 * ```
 */
export function defineConnector(connector: Connector): Connector {
  const { id, title, auth, allowedHosts, test } = connector
  const fail = (field: string, why: string): never => {
    throw new TenonError('CONNECTOR_INVALID', `Connector "${id}", ${field}: ${why}`, {
      details: { connector: id, field },
    })
  }
  if (!CONNECTOR_ID.test(id) || id.length > MAX_ID)
    fail('id', `it must be kebab-case with at most ${MAX_ID} characters`)
  if (title.trim() === '' || title.length > MAX_TITLE) fail('title', `it must have 1 to ${MAX_TITLE} characters`)
  if (!hasHttpCredentials(auth) && (allowedHosts.length > 0 || test !== undefined)) {
    fail('allowedHosts', 'the server of such a connection is a field of it, and its test is built in')
  }
  const fault = allowedHosts.find((host) => !isHostPattern(host))
  if (fault !== undefined) fail('allowedHosts', `"${fault}" is no host; write api.example.com or *.example.com`)
  if (auth.kind === 'apiKey' && auth.position !== undefined) {
    const why = positionFault(auth.position)
    if (why !== null) fail('auth.position', why)
  }
  if (auth.kind === 'oauth2') {
    for (const field of ['authorizationUrl', 'tokenUrl'] as const) {
      if (!isHttpUrl(auth[field])) fail(`auth.${field}`, 'it must be an http or https URL')
    }
    if (auth.clientId === '') fail('auth.clientId', 'it must not be empty')
  }
  if (test !== undefined && !isHttpUrl(test.url)) fail('test.url', 'it must be an http or https URL')
  if (test !== undefined && !isUrlAllowed(new URL(test.url), allowedHosts)) {
    fail('test.url', `its host must be one of allowedHosts: ${allowedHosts.join(', ') || 'none'}`)
  }
  const parts = partsFault(id, connector)
  if (parts !== null) fail(parts.field, parts.why)
  return Object.freeze({
    ...connector,
    auth: Object.freeze({ ...auth }),
    allowedHosts: Object.freeze([...allowedHosts]),
  })
}

/** Returns what is wrong with the position of an API key; `null` if nothing is. */
export function positionFault({ in: part, name }: ApiKeyPosition): string | null {
  if (part === 'query')
    return name === '' || name.length > 200 ? 'the parameter needs a name of 1 to 200 characters' : null
  if (!isHeaderName(name)) return `"${name}" is no name of a header`
  return isReservedHeader(name.toLowerCase()) ? `the header "${name}" is set by the connection itself` : null
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

/** A field of the form with which a connection is created. */
export interface ConnectorField {
  /** Name in `values` or `secrets` of the request. */
  readonly name: string
  /** `true` for a field whose value is encrypted and never returned. */
  readonly isSecret: boolean
  /** `true` for a field that must not be empty. */
  readonly isRequired: boolean
  /** Choices of the field. @defaultValue any text */
  readonly choices?: readonly string[]
}

const secret = (name: string): ConnectorField => ({ name, isSecret: true, isRequired: true })
const value = (name: string): ConnectorField => ({ name, isSecret: false, isRequired: true })
const optional = (field: ConnectorField): ConnectorField => ({ ...field, isRequired: false })
const choice = (name: string, choices: readonly string[]): ConnectorField => ({ ...value(name), choices })

/**
 * Checks whether connections of a connector authenticate HTTP requests, to hosts that it or the connection names. Others
 * have the host of their server as a field.
 */
export function hasHttpCredentials({ kind }: { readonly kind: ConnectorAuthKind }): boolean {
  return kind !== 'postgres' && kind !== 'smtp'
}

/**
 * Checks whether a person enters the hosts that get the credentials of a connection: of AWS, the region names them, and a
 * database or a mail server is a field.
 */
export function asksForHosts({ kind }: { readonly kind: ConnectorAuthKind }): boolean {
  return hasHttpCredentials({ kind }) && kind !== 'aws'
}

/** Returns the hosts of the services of AWS in a region; none for a text that cannot be a region. */
export function awsHosts(region: string): readonly string[] {
  if (!AWS_REGION.test(region)) return []
  return [`*.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`]
}

const AWS_REGION = /^[a-z]{2,3}(-[a-z]+){1,3}-[0-9]{1,2}$/

/** Returns the fields that a person fills in to create a connection. OAuth has none: the service asks its user. */
export function connectorFields({ auth }: Pick<Connector, 'auth'>): readonly ConnectorField[] {
  switch (auth.kind) {
    case 'apiKey': {
      const position = [{ ...value('in'), choices: ['header', 'query'] }, value('name')]
      return auth.position === undefined ? [...position, secret('apiKey')] : [secret('apiKey')]
    }
    case 'aws':
      return [value('accessKeyId'), secret('secretAccessKey'), value('region')]
    case 'basic':
      return [value('username'), secret('password')]
    case 'bearer':
      return [secret('token')]
    case 'oauth2':
      return []
    case 'postgres':
      return [
        ...[value('host'), value('port'), value('database'), value('username'), secret('password')],
        // The first choice of each is the default: what does the least harm.
        ...[choice('access', ['read', 'insert', 'write']), choice('tls', ['verify', 'encrypt', 'off'])],
        optional(value('ca')),
      ]
    case 'smtp':
      return [
        ...[value('host'), value('port'), choice('tls', ['tls', 'starttls', 'off'])],
        ...[optional(value('username')), optional(secret('password')), optional(value('ca'))],
      ]
  }
}

/**
 * Connectors for any service with an API key, a user name and password, or a token, for AWS, for Postgres databases and
 * for mail servers. Every server has them.
 */
export const GENERIC_CONNECTORS: readonly Connector[] = Object.freeze([
  defineConnector({ id: 'api-key', title: 'API key', auth: { kind: 'apiKey' }, allowedHosts: [] }),
  defineConnector({ id: 'aws', title: 'AWS', auth: { kind: 'aws' }, allowedHosts: [] }),
  defineConnector({ id: 'basic', title: 'User name and password', auth: { kind: 'basic' }, allowedHosts: [] }),
  defineConnector({ id: 'bearer', title: 'Bearer token', auth: { kind: 'bearer' }, allowedHosts: [] }),
  defineConnector({ id: 'postgres', title: 'Postgres', auth: { kind: 'postgres' }, allowedHosts: [] }),
  defineConnector({ id: 'smtp', title: 'Mail server (SMTP)', auth: { kind: 'smtp' }, allowedHosts: [] }),
])
