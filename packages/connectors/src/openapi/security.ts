import { isJsonObject, type JsonObject } from '@tenon/core/document'
import type { ConnectorAuth } from '@tenon/core/node'
import { type DocumentReader, invalid } from './document.ts'

/** OAuth client of the host at the service of a document. */
export interface OpenApiClient {
  /** Client id that the service has issued. */
  readonly clientId: string
  /** Client secret that the service has issued. @defaultValue none: a public client */
  readonly clientSecret?: string
  /** Scopes to request. @defaultValue those of the scheme */
  readonly scopes?: readonly string[]
}

/**
 * Chooses how connections authenticate: by the named security scheme, or by the first one that the document requires and that
 * connections support.
 *
 * @throws {@link TenonError} `OPENAPI_INVALID` if there is none.
 */
export function authOf(
  reader: DocumentReader,
  chosen: string | undefined,
  client: OpenApiClient | undefined,
): ConnectorAuth {
  const components = isJsonObject(reader.root.components) ? reader.root.components : {}
  const schemes = isJsonObject(components.securitySchemes) ? components.securitySchemes : {}
  const required = Array.isArray(reader.root.security) ? reader.root.security.filter(isJsonObject) : []
  // Of requirements with several schemes, a connection fulfills one only.
  const names = required.map((each) => Object.keys(each)).flatMap((each) => (each.length === 1 ? each : []))
  const candidates = chosen === undefined ? [...names, ...Object.keys(schemes)] : [chosen]
  for (const name of candidates) {
    const scheme = Object.hasOwn(schemes, name) ? reader.resolve(schemes[name])?.value : undefined
    const auth = scheme === undefined ? null : authBy(scheme, client)
    if (auth !== null) return auth
  }
  const known = Object.keys(schemes).join(', ') || 'none'
  throw invalid(
    chosen === undefined
      ? `No security scheme is supported (the document has ${known}). Pass auth, or oauth for a scheme of the kind oauth2`
      : `The security scheme "${chosen}" is unknown or not supported (the document has ${known})`,
  )
}

function authBy(scheme: JsonObject, client: OpenApiClient | undefined): ConnectorAuth | null {
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
  const { authorizationUrl, tokenUrl } = flow
  if (typeof authorizationUrl !== 'string' || typeof tokenUrl !== 'string') return null
  const scopes = client.scopes ?? (isJsonObject(flow.scopes) ? Object.keys(flow.scopes) : [])
  return { kind: 'oauth2', authorizationUrl, tokenUrl, ...client, scopes }
}

/**
 * Returns the URL of the server: the given one, or the first of the document with the defaults of its variables.
 *
 * @throws {@link TenonError} `OPENAPI_INVALID` if it is no http or https URL.
 */
export function serverOf({ root }: DocumentReader, given: string | undefined): string {
  const [first] = Array.isArray(root.servers) ? root.servers : []
  const named = isJsonObject(first) && typeof first.url === 'string' ? first.url : ''
  const variables = isJsonObject(first) && isJsonObject(first.variables) ? first.variables : {}
  const url =
    given ??
    named.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
      const variable = Object.hasOwn(variables, name) ? variables[name] : undefined
      return isJsonObject(variable) ? String(variable.default ?? '') : ''
    })
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, '')
  throw invalid(`The server has no whole URL (got "${url}"). Pass server: 'https://api.example.com'`)
}
