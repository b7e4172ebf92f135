import type { TemplateSink } from './sink.ts'

/**
 * Addresses of email: the commas of the template separate them, outside of the quotes of a name, and a value adds none. A
 * whole expression keeps its list; its text is one address.
 */
export const addressesSink: TemplateSink = {
  check: () => [],
  needed: () => [],

  write(template, writer) {
    if (template.whole !== null) {
      const value = writer.evaluate(template.whole)
      return typeof value === 'string' && value !== '' ? [value] : value
    }
    const addresses = ['']
    const add = (text: string) => addresses.push(`${addresses.pop()}${text}`)
    let isQuoted = false
    for (const part of template.parts) {
      if (part.kind === 'expression') {
        add(writer.spend(writer.toText(writer.evaluate(part.expression), part)))
        continue
      }
      for (const piece of writer.spend(part.text).split(/([",])/)) {
        if (piece === '"') isQuoted = !isQuoted
        if (piece === ',' && !isQuoted) addresses.push('')
        else add(piece)
      }
    }
    return addresses.map((address) => address.trim()).filter((address) => address !== '')
  },
}
