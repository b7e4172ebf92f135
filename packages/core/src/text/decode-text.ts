/**
 * Result of {@link decodeText}: the text and its charset, or the reason why the bytes are not text in their charset.
 */
export type DecodedText =
  | { readonly ok: true; readonly text: string; readonly charset: string }
  | { readonly ok: false; readonly fault: 'charset_unknown' | 'bytes_invalid'; readonly charset: string }

const SNIFFED_BYTES = 1_024
const TEXT_TYPE = /^(text\/.+|application\/(.+\+)?(json|xml|yaml)|.+\+(json|xml|yaml|text))$/
const TEXT_TYPES: ReadonlySet<string> = new Set([
  'application/ecmascript',
  'application/graphql',
  'application/javascript',
  'application/json-seq',
  'application/jsonl',
  'application/ld+json',
  'application/ndjson',
  'application/sql',
  'application/toml',
  'application/x-javascript',
  'application/x-ndjson',
  'application/x-www-form-urlencoded',
  'application/x-yaml',
])
const CHARSET_PARAMETER = /;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]+))/i
const META_CHARSET = /<meta\s[^>]*?charset\s*=\s*["']?\s*([^\s"'/>;]+)/i
const XML_ENCODING = /^<\?xml\s[^>]*?encoding\s*=\s*["']([^"']+)["']/i

/** Returns the media type of a `Content-Type` in lower case, without parameters; empty if there is none. */
export function mediaTypeOf(contentType = ''): string {
  return contentType.replace(/;.*$/s, '').trim().toLowerCase()
}

/** Checks for a media type of text. A response without one may be text. */
export function isTextType(mediaType: string): boolean {
  return mediaType === '' || TEXT_TYPES.has(mediaType) || TEXT_TYPE.test(mediaType)
}

// Node 20 decodes windows-1252, which latin1 is a label of, as ISO 8859-1: these bytes would be control characters.
const WINDOWS_1252_FROM_80 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

function withoutControls(text: string): string {
  return text.replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252_FROM_80.charAt(character.charCodeAt(0) - 0x80))
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0xff && second === 0xfe ? 'utf-16le' : undefined
}

/** Returns the charset that a markup document declares, in characters that all charsets share. */
function declaredCharset(bytes: Uint8Array, mediaType: string): string | undefined {
  if (!/html|xml/.test(mediaType)) return undefined
  const beginning = new TextDecoder('latin1').decode(bytes.subarray(0, SNIFFED_BYTES))
  return XML_ENCODING.exec(beginning)?.[1] ?? META_CHARSET.exec(beginning)?.[1]
}

function charsetOf(bytes: Uint8Array, contentType: string): string {
  const parameter = CHARSET_PARAMETER.exec(contentType)
  const named = (parameter?.[1] ?? parameter?.[2])?.trim().toLowerCase()
  const mark = byteOrderMark(bytes)
  // The label does not define the byte order; the mark does.
  if (named === 'utf-16' && mark !== undefined) return mark
  return named || mark || declaredCharset(bytes, mediaTypeOf(contentType)) || 'utf-8'
}

/**
 * Decodes bytes from outside by the charset of their `Content-Type`, else by their byte order mark, else by the
 * declaration in HTML and XML, else as UTF-8. No byte is replaced: text that is not valid in its charset is a fault.
 *
 * @param contentType - Value of the `Content-Type` header, with its parameters.
 * @returns The text without its byte order mark.
 *
 * @example
 * ```ts
 * decodeText(new Uint8Array([0xfc]), 'text/plain; charset=latin1') // { ok: true, text: 'ü', charset: 'latin1' }
 * ```
 */
export function decodeText(bytes: Uint8Array, contentType = ''): DecodedText {
  const charset = charsetOf(bytes, contentType)
  let decoder: TextDecoder
  try {
    decoder = new TextDecoder(charset, { fatal: true })
  } catch {
    return { ok: false, fault: 'charset_unknown', charset }
  }
  try {
    const text = decoder.decode(bytes)
    return { ok: true, text: decoder.encoding === 'windows-1252' ? withoutControls(text) : text, charset }
  } catch {
    return { ok: false, fault: 'bytes_invalid', charset }
  }
}
