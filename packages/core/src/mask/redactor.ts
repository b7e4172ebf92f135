import type { Json } from '../json.ts'
import { MASK } from './mask-text.ts'
import { type CharacterForms, formsOf, type SecretForm } from './secret-forms.ts'

/** Replaces all occurrences of known secrets. */
export interface Redactor {
  /** True if there is nothing to replace. */
  readonly isEmpty: boolean
  /** Returns the text with every known secret replaced, also one that is cut at the beginning or the end of the text. */
  text(text: string): string
  /**
   * Returns a value with every known secret replaced, in keys, texts and numbers; the same value if it contains none.
   */
  json<Value extends Json>(value: Value): Value
  /** Returns the text with every complete secret replaced, for a text that was not cut. */
  whole(text: string): string
  /**
   * Returns the index from which on the rest of a text may be the beginning of a secret that is not complete yet; the
   * length of the text if it cannot.
   */
  openAt(text: string): number
}

/** Options of a redactor. */
export interface RedactorOptions {
  /**
   * Fewest characters of a secret that are replaced at the beginning or the end of a text, where the text may have been cut.
   *
   * @defaultValue half of the secret, since an ordinary word may begin a secret, too
   */
  readonly minCutLength?: number
}

/** Fewest characters of a secret that is replaced: shorter values occur too often by chance in other text. */
export const MIN_SECRET_LENGTH = 6

/** A form of a secret, prepared for the search of a part of it. */
interface Search {
  /** Length in characters. */
  readonly length: number
  readonly characters: SecretForm
  /** First UTF-16 units of the first character. */
  readonly firstUnits: string
  /** Most UTF-16 units that an occurrence can have. */
  readonly maxUnits: number
}

/**
 * Creates a redactor that replaces known secrets in texts and JSON, keys included, with and without the spaces around
 * them: a header is sent without.
 *
 * @param secrets - Values of fewer than 6 characters are ignored.
 */
export function createRedactor(secrets: readonly string[], { minCutLength }: RedactorOptions = {}): Redactor {
  const known = [...new Set(secrets.flatMap((secret) => [secret, secret.trim()]))].filter(isLongEnough)
  const replaceForms = replacerOf(known.flatMap(formsOf).filter(isLongEnough))
  const numbers = new Set(known.map(Number))
  let cuts: readonly [ends: readonly Search[], beginnings: readonly Search[]] | undefined

  const fewestOf: Fewest = ({ length }) => minCutLength ?? Math.max(MIN_SECRET_LENGTH, Math.ceil(length / 2))

  /** Prepares the search on first use, since most redactors get no text at all. */
  function searches() {
    if (cuts !== undefined) return cuts
    // Of "Bearer abc", only "abc" is searched for in part: "Bearer" alone is no secret.
    const inner = known.filter((secret) => !known.some((part) => part !== secret && secret.includes(part)))
    const forms = inner.flatMap(formsOf).filter(isLongEnough)
    cuts = [forms.map(searchFor), forms.map((form) => searchFor(reversed(form)))]
    return cuts
  }

  function whole(given: string): string {
    return given.length < MIN_SECRET_LENGTH ? given : replaceForms(given)
  }

  function text(given: string): string {
    if (given.length < MIN_SECRET_LENGTH) return given
    const [ends, beginnings] = searches()
    return hideCutBeginning(hideCutEnd(whole(given), ends, fewestOf), beginnings, fewestOf)
  }

  function json(value: Json): Json {
    if (typeof value === 'string') return text(value)
    if (typeof value === 'number') return numbers.has(value) || isChanged(String(value)) ? MASK : value
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) {
      const items = value.map((item: Json) => json(item))
      return items.some((item, index) => item !== value[index]) ? items : value
    }
    const object = value as { readonly [key: string]: Json }
    const entries = Object.entries(object).map(([key, member]): [string, Json] => [text(key), json(member)])
    return entries.some(([key, member]) => !Object.hasOwn(object, key) || member !== object[key])
      ? Object.fromEntries(entries)
      : value
  }

  function isChanged(given: string): boolean {
    return whole(given) !== given
  }

  return {
    isEmpty: known.length === 0,
    text,
    json: <Value extends Json>(value: Value) => (known.length === 0 ? value : (json(value) as Value)),
    whole,
    openAt: (given) => beginningOfCut(given, searches()[0], () => 1),
  }
}

