import { isCredentialField, isCredentialHeader, isCredentialQuery } from './credential-names.ts'

/** Replaces a credential of any length. */
export const MASK = '••••••••'

/** Returns the replacement for a credential. */
export type ReplaceCredential = (found: string) => string

const URL_PATTERN = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>\\]{1,8192}/gi
const USERINFO = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#@]*(?:@[^/?#@]*)*)@/i
const QUERY_PAIR = /([?&;#])([^=&;#?]{1,200})=([^&;#]*)/g
const SCHEME = /\b(Bearer|Basic|Token|Digest|ApiKey)(\s+)([A-Za-z0-9._~+/=:-]{6,})/gi
const JSON_PAIR = /("([A-Za-z][A-Za-z0-9_-]{1,60})"\s*:\s*")((?:[^"\\]|\\.){1,8192})"/g
const FORM_PAIR = /(^|[\s&;,(])(([A-Za-z][A-Za-z0-9_-]{1,60})=)([^\s&;,)"']{1,8192})/g
const HEADER_LINE = /(^|[\n\r])(([A-Za-z][A-Za-z0-9-]{2,60}):[ \t]{1,8})([^\r\n]{1,8192})/g
/** A word of prose after a scheme, as in "the token expired"; a credential has digits, capitals or more letters. */
const WORD = /^[A-Za-z][a-z]{1,18}[.:]?$/
/** Prose also has words before a colon; a header has a hyphen or is one of these. */
const HEADER_NAME = /-|^(authorization|cookie|apikey)$/i
/** Keys that are recognized by their format alone, anywhere in a text. */
const KNOWN_KEY =
  /\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,200}|\bgh[pousr]_[A-Za-z0-9]{20,200}|\bgithub_pat_[A-Za-z0-9_]{20,200}|\bglpat-[A-Za-z0-9_-]{16,200}|\bxox[abeprs]-[A-Za-z0-9-]{10,200}|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{30,60}|\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}|\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{0,2048}/g
const PRIVATE_KEY_BEGIN = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[A-Za-z0-9+/=\s]{1,16384}-----END [A-Z ]{0,40}PRIVATE KEY-----/g

/** Length of the shortest key that {@link KNOWN_KEY} finds. */
const SHORTEST_KEY = 15

/**
 * Checks for a key that is recognized by its format alone, such as `ghp_…`, `AKIA…` or a PEM private key, even if its
 * end is missing.
 */
export function holdsKnownKey(text: string): boolean {
  return text.length >= SHORTEST_KEY && (text.search(KNOWN_KEY) !== -1 || PRIVATE_KEY_BEGIN.test(text))
}

function holdsOnlyTemplates(value: string): boolean {
  return value.includes('{{') && value.replaceAll(/\{\{[^}]*\}\}/g, '').trim().length < 3
}

function maskUrl(url: string, replace: ReplaceCredential): string {
  return url
    .replace(USERINFO, (whole, scheme: string, userinfo: string) =>
      userinfo === '' || holdsOnlyTemplates(userinfo) ? whole : `${scheme}${replace(userinfo)}@`,
    )
    .replaceAll(QUERY_PAIR, (whole, mark: string, name: string, value: string) =>
      value === '' || !isCredentialQuery(decode(name)) || holdsOnlyTemplates(value)
        ? whole
        : `${mark}${name}=${replace(value)}`,
    )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Replaces every credential that is recognized in a text: in URLs, header lines, JSON and form texts, and keys known by
 * their format. References (`{{…}}`) are kept, since they contain no value.
 *
 * @param replace - Returns the replacement for a credential. @defaultValue {@link MASK}
 */
export function maskText(text: string, replace: ReplaceCredential = () => MASK): string {
  if (text.length < 4) return text
  return MASKING.reduce((masked, { mark, mask }) => (masked.includes(mark) ? mask(masked, replace) : masked), text)
}

interface Masking {
  /** Text that every such credential contains, or empty. Most texts lack it, and a search for it costs less. */
  readonly mark: string
  readonly mask: (text: string, replace: ReplaceCredential) => string
}

/** Kinds of credentials, in the order in which they are masked. */
const MASKING: readonly Masking[] = [
  { mark: '-----BEGIN', mask: (text, replace) => text.replaceAll(PRIVATE_KEY, (found) => replace(found)) },
  { mark: '://', mask: (text, replace) => text.replaceAll(URL_PATTERN, (url) => maskUrl(url, replace)) },
  {
    mark: ':',
    mask: (text, replace) =>
      text.replaceAll(HEADER_LINE, (whole, before: string, name: string, bare: string, value: string) =>
        HEADER_NAME.test(bare) && isCredentialHeader(bare) && !value.includes(MASK) && !holdsOnlyTemplates(value)
          ? `${before}${name}${maskHeaderValue(value, replace)}`
          : whole,
      ),
  },
  {
    mark: '',
    mask: (text, replace) =>
      text.replaceAll(SCHEME, (whole, scheme: string, space: string, found: string) =>
        WORD.test(found) && scheme.toLowerCase() !== 'bearer' ? whole : `${scheme}${space}${replace(found)}`,
      ),
  },
  {
    mark: '"',
    mask: (text, replace) =>
      text.replaceAll(JSON_PAIR, (whole, before: string, name: string, value: string) =>
        isCredentialField(name) && !value.includes(MASK) && !holdsOnlyTemplates(value)
          ? `${before}${replace(value)}"`
          : whole,
      ),
  },
  {
    mark: '=',
    mask: (text, replace) =>
      text.replaceAll(FORM_PAIR, (whole, before: string, pair: string, name: string, value: string) =>
        isCredentialField(name) && !value.includes(MASK) && !holdsOnlyTemplates(value)
          ? `${before}${pair}${replace(value)}`
          : whole,
      ),
  },
  { mark: '', mask: (text, replace) => text.replaceAll(KNOWN_KEY, (found) => replace(found)) },
]

/** Masks the value of a credential header; its scheme and references are kept. */
export function maskHeaderValue(value: string, replace: ReplaceCredential): string {
  const scheme = /^[A-Za-z][A-Za-z0-9-]{0,30} +/.exec(value)?.[0] ?? ''
  const rest = value.slice(scheme.length)
  if (rest.trim() === '' || holdsOnlyTemplates(rest)) return value
  return `${scheme}${replace(rest)}`
}
