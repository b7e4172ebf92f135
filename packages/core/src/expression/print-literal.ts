import { isName } from './characters.ts'

const CONTROLS: Readonly<Record<string, string>> = Object.freeze({
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
})

/**
 * Prints a text in the quotes that need fewer escapes. The compact form does not escape control characters, so that no
 * text becomes longer than its source.
 */
export function printText(value: string, compact = false): string {
  const quote = value.split('"').length > value.split("'").length ? "'" : '"'
  const escaped = value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)
  return `${quote}${compact ? escaped : escaped.replace(/[\n\t\r\b\f]/g, (control) => CONTROLS[control] as string)}${quote}`
}

/** Prints a number as JavaScript does, or in the compact form with the shortest spelling. */
export function printNumber(value: number, compact = false): string {
  const plain = String(value)
  if (!compact) return plain
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?]
  const scientific = `${whole}${fraction}e${Number(exponent) - fraction.length}`
  return scientific.length < plain.length ? scientific : plain
}

export function printKey(key: string, compact = false): string {
  return isName(key) ? key : printText(key, compact)
}
