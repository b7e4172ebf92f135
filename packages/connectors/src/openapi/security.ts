import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import type { ConnectorAuth } from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import { type DocumentReader, invalid } from './document.ts'

/** OAuth client of the host at the service of a document. */
export interface OpenApiClient {
  /** Client id that the service has issued. */
  readonly clientId: string
  /** Client secret that the service has issued. @defaultValue none: a public client */
  readonly clientSecret?: string
  /** Scopes to request. @defaultValue those of the scheme */
  readonly scopes?: readonly string[]
  /** Page where people allow access. @defaultValue that of the document, if its host belongs to the server */
  readonly authorizationUrl?: string
  /** URL that issues tokens, and gets the client secret. @defaultValue that of the document, if its host belongs to the server */
  readonly tokenUrl?: string
}

/**
 * Chooses how connections authenticate: by the named security scheme, or by the first one that the document requires and that
 * connections support.
 *
 * @throws {@link TenonError} `OPENAPI_INVALID` if there is none, or if its tokens come from another site than the server.
 */
export function authOf(
  reader: DocumentReader,
  server: string,
  chosen: string | undefined,
  client: OpenApiClient | undefined,
): { readonly scheme: string; readonly auth: ConnectorAuth } {
  const components = isJsonObject(reader.root.components) ? reader.root.components : {}
  const schemes = isJsonObject(components.securitySchemes) ? components.securitySchemes : {}
  const required = Array.isArray(reader.root.security) ? reader.root.security.filter(isJsonObject) : []
  const requirements = required.map((each) => Object.keys(each))
  // Of requirements with several schemes, a connection fulfills one only.
  const single = requirements.flatMap((names) => (names.length === 1 ? names : []))
  const isOpen = requirements.every((names) => names.length === 0)
  const candidates = chosen === undefined ? [...single, ...(isOpen ? Object.keys(schemes) : [])] : [chosen]
  for (const name of candidates) {
    const scheme = Object.hasOwn(schemes, name) ? reader.resolve(schemes[name])?.value : undefined
    const auth = scheme === undefined ? null : authBy(scheme, server, client)
    if (auth !== null) return { scheme: name, auth }
  }
  const known = Object.keys(schemes).join(', ') || 'none'
  const remedy = 'Pass security, auth, or oauth for a scheme of the kind oauth2'
  throw invalid(
    chosen === undefined
      ? `No security scheme that it requires is supported (the document has ${known}). ${remedy}`
      : `The security scheme "${chosen}" is unknown or not supported (the document has ${known})`,
  )
}

function authBy(scheme: JsonObject, server: string, client: OpenApiClient | undefined): ConnectorAuth | null {
  const { type, name, in: position, flows } = scheme
  if (type === 'apiKey' && typeof name === 'string' && (position === 'header' || position === 'query')) {
    return { kind: 'apiKey', position: { in: position, name } }
  }
  if (type === 'http') {
    const kind = String(scheme.scheme).toLowerCase()
    return kind === 'basic' || kind === 'bearer' ? { kind } : null
  }
  const flow = isJsonObject(flows) ? flows.authorizationCode : undefined
  if (type !== 'oauth2' || client === undefined || !isJsonObject(flow)) return null
  const urlOf = (field: 'authorizationUrl' | 'tokenUrl'): string => client[field] ?? ownUrl(field, flow[field], server)
  const scopes = client.scopes ?? (isJsonObject(flow.scopes) ? Object.keys(flow.scopes) : [])
  return {
    ...{ kind: 'oauth2', ...client, scopes },
    ...{ authorizationUrl: urlOf('authorizationUrl'), tokenUrl: urlOf('tokenUrl') },
  }
}

/** Returns a URL of the document, which gets secrets: it must belong to the server that the host knows. */
function ownUrl(field: string, url: Json | undefined, server: string): string {
  if (typeof url === 'string' && URL.canParse(url)) {
    const { protocol, hostname, username, password } = new URL(url)
    const known = new URL(server).hostname
    const isOwn = hostname === known || known.endsWith(`.${hostname}`) || hostname.endsWith(`.${known}`)
    if (protocol === 'https:' && isOwn && username === '' && password === '') return url
  }
  throw invalid(`Its ${field} is no https URL of the server ${server}. Pass oauth.${field} if you know it`)
}

const MAX_URL = 2_000

/**
 * Returns the URL of the server: the given one, or the first of the document with the defaults of its variables. That of a
 * document must be https, since it gets the credentials.
 *
 * @throws {@link TenonError} `OPENAPI_INVALID` if it is no such URL, or has a wildcard, a user name, a query or a hash.
 */
export function serverOf({ root }: DocumentReader, given: string | undefined): string {
  const [first] = Array.isArray(root.servers) ? root.servers : []
  const named = isJsonObject(first) && typeof first.url === 'string' ? first.url : ''
  const variables = isJsonObject(first) && isJsonObject(first.variables) ? first.variables : {}
  const url =
    given ??
    named.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
      const variable = Object.hasOwn(variables, name) ? variables[name] : undefined
      return isJsonObject(variable) ? String(variable.default ?? '') : ''
    })
  if (url.length <= MAX_URL && URL.canParse(url)) {
    const { protocol, username, password, search, hash, hostname } = new URL(url)
    const isKnown = protocol === 'https:' || (protocol === 'http:' && given !== undefined)
    const isPlain = `${username}${password}${search}${hash}` === '' && !/[?#]/.test(url) && !hostname.includes('*')
    if (isKnown && isPlain) return url.replace(/\/+$/, '')
  }
  const wanted = 'a whole https URL without a wildcard, a user name, a query and a hash'
  throw invalid(`The server must be ${wanted} (got "${cutText(url, 200)}"). Pass server: 'https://api.example.com'`)
}
