import { analyzeTemplate } from '../../expression/analyze.ts'
import type { Expression, ParsedTemplate, Span } from '../../expression/ast.ts'
import { isWellFormed } from '../../text/well-formed.ts'
import { isPortAllowed } from './outbound-rules.ts'
import {
  argumentOf,
  type ConstantOf,
  type ExpressionPart,
  type SinkFault,
  type SinkWriter,
  type TemplateSink,
  wholeSpan,
} from './sink.ts'

/** Scheme, host and port, closed by the character behind them. A `\` would be read as `/`. */
const BASE = /^\s*https?:\/\/[^/?#\\\s]+(?=[/?#])/i
const CUT_ESCAPE = /%[0-9a-f]?$/i
// Parsers of URLs drop these silently, so the text would not mean the URL that it shows.
const DROPPED = /[\t\r\n]/

const IN_BASE =
  'Scheme, host and port must be text or variables of the workflow. Write one expression for the whole URL instead'
const IN_ESCAPE = 'An expression cannot follow an unfinished % escape'

interface Inserted extends Span {
  readonly part: ExpressionPart
}

const hasBase = (written: string): boolean => BASE.test(written)

function onlyExpression({ parts }: ParsedTemplate): ExpressionPart | null {
  const written = parts.filter((part) => part.kind === 'expression' || part.text.trim() !== '')
  const [only] = written
  return written.length === 1 && only?.kind === 'expression' ? only : null
}

/** Variables are a part of the document, so their author is the author of the URL. */
function readsOnlyVariables(expression: Expression): boolean {
  const part = { kind: 'expression', expression, start: 0, end: 0 } as const
  const { reads, isImpure } = analyzeTemplate({ text: '', parts: [part], whole: null })
  return !isImpure && reads.every(({ root }) => root === 'vars')
}

/** A value that would make its segment of the path vanish, or lead upwards: parsers resolve `%2e` as well. */
function faultyValue(url: string, inserted: readonly Inserted[]): ExpressionPart | undefined {
  const start = (BASE.exec(url) as RegExpExecArray)[0].length
  const path = url.slice(start).split(/[?#]/, 1)[0] as string
  let at = start
  for (const segment of path.split(/[/\\]/)) {
    const end = at + segment.length
    const value = inserted.find((span) => span.start >= at && span.end <= end)
    if (value !== undefined && ['', '.', '..'].includes(segment.replaceAll(/%2e/gi, '.'))) return value.part
    at = end + 1
  }
  return undefined
}

function check(template: ParsedTemplate, constantOf: ConstantOf): readonly SinkFault[] {
  if (onlyExpression(template) !== null) return []
  const faults: SinkFault[] = []
  let written = ''
  for (const part of template.parts) {
    const { start, end } = part
    if (part.kind === 'text') {
      written += part.text
    } else if (hasBase(written)) {
      if (CUT_ESCAPE.test(written.slice(-2))) faults.push({ message: IN_ESCAPE, start, end })
      written += 'x'
    } else {
      if (!readsOnlyVariables(part.expression)) return [{ message: IN_BASE, start, end }]
      const constant = constantOf(part.expression)
      // A variable that is not there is a fault of the expression.
      if (constant === undefined) return []
      written += String(constant)
    }
  }
  if (DROPPED.test(written.trim()))
    faults.push({ message: 'A URL has no tabs and no line breaks', ...wholeSpan(template) })
  if (faults.length > 0) return faults
  if (!hasBase(`${written.trim()}/`) || !URL.canParse(written)) {
    return [{ message: 'This is not a full http or https URL', ...wholeSpan(template) }]
  }
  const { port, username, password } = new URL(written)
  if (!isPortAllowed(port)) return [{ message: `No request may go to port ${port}`, ...wholeSpan(template) }]
  if (username === '' && password === '') return []
  return [{ message: 'A URL must not hold a user name or a password', ...wholeSpan(template) }]
}

/** Encodes for path, query and fragment alike. What is encoded already by `urlEncode` is not encoded twice. */
function encode({ expression, start, end }: ExpressionPart, writer: SinkWriter): string {
  const value = writer.evaluate(argumentOf(expression, 'urlEncode') ?? expression)
  const text = writer.toText(value, { start, end })
  if (!isWellFormed(text)) {
    throw writer.fault('TEMPLATE_VALUE_INVALID', 'A URL cannot hold half of a surrogate pair', { start, end })
  }
  return writer.spend(encodeURIComponent(text))
}

/**
 * URLs: a value is percent-encoded for the path, the query or the fragment that holds it. A value that the run brings
 * never names the scheme, the host or the port, unless one expression is the whole URL.
 */
export const urlSink: TemplateSink = {
  check,

  write(template, writer) {
    const only = onlyExpression(template)
    if (only !== null) return writer.evaluate(only.expression)
    const [fault] = check(template, writer.evaluate)
    if (fault !== undefined) throw writer.fault('TEMPLATE_INVALID', fault.message, fault)
    const inserted: Inserted[] = []
    let written = ''
    for (const part of template.parts) {
      if (part.kind === 'text') {
        written += writer.spend(part.text)
        continue
      }
      const isBehind = hasBase(written)
      const start = written.length
      written += isBehind ? encode(part, writer) : writer.toText(writer.evaluate(part.expression), part)
      if (isBehind) inserted.push({ part, start, end: written.length })
    }
    const value = faultyValue(written, inserted)
    if (value === undefined) return written
    throw writer.fault('TEMPLATE_VALUE_INVALID', 'A segment of a path cannot be empty, "." or ".."', value)
  },
}
