import { splitTemplate } from '../graph/template-parts.ts'

/**
 * Finds where a code such as JSON needs a quote after an expression was picked in it: behind the expression, if it is
 * in a text that its line does not close. Quotes inside expressions do not count.
 *
 * @param caret - Offset within the expression or at its end, in UTF-16 units.
 * @returns The offset of the quote; `null` if no text is open, or if the text may continue behind the expression.
 */
export function closingQuoteAt(code: string, caret: number): number | null {
  const expression = splitTemplate(code).find(({ kind, from, to }) => kind !== 'text' && from < caret && caret <= to)
  if (expression === undefined) return null
  const { to } = expression
  const [rest = ''] = code.slice(to).split('\n', 1)
  const isOpen = isOdd(countQuotes(code.slice(0, to))) && !isOdd(countQuotes(rest))
  return isOpen && END_OF_TEXT.test(rest) ? to : null
}

/** The end of a line, or what follows a text in JSON and similar languages. */
const END_OF_TEXT = /^\s*(?:[,:}\])>]|$)/

function countQuotes(code: string): number {
  const texts = splitTemplate(code).filter(({ kind }) => kind === 'text')
  return texts.flatMap(({ text }) => [...text.matchAll(/\\.|"/gs)].filter(([token]) => token === '"')).length
}

function isOdd(count: number): boolean {
  return count % 2 === 1
}
