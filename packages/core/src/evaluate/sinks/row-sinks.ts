import type { ParsedTemplate } from '../../expression/ast.ts'
import { isJsonObject, type Json } from '../../json.ts'
import { isHeaderValue } from './outbound-rules.ts'
import { type SinkWriter, type TemplateSink, wholeParts, wholeSpan } from './sink.ts'

const LINE_CHARACTER = /[\r\n\0]/

function refuseNull(value: Json, template: ParsedTemplate, writer: SinkWriter, what: string): void {
  if (value !== null) return
  const message = `The ${what} "${writer.name}" is null. Give it a text with ?? or remove the row`
  throw writer.fault('TEMPLATE_VALUE_INVALID', message, wholeSpan(template))
}

function writeText(template: ParsedTemplate, writer: SinkWriter): string {
  return template.parts
    .map((part) =>
      writer.spend(part.kind === 'text' ? part.text : writer.toText(writer.evaluate(part.expression), part)),
    )
    .join('')
}

/** Values of headers: one line of Latin-1. A whole expression keeps its type. */
export const headerSink: TemplateSink = {
  check: (template) =>
    template.parts.flatMap((part) =>
      part.kind === 'text' && !isHeaderValue(part.text)
        ? { message: faultIn(part.text), start: part.start, end: part.end }
        : [],
    ),
  needed: wholeParts,

  write(template, writer) {
    const value = template.whole === null ? writeText(template, writer) : writer.evaluate(template.whole)
    refuseNull(value, template, writer, 'header')
    if (typeof value === 'object') {
      const kind = isJsonObject(value) ? 'an object' : 'a list'
      const message = `The header "${writer.name}" is ${kind}. Write a text, a number or a boolean`
      throw writer.fault('TEMPLATE_VALUE_INVALID', message, wholeSpan(template))
    }
    if (typeof value !== 'string' || isHeaderValue(value)) return value
    throw writer.fault('TEMPLATE_VALUE_INVALID', `The header "${writer.name}": ${faultIn(value)}`, wholeSpan(template))
  },
}

function faultIn(text: string): string {
  return LINE_CHARACTER.test(text)
    ? 'A header cannot hold line breaks or NUL'
    : 'A header can hold Latin-1 characters only. Encode the value, for example with urlEncode()'
}

/** Values of query parameters: the node encodes them. A whole expression keeps its type. */
export const querySink: TemplateSink = {
  check: () => [],
  needed: wholeParts,

  write(template, writer) {
    const value = template.whole === null ? writeText(template, writer) : writer.evaluate(template.whole)
    refuseNull(value, template, writer, 'query parameter')
    return value
  },
}