function isLongEnough({ length }: { readonly length: number }): boolean {
  return length >= MIN_SECRET_LENGTH
}

/** Returns a function that replaces every form in a text. */
function replacerOf(forms: readonly SecretForm[]): (text: string) => string {
  if (forms.length === 0) return (text) => text
  // Longer forms first, since one may contain a shorter one.
  const patterns = new Map<CharacterForms, string>()
  const patternIn = (characters: CharacterForms): string => {
    const pattern = patterns.get(characters) ?? patternOf(characters)
    patterns.set(characters, pattern)
    return pattern
  }
  const sources = new Set([...forms].sort((a, b) => b.length - a.length).map((form) => form.map(patternIn).join('')))
  const pattern = new RegExp([...sources].join('|'), 'g')
  return (text) => text.replace(pattern, MASK)
}

function searchFor(characters: SecretForm): Search {
  const [first = []] = characters
  return {
    ...{ length: characters.length, characters, firstUnits: first.map((form) => form[0]).join('') },
    maxUnits: characters.reduce((sum, forms) => sum + Math.max(...forms.map(({ length }) => length)), 0),
  }
}

function patternOf(forms: CharacterForms): string {
  const escaped = forms.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  return escaped.length === 1 ? escaped.join('') : `(?:${escaped.join('|')})`
}

/** Returns the characters from the last to the first, each reversed, for a text whose beginning was cut off. */
function reversed(form: SecretForm): SecretForm {
  return form.map((forms) => forms.map(reverse)).reverse()
}

function reverse(text: string): string {
  return text.split('').reverse().join('')
}

/** Marks at the end of an excerpt. */

const ELLIPSIS = /(?:…|\.\.\.)$/
const MAX_ELLIPSIS = 3

/** Returns the fewest characters of a secret that are taken for a part of it. */
type Fewest = (search: Search) => number

function hideCutEnd(text: string, searches: readonly Search[], fewestOf: Fewest): string {
  const ending = ELLIPSIS.exec(text)?.[0] ?? ''
  const body = text.slice(0, text.length - ending.length)
  const at = beginningOfCut(body, searches, fewestOf)
  return at === body.length ? text : `${body.slice(0, at)}${MASK}${ending}`
}

function hideCutBeginning(text: string, searches: readonly Search[], fewestOf: Fewest): string {
  // A secret that was cut off reaches at most this far.
  const window = text.slice(0, MAX_ELLIPSIS + Math.max(0, ...searches.map(({ maxUnits }) => maxUnits)))
  const turned = reverse(window)
  const hidden = hideCutEnd(turned, searches, fewestOf)
  return hidden === turned ? text : reverse(hidden) + text.slice(window.length)
}

/** Returns the index of the beginning of a secret with which a text ends; the length of the text if there is none. */
function beginningOfCut(text: string, searches: readonly Search[], fewestOf: Fewest): number {
  let first = text.length
  for (const search of searches) {
    const { characters, firstUnits, maxUnits } = search
    const last = text.length - fewestOf(search)
    for (let at = Math.max(0, text.length - maxUnits); at <= last && at < first; at += 1) {
      if (!firstUnits.includes(text.charAt(at))) continue
      if (charactersUntilEnd(text, at, characters) >= fewestOf(search)) first = at
    }
  }
  return first
}

/** Counts the characters of a secret from an index to the end of a text; 0 if other text follows. */
function charactersUntilEnd(text: string, start: number, characters: SecretForm): number {
  let at = start
  let count = 0
  for (const forms of characters) {
    if (at === text.length) return count
    const found = forms.find((form) => text.startsWith(form, at))
    // The text may end within an escape.
    if (found === undefined) return forms.some((form) => form.startsWith(text.slice(at))) ? count : 0
    at += found.length
    count += 1
  }
  // The secret is complete, so nothing of it was cut off.
  return 0
}
