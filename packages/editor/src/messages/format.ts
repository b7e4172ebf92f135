import type { CodeKey, LoadedMessages, MessageKey } from './en/index.ts'

export type MessageValues = Readonly<Record<string, string | number>>

/** Formats the messages of one instance in its language. */
export interface Translate {
  (key: MessageKey, values?: MessageValues): string
  /** Formats the text of the host for a code; `null` if there is none. */
  readonly ofCode: (key: CodeKey, values?: MessageValues) => string | null
}

interface Cursor {
  readonly text: string
  at: number
}

/**
 * Fills the placeholders of an ICU message: `{name}`, `{count, plural, =0 {…} one {…} other {# …}}` and
 * `{reason, select, never {…} other {…}}`.
 *
 * Other ICU forms are not used by the tables and are left unchanged. Linear in the length of the text.
 */
export function formatMessage(text: string, values: MessageValues = {}, locale = 'en'): string {
  return read({ text, at: 0 }, values, locale, null)
}

/** Formats texts of the run views as their keys outside of a run view, which is where those texts are loaded. */
export function createTranslate(messages: LoadedMessages, locale: string): Translate {
  const translate = (key: MessageKey, values?: MessageValues) => formatMessage(messages[key] ?? key, values, locale)
  const ofCode = (key: CodeKey, values?: MessageValues) => {
    const text = Object.hasOwn(messages, key) ? messages[key] : undefined
    return text === undefined ? null : formatMessage(text, values, locale)
  }
  return Object.assign(translate, { ofCode })
}

function read(cursor: Cursor, values: MessageValues, locale: string, count: number | null): string {
  let out = ''
  while (cursor.at < cursor.text.length) {
    const char = cursor.text[cursor.at]
    if (char === '}') break
    cursor.at += 1
    if (char === '{') out += readPlaceholder(cursor, values, locale)
    else out += char === '#' && count !== null ? String(count) : char
  }
  return out
}

function readPlaceholder(cursor: Cursor, values: MessageValues, locale: string): string {
  const name = readUntil(cursor, ',}').trim()
  if (cursor.text[cursor.at] === '}') {
    cursor.at += 1
    return String(values[name] ?? `{${name}}`)
  }
  cursor.at += 1
  const isSelect = readUntil(cursor, ',}').trim() === 'select'
  cursor.at += 1
  const count = isSelect ? null : Number(values[name] ?? 0)
  const wanted = count === null ? String(values[name]) : new Intl.PluralRules(locale).select(count)
  let other = ''
  let match: string | null = null
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== '}') {
    const choice = readUntil(cursor, '{}').trim()
    if (cursor.text[cursor.at] !== '{') break
    cursor.at += 1
    const body = read(cursor, values, locale, count)
    cursor.at += 1
    if (choice === `=${count}` || (choice === wanted && match === null)) match = body
    if (choice === 'other') other = body
  }
  cursor.at += 1
  return match ?? other
}

function readUntil(cursor: Cursor, stops: string): string {
  const start = cursor.at
  while (cursor.at < cursor.text.length && !stops.includes(cursor.text[cursor.at] ?? '')) cursor.at += 1
  return cursor.text.slice(start, cursor.at)
}
