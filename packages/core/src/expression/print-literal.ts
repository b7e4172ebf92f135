import { isName } from './characters.ts'

const CONTROLS: Readonly<Record<string, string>> = Object.freeze({
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
})

/**
 * A text between the quotes that need fewer escapes. In the compact form control characters stand as
 * they are, so that no text comes out longer than it was read.
 */
export function printText(value: string, compact = false): string {
  const quote = value.split('"').length > value.split("'").length ? "'" : '"'
  const escaped = value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)
  return `${quote}${compact ? escaped : escaped.replace(/[\n\t\r\b\f]/g, (control) => CONTROLS[control] as string)}${quote}`
}

/** A number as JavaScript writes it; in the compact form the shortest spelling there is. */
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
