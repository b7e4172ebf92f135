/**
 * List of the names that mark a credential, used by all checks. Names are compared in lower case without `-` and `_`,
 * so that `X-Api-Key`, `x_api_key` and `xApiKey` are equal.
 */

/** Short names that mean a credential in the query of a URL and something else in most other data. */
const QUERY_ONLY = new Set(['key', 'sig', 'token', 'auth', 'pass', 'sid'])
/** Headers whose name is also a word of other data, or that no pattern finds. */
const EXACT = new Set(['authorization', 'proxyauthorization', 'cookie', 'setcookie', 'xapikey', 'apikey', 'privatekey'])
const FIELD =
  /(password|passwd|passphrase|pwd|secret|secretkey|secretaccesskey|apikey|accesskey|accesstoken|refreshtoken|idtoken|authtoken|bearertoken|sessiontoken|privatetoken|securitytoken|csrftoken|clientsecret|credentials?|privatekey)$/
const HEADER =
  /auth(?!or)|apikey|token|secret|signature|session|password|credential|cookie|subscriptionkey|functionskey/

function plain(name: string): string {
  return name.length > 200 ? '' : name.toLowerCase().replaceAll(/[-_]/g, '')
}

/** Checks whether a header of this name carries a credential: `Authorization`, `Cookie`, `X-Api-Key`, … */
export function isCredentialHeader(name: string): boolean {
  const text = plain(name)
  return EXACT.has(text) || HEADER.test(text)
}

/** Checks whether a query parameter of this name carries a credential: `api_key`, `access_token`, `sig`, … */
export function isCredentialQuery(name: string): boolean {
  const text = plain(name)
  return QUERY_ONLY.has(text) || text.endsWith('signature') || isCredentialField(name)
}

/** Checks whether the name of a field suggests a credential: `password`, `client_secret`, `Authorization`, … */
export function isCredentialField(name: string): boolean {
  const text = plain(name)
  // A name with a hyphen is treated as the name of a header.
  return EXACT.has(text) || FIELD.test(text) || (name.includes('-') && HEADER.test(text))
}
