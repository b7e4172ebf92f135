// Defined by category, since the identifiers of Unicode differ between engines (joiners, for example).
const NAME_START = /^[\p{L}\p{Nl}_$]$/u
const NAME_PART = /^[\p{L}\p{Nl}\p{M}\p{Nd}\p{Pc}$]$/u
const NAME = /^[\p{L}\p{Nl}_$][\p{L}\p{Nl}\p{M}\p{Nd}\p{Pc}$]*$/u
const INDEX = /^(?:0|[1-9][0-9]{0,15})$/
const LONE_SURROGATE = /\p{Cs}/u

const isAsciiLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)

export const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Space, tab, line breaks, and the no-break space that pasted text contains. */
export const isSpace = (code: number): boolean =>
  code === 32 || code === 9 || code === 10 || code === 13 || code === 0xa0

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) as number)
}

/** Returns the number of code units of the first character of a name at `at`; 0 if no name can begin there. */
export function nameStartLength(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (isAsciiLetter(code) || code === 95 || code === 36) return 1
  if (!(code >= 128)) return 0
  const character = characterAt(text, at)
  return NAME_START.test(character) ? character.length : 0
}

/** Returns the end of the name whose first character ends at `at`. */
export function nameEnd(text: string, at: number): number {
  let end = at
  while (end < text.length) {
    const code = text.charCodeAt(end)
    if (isAsciiLetter(code) || isDigit(code) || code === 95 || code === 36) end += 1
    else if (code < 128) break
    else {
      const character = characterAt(text, end)
      if (!NAME_PART.test(character)) break
      end += character.length
    }
  }
  return end
}

/** Checks whether a key can follow a point without brackets and quotes. */
export const isName = (key: string): boolean => NAME.test(key)

/** Parses a list index such as `0` or `12`; `null` for other texts. */
export function indexOfText(text: string): number | null {
  const index = INDEX.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(index) ? index : null
}

/** Checks for a lone surrogate; such a text has no UTF-8 form. */
export const hasLoneSurrogate = (text: string): boolean => LONE_SURROGATE.test(text)
