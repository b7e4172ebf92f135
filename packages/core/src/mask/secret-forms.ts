import { repairText } from '../text/well-formed.ts'

/** Forms in which one character may come back, the longest first: `/` as `&#x2f;`, `\u002f`, `%2F`, `%2f`, `\/` or itself. */
export type CharacterForms = readonly string[]

/** A text in which each character may have another form. */
export type SecretForm = readonly CharacterForms[]

/** Characters that encoders leave as they are. */
const UNCHANGED = /^[A-Za-z0-9._-]$/
const HTML_NAMES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }
/** Most bytes of a secret that are searched for in another encoding. */
const MAX_ENCODED_BYTES = 16_384
const MIN_LINE_LENGTH = 16
const BITS_OF_BYTE = 8
const BITS_OF_DIGIT = 6

/**
 * Returns the texts in which a service may send a secret back: unchanged, a line of it, in Base64 or hexadecimal. In each,
 * characters may be escaped for a URL, a form, JSON or HTML.
 */
export function formsOf(secret: string): readonly SecretForm[] {
  const bytes = new TextEncoder().encode(secret).subarray(0, MAX_ENCODED_BYTES)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= MIN_LINE_LENGTH)
  return [secret, ...base64Of(bytes), hex, hex.toUpperCase(), ...lines].map(formsOfCharacters())
}

/**
 * Returns the Base64 forms of bytes, also the digits that are the same wherever the bytes are in a longer text: at 0, 1
 * or 2 bytes after a group of three.
 */
function base64Of(bytes: Uint8Array): readonly string[] {
  const standard = [btoa(String.fromCharCode(...bytes)), ...[0, 1, 2].map((offset) => innerDigits(bytes, offset))]
  return standard.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')])
}

function innerDigits(bytes: Uint8Array, offset: number): string {
  const digits = btoa(String.fromCharCode(...new Uint8Array(offset), ...bytes))
  const begin = Math.ceil((offset * BITS_OF_BYTE) / BITS_OF_DIGIT)
  return digits.slice(begin, Math.floor(((offset + bytes.length) * BITS_OF_BYTE) / BITS_OF_DIGIT))
}

/** Returns a function that adds the escapes of each character; a key in Base64 has the same few again and again. */
function formsOfCharacters(): (text: string) => SecretForm {
  const known = new Map<string, CharacterForms>()
  const formsOfOne = (character: string): CharacterForms => {
    const forms = known.get(character) ?? (UNCHANGED.test(character) ? [character] : escapesOf(character))
    known.set(character, forms)
    return forms
  }
  return (text) => Array.from(text, formsOfOne)
}

function escapesOf(character: string): CharacterForms {
  const percent = Array.from(new TextEncoder().encode(repairText(character)), (byte) => `%${hexOf(byte, 2)}`).join('')
  const unicode = Array.from({ length: character.length }, (_, at) => `\\u${hexOf(character.charCodeAt(at), 4)}`).join(
    '',
  )
  const code = character.codePointAt(0) as number
  const name = HTML_NAMES[character]
  const forms = [
    ...[character, JSON.stringify(character).slice(1, -1), `\\${character}`],
    ...[percent, percent.toUpperCase(), unicode, unicode.toUpperCase().replaceAll('\\U', '\\u')],
    ...[`&#${code};`, `&#x${code.toString(16)};`, `&#x${code.toString(16).toUpperCase()};`],
    ...(name === undefined ? [] : [`&${name};`]),
    ...(character === ' ' ? ['+'] : []),
  ]
  return [...new Set(forms)].sort((a, b) => b.length - a.length)
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
