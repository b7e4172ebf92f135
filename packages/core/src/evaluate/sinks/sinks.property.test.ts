import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TenonError } from '../../errors/index.ts'
import { isJsonObject, type Json } from '../../json.ts'
import { evaluateValue } from '../evaluate-value.ts'
import { createPlainScope } from '../scope.ts'
import type { SinkName } from './sink.ts'

const HOSTILE = ['..', '.', '/', '?', '#', '&', '=', '%2e', '%', '\\', '"', ',"a":1', '\r\n', '\0', '@', ':', '{{', ' ']
const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme', maxLength: 4 })), { maxLength: 5 })
  .map((parts) => parts.join(''))

function write(sink: SinkName, template: string, input: Json): Json {
  const scope = createPlainScope({ input })
  return (evaluateValue({ param: template }, scope, { sinkOf: () => sink }) as { param: Json }).param
}

/** A value in a skeleton: `null` is replaced by an expression. */
const slot = (index: number) => `{{input[${index}]}}`

test('a value changes no part of a URL but its own', () => {
  const word = fc.stringMatching(/^[a-z0-9._~-]{0,6}$/)
  const part = fc.tuple(word, fc.boolean())
  const url = fc.record({
    path: fc.array(part, { maxLength: 4 }),
    query: fc.array(fc.tuple(part, part), { maxLength: 3 }),
    fragment: fc.option(part),
    values: fc.array(hostileText, { minLength: 12, maxLength: 12 }),
  })
  fc.assert(
    fc.property(url, ({ path, query, fragment, values }) => {
      const build = (put: () => string): string => {
        const write = ([text, hasValue]: readonly [string, boolean]) => (hasValue ? `p${text}${put()}` : `p${text}`)
        const search = query.map(([name, value]) => `${write(name)}=${write(value)}`).join('&')
        const hash = fragment === null ? '' : `#${write(fragment)}`
        return `https://shop.test:8443/${path.map(write).join('/')}${search === '' ? '' : `?${search}`}${hash}`
      }
      let next = 0
      const written = new URL(
        write(
          'url',
          build(() => slot(next++)),
          values,
        ) as string,
      )
      next = 0
      const wanted = (value: string) => decodeURIComponent(encodeURIComponent(value))
      const skeleton = new URL(build(() => 'x'))
      expect(written.origin).toBe(skeleton.origin)
      expect(written.pathname.split('/')).toHaveLength(skeleton.pathname.split('/').length)
      expect([...written.searchParams]).toHaveLength([...skeleton.searchParams].length)
      const read = [
        ...written.pathname.slice(1).split('/').map(decodeURIComponent),
        ...[...written.searchParams].flat(),
        decodeURIComponent(written.hash.slice(1)),
      ]
      const expected = build(() => `\u{10ffff}${next++}\u{10ffff}`).slice('https://shop.test:8443/'.length)
      const pieces = expected
        .split(/[/?&=#]/)
        .map((piece) =>
          piece.replace(/\u{10ffff}(\d+)\u{10ffff}/gu, (_, index) => wanted(values[Number(index)] as string)),
        )
      expect(read.filter((text) => text !== '')).toEqual(pieces.filter((text) => text !== ''))
    }),
    { numRuns: 300 },
  )
})

test('a value changes no part of a JSON text but its own', () => {
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.integer(),
      hostileText.filter((text) => !text.includes('{{')),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(
        fc.string({ maxLength: 5 }).filter((key) => key !== '__proto__' && !key.includes('{{')),
        tie('tree'),
        { maxKeys: 3 },
      ),
    ),
  }))
  const anyJson = fc.oneof(hostileText, fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>)
  fc.assert(
    fc.property(tree, fc.array(anyJson, { minLength: 1, maxLength: 5 }), fc.boolean(), (skeleton, values, isQuoted) => {
      let next = 0
      const takeIndex = () => next++ % values.length
      const put = (part: Json): string => {
        if (part === null) return isQuoted ? `"<${slot(takeIndex())}>"` : slot(takeIndex())
        if (Array.isArray(part)) return `[${part.map(put).join(',')}]`
        if (isJsonObject(part))
          return `{${Object.entries(part)
            .map(([key, member]) => `${JSON.stringify(key)}:${put(member)}`)
            .join(',')}}`
        return JSON.stringify(part)
      }
      const textOf = (value: Json): string =>
        value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
      const fill = (part: Json): Json => {
        if (part === null) {
          const value = values[takeIndex()] as Json
          return isQuoted ? `<${textOf(value)}>` : value
        }
        if (Array.isArray(part)) return part.map(fill)
        return isJsonObject(part)
          ? Object.fromEntries(Object.entries(part).map(([key, member]) => [key, fill(member)]))
          : part
      }
      const template = `${put(skeleton)} `
      next = 0
      const expected = JSON.parse(JSON.stringify(fill(skeleton))) as Json
      expect(JSON.parse(write('json', template.includes('{{') ? template : `${template}`, values) as string)).toEqual(
        expected,
      )
    }),
    { numRuns: 300 },
  )
})

test('a header is one line, or it is refused', () => {
  fc.assert(
    fc.property(hostileText, (value) => {
      try {
        expect(write('header', 'a {{input}}', value)).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/)
      } catch (error) {
        expect(error).toBeInstanceOf(TenonError)
      }
    }),
  )
})
