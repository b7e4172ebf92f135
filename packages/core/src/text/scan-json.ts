const QUOTE = 34
const BACKSLASH = 92
/** Shortest run of digits that may exceed the safe integers. */
const LONG_RUN = 16
const LONG_EXPONENT = /^[+-]?\d{3}/

/** Result of a scan of the UTF-16 units of a JSON text, before it is parsed. */
export interface JsonScan {
  readonly nestsTooDeep: boolean
  /** True if a run of 16 digits or an exponent of 3 digits outside of strings may exceed a double. */
  readonly hasLongNumber: boolean
}

/** Returns the index after the string that begins at `at`; the length of the text if the string does not end. */
function afterString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1)
  while (end !== -1) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return end + 1
    end = text.indexOf('"', end + 1)
  }
  return text.length
}

/** Scans each unit once. Stops at the first level beyond `maxDepth`. */
export function scanJson(text: string, maxDepth: number): JsonScan {
  let depth = 0
  let digits = 0
  let hasLongNumber = false
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit >= 48 && unit <= 57) {
      digits += 1
      if (digits === LONG_RUN) hasLongNumber = true
      continue
    }
    if (unit === QUOTE) at = afterString(text, at) - 1
    else if (unit === 91 || unit === 123) {
      depth += 1
      if (depth > maxDepth) return { nestsTooDeep: true, hasLongNumber }
    } else if (unit === 93 || unit === 125) depth -= 1
    else if (digits > 0 && (unit === 101 || unit === 69) && LONG_EXPONENT.test(text.slice(at + 1, at + 5))) {
      hasLongNumber = true
    }
    digits = 0
  }
  return { nestsTooDeep: false, hasLongNumber }
}
