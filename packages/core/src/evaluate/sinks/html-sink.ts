import type { TemplateSink } from './sink.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** HTML: every value is text, also within the quotes of an attribute, so that none adds a tag. */
export const htmlSink: TemplateSink = {
  check: () => [],
  needed: () => [],
  write: (template, writer) =>
    template.parts
      .map((part) =>
        writer.spend(
          part.kind === 'text'
            ? part.text
            : writer
                .toText(writer.evaluate(part.expression), part)
                .replace(/[&<>"']/g, (found) => ENTITIES[found] as string),
        ),
      )
      .join(''),
}
